from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_recurring import INSTANTS, ODD_ZONES, berlin
from triaged.core.calendars import (
    Calendar,
    add_open,
    is_open,
    next_business_day_due,
    next_open,
    open_between,
)
from triaged.core.durations import DAY, HOUR
from triaged.core.recurring import parse

OFFICE = Calendar("office", "Europe/Berlin", parse("mon-fri 09:00-17:30"))
LENGTHS = st.integers(0, 40 * HOUR)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-27T15:00", "2026-03-30T17:30"),  # Friday
        ("2026-03-28T12:00", "2026-03-30T17:30"),  # Saturday
        ("2026-03-30T07:00", "2026-03-31T17:30"),  # Monday before opening
        ("2026-03-30T18:00", "2026-03-31T17:30"),
    ],
)
def test_the_next_business_day_ends_at_closing_time(at: str, due: str) -> None:
    assert next_business_day_due(OFFICE, berlin(at)) == berlin(due)


def test_the_last_window_of_a_day_closes_it() -> None:
    siesta = Calendar("siesta", "Europe/Berlin", parse("mon-fri 09:00-13:00, mon-fri 16:00-20:00"))

    assert next_business_day_due(siesta, berlin("2026-03-30T10:00")) == berlin("2026-03-31T20:00")


def test_open_time_stands_still_over_the_weekend() -> None:
    assert add_open(OFFICE, berlin("2026-03-27T16:30"), 2 * HOUR) == berlin("2026-03-30T10:00")


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


@given(INSTANTS, st.sampled_from(ODD_ZONES))
def test_a_due_time_is_when_people_have_just_worked(at: int, zone: str) -> None:
    calendar = Calendar("c", zone, parse("mon-fri 09:00-17:30"))

    due = next_business_day_due(calendar, at)

    assert at < due < at + 5 * DAY
    assert is_open(calendar, due - 1)
    assert not is_open(calendar, due)


def test_a_year_has_an_end() -> None:
    never = Calendar("never", "UTC", parse("mon 00:00-00:01"))
    at = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000

    with pytest.raises(AssertionError, match="too little open time"):
        add_open(never, at, 100 * HOUR)
