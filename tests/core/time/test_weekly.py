"""A wall time of every week, found across changes of the clocks."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.time.durations import DAY, HOUR
from triaged.core.time.weekly import WeekTime, parse_weekly, show_weekly

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-03-30T09:00:00", "2026-03-30T09:00:00"),
        ("2026-03-30T08:59:59", "2026-03-23T09:00:00"),  # the clocks went forward between
        ("2026-04-05T23:59:59", "2026-03-30T09:00:00"),
        ("2026-10-26T08:00:00", "2026-10-19T09:00:00"),
    ],
)
def test_the_last_monday_morning(now: str, last: str) -> None:
    assert parse_weekly("mon 09:00").last(at(now), BERLIN) == at(last)


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 800 * 24 * 60))
def test_it_is_never_ahead_nor_more_than_a_week_ago(day: int, minutes: int, passed: int) -> None:
    now = at("2026-01-01T00:00:00") + passed * 60_000_000
    time = WeekTime(day, minutes)

    last = time.last(now, BERLIN)

    assert now - 7 * DAY - 2 * HOUR <= last <= now
    assert time.last(last, BERLIN) == last
    assert parse_weekly(show_weekly(time)) == time


@pytest.mark.parametrize(
    "text", ["", "monday 09:00", "mon 9:00", "mon 24:00", "mon 09:60", "mon", "mon-fri 09:00"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="mon 09:00"):
        parse_weekly(text)
