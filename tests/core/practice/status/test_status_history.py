from datetime import UTC, date, datetime

import pytest

from triaged.core.practice.status.status_history import (
    CHANGES_MAX,
    DAYS,
    Day,
    changed,
    day_text,
    days,
    span,
    troubled,
    uptime,
)
from triaged.core.records.practice.status import Change, Component, ComponentStatus
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.wire import instant

UP, SLOW = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED_PERFORMANCE
PARTLY, OUT = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE
NOON = instant(datetime(2026, 6, 4, 16, tzinfo=UTC))
ZONE = "America/New_York"


def component(*changes: tuple[int, ComponentStatus]) -> Component:
    made = tuple(Change(at, status, "carol") for at, status in changes)
    return Component("checkout", 0, NOON - 200 * DAY, made)


def test_a_day_is_as_bad_as_its_worst_time_which_is_counted() -> None:
    row = component(
        (NOON - DAY, SLOW),
        (NOON - DAY + 10 * MINUTE, OUT),
        (NOON - DAY + 57 * MINUTE, SLOW),
        (NOON - DAY + 2 * HOUR, UP),
    )

    found = days(row, ZONE, NOON)

    assert len(found) == DAYS
    assert found[-2] == Day(date(2026, 6, 3), OUT, 47 * MINUTE)
    assert day_text(found[-2]) == "major outage, 47 min"
    assert [one for one in found if troubled(one)] == [found[-2]]


def test_trouble_over_midnight_belongs_to_both_days_of_the_pages_zone() -> None:
    midnight = instant(datetime(2026, 6, 4, 4, tzinfo=UTC))
    row = component((midnight - 20 * MINUTE, PARTLY), (midnight + 5 * MINUTE, UP))

    found = days(row, ZONE, NOON)

    assert [(one.day.day, one.us // MINUTE) for one in found[-2:]] == [(3, 20), (4, 5)]


def test_what_goes_on_says_so() -> None:
    found = days(component((NOON - HOUR, PARTLY)), ZONE, NOON)[-1]

    assert day_text(found) == "partial outage, still going on"


def test_days_before_the_component_stood_on_the_page_are_unknown() -> None:
    row = Component("checkout", 0, NOON - DAY)

    assert [one.known for one in days(row, ZONE, NOON)].count(True) == 2
    assert not any(one.known for one in days(None, ZONE, NOON))


def test_a_day_on_which_the_clocks_change_is_one_day() -> None:
    after = instant(datetime(2026, 3, 9, 16, tzinfo=UTC))

    found = days(Component("checkout", 0, after - 100 * DAY), ZONE, after)

    assert [one.day.day for one in found[-3:]] == [7, 8, 9]
    assert found[-2].us == 23 * HOUR


def test_uptime_weighs_a_partial_outage_at_three_tenths() -> None:
    row = Component(
        "checkout",
        0,
        NOON - 1000 * MINUTE,
        (Change(NOON - 200 * MINUTE, OUT, "x"), Change(NOON - 100 * MINUTE, PARTLY, "x")),
    )

    assert uptime(row, ZONE, NOON) == pytest.approx(1 - (100 + 30) / 1000)
    assert uptime(None, ZONE, NOON) == 1.0


def test_old_changes_are_forgotten_but_for_what_the_first_day_began_with() -> None:
    row = component((NOON - 300 * DAY, OUT), (NOON - 200 * DAY, PARTLY))

    row = changed(row, Change(NOON, UP, "carol"))

    assert [change.status for change in row.changes] == [PARTLY, UP]
    assert days(row, ZONE, NOON)[0].status is PARTLY


def test_a_component_that_flaps_keeps_so_many_changes() -> None:
    row = component()
    for number in range(CHANGES_MAX + 10):
        row = changed(row, Change(NOON + number, SLOW if number % 2 else UP, "carol"))

    assert len(row.changes) == CHANGES_MAX


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (MINUTE // 2, "1 min"),
        (47 * MINUTE, "47 min"),
        (2 * HOUR, "2 h"),
        (130 * MINUTE, "2 h 10 min"),
    ],
)
def test_spans_are_told_in_minutes_and_hours(us: int, text: str) -> None:
    assert span(us) == text
