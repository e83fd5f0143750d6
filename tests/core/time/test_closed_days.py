"""Calendars with closed days: business time and business days follow them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.time.test_recurring import berlin
from triaged.core.time.calendars import (
    Calendar,
    Holiday,
    add_open,
    add_working_days,
    is_open,
    next_business_day_due,
    next_holidays,
    next_open,
    open_between,
    problems,
    working_day_from,
)
from triaged.core.time.durations import DAY, HOUR
from triaged.core.time.recurring import Recurring, parse

WEEK = parse("mon-fri 09:00-17:30")
EASTER = (date(2026, 4, 3), date(2026, 4, 6))  # Friday and Monday
CHANGES = ("2026-03-29T00:00", "2026-10-25T00:00")
"""Midnights of the days on which the clocks of Berlin change."""


def closed_on(*days: date, extra: tuple[date, ...] = (), hours: Recurring = WEEK) -> Calendar:
    open_hours = Recurring(hours.text, hours.week, frozenset(days), frozenset(extra))
    named = tuple(Holiday(day, f"day {day}") for day in sorted(days))
    return Calendar("berlin", "Europe/Berlin", open_hours, named)


EASTERLY = closed_on(*EASTER)


def test_next_business_day_is_after_the_holidays() -> None:
    assert next_business_day_due(EASTERLY, berlin("2026-04-02T15:00")) == berlin("2026-04-07T17:30")


def test_open_time_stands_still_on_a_holiday() -> None:
    thursday = berlin("2026-04-02T16:30")

    assert add_open(EASTERLY, thursday, 2 * HOUR) == berlin("2026-04-07T10:00")
    assert open_between(EASTERLY, thursday, berlin("2026-04-07T10:00")) == 2 * HOUR
    assert not is_open(EASTERLY, berlin("2026-04-03T12:00"))
    assert next_open(EASTERLY, berlin("2026-04-03T12:00")) == berlin("2026-04-07T09:00")


def test_working_days_leave_holidays_out() -> None:
    assert add_working_days(EASTERLY, date(2026, 4, 1), 3) == date(2026, 4, 8)
    assert working_day_from(EASTERLY, date(2026, 4, 3)) == date(2026, 4, 7)


def test_extra_day_wins_and_has_the_hours_of_its_day_or_of_the_first_that_has_any() -> None:
    friday, sunday = date(2026, 4, 3), date(2026, 4, 5)
    calendar = closed_on(*EASTER, sunday, extra=(friday, sunday))

    assert next_business_day_due(calendar, berlin("2026-04-02T15:00")) == berlin("2026-04-03T17:30")
    assert is_open(calendar, berlin("2026-04-05T09:00"))
    assert not is_open(calendar, berlin("2026-04-06T09:00"))


def test_hours_across_midnight_end_on_a_holiday_that_they_did_not_begin_on() -> None:
    nights = closed_on(date(2026, 4, 3), hours=parse("daily 22:00-06:00"))

    assert is_open(nights, berlin("2026-04-03T05:00"))
    assert not is_open(nights, berlin("2026-04-03T23:00"))


@given(
    start=st.integers(-10 * DAY, 10 * DAY),
    lengths=st.tuples(st.integers(0, 20 * DAY), st.integers(0, 20 * DAY)),
    change=st.sampled_from(CHANGES),
    hours=st.sampled_from(["mon-fri 09:00-17:30", "daily 22:00-06:00", "sun 01:00-04:00"]),
    days=st.sets(st.integers(-12, 12), max_size=6),
)
def test_open_time_is_additive_over_holidays_and_changes_of_the_clocks(
    start: int, lengths: tuple[int, int], change: str, hours: str, days: set[int]
) -> None:
    middle_day = date.fromisoformat(change[:10])
    closed = [middle_day + timedelta(days=each) for each in days]
    calendar = closed_on(*closed, hours=parse(hours))
    begin = berlin(change) + start
    middle, end = begin + lengths[0], begin + sum(lengths)

    assert open_between(calendar, begin, middle) + open_between(
        calendar, middle, end
    ) == open_between(calendar, begin, end)


def test_month_without_a_working_day_is_a_fault() -> None:
    august = [date(2026, 8, 1) + timedelta(days=each) for each in range(31)]

    assert problems(EASTERLY) == ()
    assert problems(closed_on(*august)) == ()
    july = [date(2026, 7, 25) + timedelta(days=each) for each in range(7)]
    (fault,) = problems(closed_on(*july, *august))
    assert "has no working day within 31 days of 2026-07-24" in fault


def test_next_holidays_are_those_that_would_be_working_days() -> None:
    sunday = date(2026, 4, 5)
    calendar = closed_on(*EASTER, sunday, extra=(EASTER[1],))

    found = next_holidays(calendar, date(2026, 4, 1), 10)

    assert [one.day for one in found] == [EASTER[0]]
