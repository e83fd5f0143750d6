"""Final shifts as a calendar: what it says, and that reading it back gives the same duty."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from triaged.core.oncall.duty import Duty, on_call
from triaged.core.oncall.facts import indexed
from triaged.core.records.duty.feeds import FeedReading
from triaged.core.records.duty.overrides import NOBODY, FeedShifts, Override
from triaged.core.settings import Contact, Person
from triaged.core.time import recurring
from triaged.core.time.durations import DAY, HOUR, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.feeds.names import directory
from triaged.feeds.reading import read_feed
from triaged.feeds.request import Request
from triaged.feeds.writing import (
    BEFORE_US,
    CalendarText,
    PublishedShift,
    horizon,
    numbered,
    of_person,
    published,
    written,
)
from triaged.wire import instant

NOW = instant(datetime(2026, 3, 20, 12, tzinfo=UTC))
NAMES = {"alice": 'Alice, of "Adams; Sons"', "bob": "Bob\nNewline", "carl": "Ca" + "ä" * 90}
PEOPLE = {
    key: Person(key, name, "UTC", {"m": Contact("mail", f"{key}@example.org")}, (), ())
    for key, name in NAMES.items()
}
WEEKLY = Rotation(("alice", "bob", "carl"), WEEK, "2025-01-06T09:00")
NIGHTS = Rotation(("carl",), DAY, "2025-01-06T00:00", recurring.parse("fri-sun 22:00-06:00"))
TEXT = CalendarText("On call: primary", PEOPLE, False, "https://triaged.example.org", NOW)


def rota(zone: str, *rotations: Rotation, overrides: tuple[Override, ...] = ()) -> Duty:
    schedules = {"primary": Schedule("primary", zone, rotations)}
    return Duty(schedules, indexed(overrides), PEOPLE)


def override(number: int, start_at: int, end_at: int, person: str) -> Override:
    return Override(
        str(number), None, "primary", start_at, end_at, person, "a wedding; far away", "bob", NOW
    )


def body_of(duty: Duty) -> bytes:
    shifts = published(duty, ["primary"], NOW)
    return written(shifts, numbered(shifts, {}), TEXT)


def read_back(body: bytes, zone: str) -> Duty:
    """A duty by nothing but the calendar."""
    found = read_feed(Request(body, zone, directory(PEOPLE), NOW))
    assert isinstance(found, FeedReading)
    assert (found.refused, found.notes) == ((), ())
    copy = FeedShifts("primary", None, "primary", "primary", found.shifts, NOW)
    return Duty({"primary": Schedule("primary", zone, ())}, indexed(feeds=[copy]), PEOPLE)


@settings(max_examples=10, deadline=None)
@given(
    zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    spans=st.lists(
        st.tuples(
            st.integers(-20 * 24, 300 * 24),
            st.integers(1, 500),
            st.sampled_from(["alice", "bob", NOBODY]),
        ),
        max_size=5,
    ),
    instants=st.lists(st.integers(-30 * DAY, 360 * DAY), min_size=5, max_size=50),
)
def test_reading_a_calendar_back_gives_the_same_duty(
    zone: str, spans: list[tuple[int, int, str]], instants: list[int]
) -> None:
    made = tuple(
        override(number, NOW + start * HOUR, NOW + (start + hours) * HOUR, person)
        for number, (start, hours, person) in enumerate(spans, 1)
    )
    duty = rota(zone, WEEKLY, NIGHTS, overrides=made)

    again = read_back(body_of(duty), zone)

    for at in (NOW + each for each in instants):
        assert on_call(again, "primary", at) == on_call(duty, "primary", at)


def test_only_final_shifts_are_written_with_the_reason_of_an_override() -> None:
    duty = rota("UTC", WEEKLY, overrides=(override(17, NOW, NOW + HOUR, "alice"),))

    (shift,) = [one for one in published(duty, ["primary"], NOW) if one.start_at == NOW]

    assert (shift.person, shift.end_at) == ("alice", NOW + HOUR)
    assert shift.because == ("override:17 by bob: a wedding; far away",)
    assert on_call(duty, "primary", NOW) == ("alice",)
    text = body_of(duty).decode().replace("\r\n ", "")
    assert "override:17 by bob: a wedding\\; far away" in text


def test_uid_stays_while_the_beginning_does_and_the_sequence_rises_with_the_end() -> None:
    before = published(rota("UTC", WEEKLY), ["primary"], NOW)
    cut = rota("UTC", WEEKLY, overrides=(override(1, NOW, NOW + 30 * DAY, "alice"),))
    after = published(cut, ["primary"], NOW)
    sent = numbered(before, {})

    again = numbered(after, sent)

    (now,) = [one for one in before if one.start_at < NOW < one.end_at]
    assert again[now.uid] == (NOW, 1)
    assert numbered(after, again) == again
    assert {number for _, number in sent.values()} == {0}


def test_uids_stay_as_time_passes_also_of_a_duty_without_end() -> None:
    forever = Rotation(("alice",), WEEK, "2025-01-06T09:00")
    for rotations in ((WEEKLY,), (forever,)):
        duty = rota("UTC", *rotations)
        first = numbered(published(duty, ["primary"], NOW), {})
        later = numbered(published(duty, ["primary"], NOW + 5 * DAY), first)

        kept = first.keys() & later.keys()
        assert kept
        assert all(later[uid] == first[uid] for uid in kept)
        assert len(later.keys() - first.keys()) <= 1


def test_horizon_is_ninety_days_back_and_a_year_ahead() -> None:
    shifts = published(rota("UTC", WEEKLY), ["primary"], NOW)
    _, end = horizon(NOW)

    assert min(one.end_at for one in shifts) > NOW - BEFORE_US
    assert NOW + 365 * DAY <= max(one.end_at for one in shifts) == end <= NOW + 397 * DAY


def test_lines_are_folded_and_texts_escaped() -> None:
    body = body_of(rota("UTC", WEEKLY))

    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    text = body.decode().replace("\r\n ", "")
    assert 'SUMMARY:Alice\\, of "Adams\\; Sons": primary' in text
    assert "SUMMARY:Bob\\nNewline: primary" in text
    assert text.count("METHOD:PUBLISH") == 1
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text


def test_personal_calendar_has_the_shifts_of_one_person() -> None:
    shifts = of_person(published(rota("UTC", WEEKLY), ["primary"], NOW), "bob")
    text = CalendarText("On call: Bob", PEOPLE, True, "", NOW)

    body = written(shifts, numbered(shifts, {}), text).decode()

    assert {one.person for one in shifts} == {"bob"}
    assert body.count("SUMMARY:On call: primary") == len(shifts)


def test_shift_of_a_schedule_differs_from_that_of_another() -> None:
    one = PublishedShift("primary", "bob", NOW, NOW + HOUR)
    other = PublishedShift("secondary", "bob", NOW, NOW + HOUR)

    assert one.uid != other.uid
