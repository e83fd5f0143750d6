"""The last 90 days of a component: how each day was, and the uptime."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec

from triaged.core.practice.status.status_derivation import RANK, worst
from triaged.core.records.practice.status import Change, Component, ComponentStatus
from triaged.core.time.durations import HOUR, MINUTE
from triaged.core.time.recurring import edge, local_day, zone_of

DAYS = 90
CHANGES_MAX = 1000
"""Changes of a component that are kept: one every two hours for 90 days."""

KEPT_US = (DAYS + 2) * 24 * HOUR
"""Older changes are forgotten, but for the last one, which says how the first day began."""

WEIGHTS = {ComponentStatus.MAJOR_OUTAGE: 1.0, ComponentStatus.PARTIAL_OUTAGE: 0.3}
"""The share of a minute that counts as down: Statuspage's weights."""

FORMULA = (
    "Uptime = 1 - (minutes of major outage + 0.3 × minutes of partial outage)"
    " / minutes of the last 90 days"
)


class Day(msgspec.Struct, frozen=True):
    """A day of a component, in the zone of the page."""

    day: date
    status: ComponentStatus
    """The worst of the day."""
    us: int
    """How long it was so."""
    goes_on: bool = False
    """It is still so."""
    known: bool = True
    """False: the component did not stand on the page yet."""


def kept(changes: Sequence[Change], now: int) -> tuple[Change, ...]:
    """The changes that still matter."""
    old = [one for one in changes if one.at < now - KEPT_US]
    return (*old[-1:], *changes[len(old) :])[-CHANGES_MAX:]


def changed(component: Component, change: Change) -> Component:
    """The component with one change more."""
    changes = kept((*component.changes, change), change.at)
    return msgspec.structs.replace(component, changes=changes)


def days(component: Component | None, timezone: str, now: int) -> tuple[Day, ...]:
    """The last 90 days, the oldest first; the last one is today."""
    zone = zone_of(timezone)
    today = local_day(now, zone)
    dates = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    starts = [edge(day, 0, zone) for day in dates]
    ends = [*starts[1:], now]
    return tuple(
        _day(component, day, start, end)
        for day, start, end in zip(dates, starts, ends, strict=True)
    )


def _day(component: Component | None, day: date, start: int, end: int) -> Day:
    if component is None or component.created_at >= end:
        return Day(day, ComponentStatus.OPERATIONAL, 0, known=False)
    spans = list(spans_between(component, start, end))
    bad = worst(status for status, _, _ in spans)
    us = sum(until - since for status, since, until in spans if status is bad)
    last = component.now
    goes_on = last is not None and last.status is bad and last.at < end and spans[-1][0] is bad
    return Day(day, bad, us, goes_on=goes_on)


def spans_between(
    component: Component, start: int, end: int
) -> Iterator[tuple[ComponentStatus, int, int]]:
    """(status, since, until) of a component within these instants, in order."""
    status, since = ComponentStatus.OPERATIONAL, start
    for change in component.changes:
        if change.at >= end:
            break
        if change.at > since:
            yield status, since, change.at
            since = change.at
        status = change.status
    if since < end:
        yield status, since, end


def uptime(component: Component | None, timezone: str, now: int) -> float:
    """The share of the last 90 days, or of the time on the page, for which it was up."""
    if component is None:
        return 1.0
    zone = zone_of(timezone)
    first = edge(local_day(now, zone) - timedelta(days=DAYS - 1), 0, zone)
    start = max(first, component.created_at)
    down = sum(
        WEIGHTS.get(status, 0.0) * (until - since)
        for status, since, until in spans_between(component, start, now)
    )
    return 1.0 - down / (now - start) if now > start else 1.0


def day_text(day: Day) -> str:
    """`partial outage, 47 min`, `partial outage, still going on`."""
    words = day.status.replace("_", " ")
    return f"{words}, {'still going on' if day.goes_on else span(day.us)}"


def span(us: int) -> str:
    """`47 min`, `2 h 10 min`; what is shorter is a minute."""
    minutes = max(1, us // MINUTE)
    if us < HOUR:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def troubled(day: Day) -> bool:
    """Whether the day had trouble; planned maintenance is none."""
    return RANK[day.status] > RANK[ComponentStatus.UNDER_MAINTENANCE]
