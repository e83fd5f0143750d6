"""Going back through open time leads to armings from which the same way leads forward again."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.world import MONDAY
from triaged.core.time.calendars import Calendar, add_open, next_business_day_due, open_between
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK
from triaged.core.time.recurring import parse
from triaged.dry_run.prove.business_time import OpenTime
from triaged.dry_run.prove.proving import ROUNDED_US

OFFICE = Calendar("office", "Europe/Berlin", parse("mon-fri 09:00-17:30"))
START = MONDAY - 10 * DAY  # over the change of clocks in Berlin, 2026-03-29
OPEN = OpenTime(OFFICE, START, START + 2 * WEEK)
instants = st.integers(START + WEEK // 2, START + 2 * WEEK)
shares = st.sampled_from([0.1, 0.25, 0.5, 0.9])
spans = st.sampled_from([0, 3 * MINUTE, 2 * HOUR])


def due(armed: int, share: float, span_us: int) -> int:
    """When a step fires, as the core reckons it."""
    target_us = open_between(OFFICE, armed, next_business_day_due(OFFICE, armed))
    return add_open(OFFICE, armed, int(share * target_us) + span_us)


@given(instants, shares, spans)
def test_what_fires_within_the_target_was_armed_when_it_says(
    armed: int, share: float, span_us: int
) -> None:
    at = due(armed, share, span_us)
    assume(at <= next_business_day_due(OFFICE, armed))

    found = list(OPEN.armed(at, share, span_us))

    assert min(abs(OPEN.passed(each) - OPEN.passed(armed)) for each in found) <= ROUNDED_US


def test_half_of_a_target_that_ends_tomorrow_leads_from_opening_to_opening() -> None:
    opening = MONDAY - 3 * HOUR  # Monday 09:00 in Berlin

    assert due(opening, 0.5, 0) == opening + 8 * HOUR + 30 * MINUTE  # closing
    assert opening in OPEN.armed(opening + DAY, 0.5, 0)


def test_a_share_that_is_the_whole_target_has_no_arming_of_its_own() -> None:
    assert list(OPEN.armed(MONDAY, 1.0, 0)) == []


def test_at_once_is_the_instant_itself() -> None:
    assert list(OPEN.armed(MONDAY, 0.0, 0)) == [MONDAY]
