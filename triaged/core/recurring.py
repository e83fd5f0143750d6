"""Recurring times: `mon-fri 09:00-17:30, sat 22:00-02:00`, read in a time zone.

Days, then half-open hours; hours may cross midnight and end at 24:00; `daily` is every day; days
without hours are whole days, unless a part after them names hours: `mon, wed 09:00-10:00` means
both days. A window starts at the first instant of its wall time (a skipped one: the next that
exists) and ends at the last, so a change of the clocks never leaves a hole between two windows.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from triaged.wire import instant

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
HORIZON_DAYS = 400
"""How far to look for a window: every weekly pattern shows itself within 8 days."""

_PART = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\s+(\S+))?")
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


class Window(msgspec.Struct, frozen=True):
    """Hours of one weekday (0 is Monday), in minutes since midnight; `end` may pass 24 h."""

    day: int
    start: int
    end: int


class Recurring(msgspec.Struct, frozen=True):
    """A weekly pattern; `text` is how the operator wrote it."""

    text: str
    week: tuple[Window, ...]

    def contains(self, at: int, zone: ZoneInfo) -> bool:
        """Whether the instant is inside a window."""
        day = local_day(at, zone)
        near = self._around(day - timedelta(days=2), 4, zone)
        return any(start <= at < end for start, end in near)

    def windows(self, start: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
        """The windows that touch [start, end), joined where they meet, in order."""
        first = local_day(start, zone) - timedelta(days=2)
        days = (local_day(end, zone) - first).days + 2
        joined: tuple[int, int] | None = None
        for window in self._around(first, days, zone):
            if window[1] <= start or window[0] >= end:
                continue
            if joined is not None and window[0] <= joined[1]:
                joined = joined[0], max(joined[1], window[1])
                continue
            if joined is not None:
                yield joined
            joined = window
        if joined is not None:
            yield joined

    def next_change(self, at: int, zone: ZoneInfo) -> int | None:
        """The next instant at which `contains` flips; None: it never does."""
        day = local_day(at, zone)
        for days in (9, HORIZON_DAYS):
            limit = edge(day + timedelta(days=days), 0, zone)
            for start, end in self.windows(at, limit, zone):
                if start > at:
                    return start
                if end < limit:
                    return end
        return None

    def _around(self, first: date, days: int, zone: ZoneInfo) -> list[tuple[int, int]]:
        """The windows that start on `days` days from `first`, as instants, in order."""
        found = []
        for offset in range(days):
            day = first + timedelta(days=offset)
            for window in self.week:
                if window.day == day.weekday():
                    end = edge(day, window.end, zone, last=True)
                    found.append((edge(day, window.start, zone), end))
        return sorted(found)


def edge(day: date, minutes: int, zone: ZoneInfo, *, last: bool = False) -> int:
    """The instant of a wall time, `minutes` after the midnight that begins `day`.

    A repeated wall time is its first instant, or its `last`; a skipped one is the next that is.
    """
    days, minutes = divmod(minutes, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if first > second:  # skipped: fold 0 reads it with the old offset, which is after the gap
        return instant(_after_gap(second, zone))
    return instant(second if last else first)


def _after_gap(before: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after the gap that `before` (up to some hours earlier) comes to."""
    low, high = before, before + timedelta(hours=26)
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def local_day(at: int, zone: ZoneInfo) -> date:
    """The date in `zone` at an instant."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(zone).date()


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name; ValueError says what is wrong with it."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin or UTC") from None


def parse(text: str) -> Recurring:
    """The pattern that `text` spells; ValueError says which part is wrong, and what is allowed."""
    week: list[Window] = []
    waiting: list[int] = []
    for part in text.lower().split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(
                f"{part.strip()!r} is not days and hours such as 'mon-fri 09:00-17:30'"
            )
        waiting += _days(match.group(1))
        if match.group(2) is not None:
            start, end = _hours(match.group(2))
            week += [Window(day, start, end) for day in waiting]
            waiting = []
    week += [Window(day, 0, DAY_MINUTES) for day in waiting]
    return Recurring(text, tuple(week))


def _days(text: str) -> list[int]:
    if text == "daily":
        return list(range(7))
    names = text.split("-")
    for name in names:
        if name not in DAYS:
            raise ValueError(f"{name!r} is no day: {', '.join(DAYS)} or daily")
    first, last = DAYS.index(names[0]), DAYS.index(names[-1])
    return [(first + n) % 7 for n in range((last - first) % 7 + 1)]


def _hours(text: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} are no hours such as 09:00-17:30 or 22:00-02:00")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
        raise ValueError(f"{text!r}: hours go from 00:00 to 24:00 and take some time")
    return start, end if end > start else end + DAY_MINUTES
