from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.time.test_recurring import AROUND, INSTANTS, ODD_ZONES, berlin, changes_of_clocks
from triaged.core.time.calendars import (
    Calendar,
    add_open,
    closes,
    is_open,
    next_business_day_due,
    next_open,
    open_between,
    problems,
)
from triaged.core.time.durations import DAY, HOUR, SECOND
from triaged.core.time.recurring import HORIZON_DAYS, Recurring, Window, parse

OFFICE = Calendar("office", "Europe/Berlin", parse("mon-fri 09:00-17:30"))
LENGTHS = st.integers(0, 400 * HOUR)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-27T15:00", "2026-03-30T17:30"),  # Friday
        ("2026-03-28T12:00", "2026-03-30T17:30"),  # Saturday
        ("2026-03-30T07:00", "2026-03-31T17:30"),  # Monday before opening
        ("2026-03-30T18:00", "2026-03-31T17:30"),
        ("2026-03-29T23:59", "2026-03-30T17:30"),  # Sunday, 18 hours ahead
    ],
)
def test_the_next_business_day_ends_at_closing_time(at: str, due: str) -> None:
    assert next_business_day_due(OFFICE, berlin(at)) == berlin(due)


def test_the_last_window_of_a_day_closes_it() -> None:
    siesta = Calendar("siesta", "Europe/Berlin", parse("mon-fri 09:00-13:00, mon-fri 16:00-20:00"))

    assert next_business_day_due(siesta, berlin("2026-03-30T10:00")) == berlin("2026-03-31T20:00")


def test_open_time_stands_still_over_the_weekend() -> None:
    assert add_open(OFFICE, berlin("2026-03-27T16:30"), 2 * HOUR) == berlin("2026-03-30T10:00")


def test_hours_across_midnight_belong_to_the_day_they_begin_on() -> None:
    bar = Calendar("bar", "Europe/Berlin", parse("fri-sat 20:00-02:00"))

    assert next_business_day_due(bar, berlin("2026-03-26T12:00")) == berlin("2026-03-28T02:00")
    assert next_business_day_due(bar, berlin("2026-03-28T01:00")) == berlin("2026-04-04T02:00")


def test_open_time_that_fills_up_at_closing_ends_there() -> None:
    assert add_open(OFFICE, berlin("2026-03-27T15:30"), 2 * HOUR) == berlin("2026-03-27T17:30")


def test_weeks_of_open_time_count_every_day_once() -> None:
    start = berlin("2026-06-01T10:00")

    assert add_open(OFFICE, start, 70 * HOUR) == berlin("2026-06-11T12:00")
    assert add_open(OFFICE, start, 168 * HOUR) == berlin("2026-06-26T16:30")


def test_open_time_goes_by_the_clock_that_runs_not_the_one_on_the_wall() -> None:
    nights = Calendar("nights", "Europe/Berlin", parse("sun 00:00-04:00"))
    spring, autumn = berlin("2026-03-29T00:00"), berlin("2026-10-25T00:00")

    assert open_between(nights, spring, spring + DAY) == 3 * HOUR
    assert open_between(nights, autumn, autumn + DAY) == 5 * HOUR


def test_no_open_time_passes_backwards() -> None:
    assert open_between(OFFICE, berlin("2026-03-30T12:00"), berlin("2026-03-30T10:00")) == 0


@pytest.mark.parametrize(
    ("at", "closing"),
    [
        ("2026-03-27T15:00", "2026-03-27T17:30"),
        ("2026-03-27T17:30", "2026-03-30T17:30"),
        ("2026-03-28T12:00", "2026-03-30T17:30"),
    ],
)
def test_a_calendar_closes_at_the_end_of_this_or_the_next_opening(at: str, closing: str) -> None:
    assert closes(OFFICE, berlin(at)) == berlin(closing)


def test_what_is_always_open_never_closes() -> None:
    at = berlin("2026-03-27T15:00")
    always = Calendar("always", "Europe/Berlin", parse("daily"))

    assert closes(always, at) is None
    assert add_open(always, at, 30 * HOUR) == at + 30 * HOUR


def test_no_open_time_from_a_closed_instant_ends_at_the_opening() -> None:
    assert add_open(OFFICE, berlin("2026-03-28T12:00"), 0) == berlin("2026-03-30T09:00")
    assert next_open(OFFICE, berlin("2026-03-28T12:00")) == berlin("2026-03-30T09:00")


def test_an_open_instant_is_its_own_next() -> None:
    at = berlin("2026-03-30T09:00")

    assert (next_open(OFFICE, at), add_open(OFFICE, at, 0)) == (at, at)


@given(INSTANTS, LENGTHS, st.sampled_from(ODD_ZONES))
def test_adding_and_measuring_open_time_agree(at: int, length: int, zone: str) -> None:
    calendar = Calendar("c", zone, parse("mon-fri 09:00-17:30, sat 22:00-02:00"))

    end = add_open(calendar, at, length)

    assert open_between(calendar, at, end) == length
    assert end >= at
    assert length == 0 or is_open(calendar, end - 1)


@given(changes_of_clocks(), AROUND, LENGTHS, LENGTHS)
def test_more_open_time_is_never_over_sooner(
    change: tuple[int, ZoneInfo], offset: int, one: int, other: int
) -> None:
    at, zone = change[0] + offset, change[1].key
    calendar = Calendar("c", zone, parse("daily 01:30-02:30, mon-fri 09:00-17:30"))

    ends = [add_open(calendar, at, length) for length in sorted((one, other))]

    assert next_open(calendar, at) <= ends[0] <= ends[1]


@given(changes_of_clocks(), AROUND)
def test_a_due_time_is_when_people_have_just_worked(
    change: tuple[int, ZoneInfo], offset: int
) -> None:
    at, zone = change[0] + offset, change[1].key
    calendar = Calendar("c", zone, parse("mon-fri 09:00-17:30"))

    due = next_business_day_due(calendar, at)

    assert at < due < at + 5 * DAY
    assert is_open(calendar, due - 1)
    assert not is_open(calendar, due)


def test_a_deadline_is_at_most_the_horizon_away() -> None:
    minute_a_week = Calendar("tiny", "UTC", parse("mon 00:00-00:01"))
    at = 1_767_225_600 * SECOND

    assert add_open(minute_a_week, at, 100 * HOUR) == at + HORIZON_DAYS * DAY


def test_a_usable_calendar_has_no_problems() -> None:
    assert problems(OFFICE) == ()


def test_every_problem_of_a_calendar_is_told() -> None:
    never = Calendar("never", "Mars/Base", Recurring("", (Window(0, 600, 600),)))

    assert problems(never) == (
        "'Mars/Base' is no time zone such as Europe/Berlin or UTC",
        "calendar 'never' is never open: give it hours, such as 'mon-fri'",
    )


@pytest.mark.parametrize("search", [next_open, next_business_day_due])
def test_a_search_that_the_configuration_rules_out_ends(
    search: Callable[[Calendar, int], int],
) -> None:
    with pytest.raises(AssertionError, match="never is never open"):
        search(Calendar("never", "UTC", Recurring("", ())), 0)
