from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.durations import DAY, HOUR, MINUTE
from triaged.core.recurring import parse, zone_of
from triaged.wire import instant

BERLIN = ZoneInfo("Europe/Berlin")
ODD_ZONES = [
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
]
PATTERNS = [
    "mon-fri 09:00-17:30",
    "sat 22:00-02:00",
    "daily 00:00-24:00",
    "sun 01:30-02:30",
    "fri-mon 23:00-04:00, wed",
    "daily 02:00-03:00",
]
INSTANTS = st.integers(
    instant(datetime(2020, 1, 1, tzinfo=UTC)), instant(datetime(2040, 1, 1, tzinfo=UTC))
)


def berlin(text: str) -> int:
    """An instant from a wall time in Berlin."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("pattern", "wall", "inside"),
    [
        ("mon-fri 09:00-17:30", "2026-03-30T09:00", True),
        ("mon-fri 09:00-17:30", "2026-03-30T17:30", False),
        ("mon-fri 09:00-17:30", "2026-03-28T12:00", False),
        ("sat 22:00-02:00", "2026-03-29T01:59", True),
        ("sat 22:00-02:00", "2026-03-28T01:00", False),
        ("sun 00:00-24:00", "2026-03-29T23:59", True),
        ("daily", "2026-03-29T00:00", True),
        ("sat-mon 10:00-11:00", "2026-03-30T10:30", True),
        ("mon, wed 09:00-10:00", "2026-03-30T09:30", True),
        ("mon, wed 09:00-10:00", "2026-03-30T11:30", False),
        ("MON 09:00-10:00", "2026-03-30T09:30", True),
    ],
)
def test_what_a_pattern_means(pattern: str, wall: str, *, inside: bool) -> None:
    assert parse(pattern).contains(berlin(wall), BERLIN) is inside


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mon-fry 09:00-10:00", "'fry' is no day: mon, tue"),
        ("mon 9-10", "'9-10' are no hours such as"),
        ("mon 09:60-10:00", "hours go from 00:00 to 24:00"),
        ("mon 10:00-10:00", "take some time"),
        ("mon 00:00-24:01", "24:00"),
        ("", "is not days and hours"),
        ("mon 09:00-10:00 11:00-12:00", "is not days and hours"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text)


def test_a_window_over_the_skipped_hour_is_shorter() -> None:
    found = list(
        parse("sun 01:00-04:00").windows(
            berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00"), BERLIN
        )
    )

    assert [end - start for start, end in found] == [2 * HOUR]


def test_a_window_that_begins_in_the_skipped_hour_begins_after_it() -> None:
    found = list(
        parse("sun 02:30-04:00").windows(
            berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00"), BERLIN
        )
    )

    assert found == [(berlin("2026-03-29T03:00"), berlin("2026-03-29T04:00"))]


def test_a_window_begins_at_the_first_and_ends_at_the_last_of_repeated_times() -> None:
    found = list(
        parse("sun 02:00-02:30").windows(
            berlin("2026-10-25T00:00"), berlin("2026-10-25T12:00"), BERLIN
        )
    )

    assert [end - start for start, end in found] == [90 * MINUTE]


@given(INSTANTS, st.sampled_from(ODD_ZONES), st.sampled_from(PATTERNS))
def test_the_next_change_is_the_next_change(at: int, zone_name: str, pattern: str) -> None:
    recurring, zone = parse(pattern), ZoneInfo(zone_name)

    change = recurring.next_change(at, zone)

    inside = recurring.contains(at, zone)
    if change is None:
        assert recurring.contains(at + 3 * DAY, zone) is inside
    else:
        assert at < change
        assert recurring.contains(change, zone) is not inside
        assert recurring.contains(change - 1, zone) is inside


@given(INSTANTS, st.sampled_from(ODD_ZONES), st.sampled_from(PATTERNS))
def test_windows_and_contains_agree(at: int, zone_name: str, pattern: str) -> None:
    recurring, zone = parse(pattern), ZoneInfo(zone_name)

    found = any(start <= at < end for start, end in recurring.windows(at, at + DAY, zone))

    assert found is recurring.contains(at, zone)


@pytest.mark.parametrize("name", ["Europe", "Mars/Base", "x" * 5000, "", "../etc/passwd"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone such as Europe/Berlin"):
        zone_of(name)
