from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from triaged.core.records.practice.status import Post, PostState, PostStatus
from triaged.core.text.public_post import PageClock, flowing, post_text, word
from triaged.core.time.durations import DAY, MINUTE
from triaged.wire import instant

AT = instant(datetime(2026, 6, 4, 19, 45, tzinfo=UTC))
NEW_YORK = PageClock("America/New_York")
POST = Post(
    id="p1",
    incident=1,
    thread="t1",
    status=PostStatus.INVESTIGATING,
    title="Checkout Issues",
    body="We are investigating reports of checkout failures. Some customers\n"
    "may experience errors when completing purchases. Our team is\n"
    "actively working on a resolution.",
    drafted_at=AT,
    drafted_by="carol",
    next_update_at=AT + 30 * MINUTE,
    state=PostState.PUBLISHED,
    published_at=AT,
)


def test_the_form_is_that_of_the_founding_document() -> None:
    assert post_text(POST, NEW_YORK, AT) == (
        "Investigating: Checkout Issues\n"
        "We are investigating reports of checkout failures. Some customers\n"
        "may experience errors when completing purchases. Our team is\n"
        "actively working on a resolution.\n"
        "Posted: 3:45 PM EDT\n"
        "Next update: 4:15 PM EDT"
    )


def test_a_draft_is_shown_as_posted_now() -> None:
    draft = replace(POST, state=PostState.DRAFT, published_at=None, next_update_at=None)

    assert post_text(draft, NEW_YORK, AT + MINUTE).endswith("\nPosted: 3:46 PM EDT")


def test_an_update_on_another_day_names_the_day() -> None:
    later = replace(POST, next_update_at=AT + DAY)

    assert post_text(later, NEW_YORK, AT).endswith("\nNext update: 5 Jun, 3:45 PM EDT")


@pytest.mark.parametrize(
    ("zone", "form", "text"),
    [
        ("America/New_York", "12h", "3:45 PM EDT"),
        ("America/New_York", "24h", "15:45 EDT"),
        ("UTC", "24h", "19:45 UTC"),
        ("Asia/Kolkata", "12h", "1:15 AM IST (UTC+05:30)"),
        ("Europe/Dublin", "12h", "8:45 PM IST (UTC+01:00)"),
        ("Europe/London", "12h", "8:45 PM BST (UTC+01:00)"),
        ("America/Mexico_City", "12h", "1:45 PM CST (UTC-06:00)"),
        ("Asia/Shanghai", "12h", "3:45 AM CST (UTC+08:00)"),
        ("America/Sao_Paulo", "12h", "4:45 PM UTC-03:00"),
    ],
)
def test_a_time_has_a_zone_that_is_not_ambiguous(zone: str, form: str, text: str) -> None:
    clock = PageClock(zone, "24h" if form == "24h" else "12h")

    assert clock.time(AT) == text


@pytest.mark.parametrize(("hour", "text"), [(4, "12:00 AM EDT"), (16, "12:00 PM EDT")])
def test_midnight_and_noon_are_twelve(hour: int, text: str) -> None:
    assert NEW_YORK.time(instant(datetime(2026, 6, 4, hour, tzinfo=UTC))) == text


def test_the_foot_names_the_zone_with_its_offset() -> None:
    texts = [PageClock(zone).zone(AT) for zone in ("America/New_York", "America/Sao_Paulo", "UTC")]

    assert texts == ["EDT (UTC-04:00)", "UTC-03:00", "UTC"]


def test_lines_of_a_paragraph_run_on_and_those_of_a_list_stay() -> None:
    assert flowing("one\ntwo\n\nthree:\n- four\n- five\nsix") == (
        "one two\n\nthree:\n- four\n- five six"
    )


def test_words_are_capitalised() -> None:
    assert [word(one) for one in (PostStatus.IN_PROGRESS, PostStatus.RESOLVED)] == [
        "In progress",
        "Resolved",
    ]
