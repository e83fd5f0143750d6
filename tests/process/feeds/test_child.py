"""The process that parses one body, within its limits."""

import pytest

from tests.feeds.bodies import KNOWN, NOW, calendar, event
from triaged.core.records.duty.feeds import FeedReading
from triaged.feeds.reading import SeriesTimeout, read_feed
from triaged.feeds.request import Request
from triaged.process.feeds.child import series_budget

NEVER = "DTSTART:20260301T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYWEEKNO=1;BYMONTH=7"
"""A rule of no day that the checks let through: it is searched to the year 9999."""


def test_series_that_takes_too_long_costs_itself_only() -> None:
    good = event("DTSTART:20260310T080000Z\nDTEND:20260310T160000Z", uid="good")

    found = read_feed(
        Request(calendar(event(NEVER), good), "Europe/Berlin", KNOWN, NOW), series_budget
    )

    assert isinstance(found, FeedReading)
    assert [(one.uid, one.why) for one in found.refused] == [
        ("shift-1", "its rule takes too long to follow")
    ]
    assert [one.uid for one in found.shifts] == ["good"]


def test_budget_ends_a_block_that_never_would() -> None:
    with pytest.raises(SeriesTimeout), series_budget():
        _work_for_ever()


def _work_for_ever() -> None:
    while True:
        pass
