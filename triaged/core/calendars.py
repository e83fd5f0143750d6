"""Business calendars: when people work, and what that means for a deadline."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.durations import DAY
from triaged.core.recurring import HORIZON_DAYS, Recurring, edge, local_day, zone_of


class Calendar(msgspec.Struct, frozen=True):
    """Opening hours in a time zone."""

    name: str
    timezone: str
    open: Recurring

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return zone_of(self.timezone)


def is_open(calendar: Calendar, at: int) -> bool:
    """Whether people work at the instant."""
    return calendar.open.contains(at, calendar.zone)


def next_open(calendar: Calendar, at: int) -> int:
    """The first instant from `at` on at which people work: `at` itself if they do."""
    for start, _ in _windows(calendar, at):
        return max(start, at)
    raise AssertionError(f"calendar {calendar.name} is never open; the configuration refuses it")


def add_open(calendar: Calendar, at: int, open_us: int) -> int:
    """The instant at which `open_us` of open time have passed since `at`."""
    for start, end in _windows(calendar, at):
        start = max(start, at)
        if open_us < end - start or (open_us == end - start and open_us > 0):
            return start + open_us
        open_us -= end - start
    raise AssertionError(f"calendar {calendar.name} has too little open time within a year")


def open_between(calendar: Calendar, start: int, end: int) -> int:
    """µs of open time in [start, end)."""
    found = calendar.open.windows(start, end, calendar.zone)
    return sum(min(to, end) - max(since, start) for since, to in found)


def next_business_day_due(calendar: Calendar, at: int) -> int:
    """Closing time of the first working day after the local day of `at`.

    Friday 15:00 and Saturday are due on Monday; Monday 07:00, before opening, on Tuesday.
    """
    zone = calendar.zone
    tomorrow = local_day(at, zone) + timedelta(days=1)
    for offset in range(HORIZON_DAYS):
        day = tomorrow + timedelta(days=offset)
        ends = [w.end for w in calendar.open.week if w.day == day.weekday()]
        if ends:
            return edge(day, max(ends), zone, last=True)
    raise AssertionError(f"calendar {calendar.name} is never open; the configuration refuses it")


def _windows(calendar: Calendar, at: int) -> Iterator[tuple[int, int]]:
    yield from calendar.open.windows(at, at + 9 * DAY, calendar.zone)
    yield from calendar.open.windows(at + 9 * DAY, at + HORIZON_DAYS * DAY, calendar.zone)
