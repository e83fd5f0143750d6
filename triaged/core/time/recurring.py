"""Recurring times: `mon-fri 09:00-17:30, sat 22:00-02:00`, read in a time zone.

Days, then half-open hours; hours may cross midnight and end at 24:00; `daily` is every day; days
without hours are whole days, unless a part after them names hours: `mon, wed 09:00-10:00` means
both days. A window starts at the first instant of its wall time (a skipped one: the next that
exists) and ends at the last, so a change of the clocks never leaves a hole between two windows;
a window that lies whole in skipped time does not take place.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.time.durations import DAY, SECOND
from triaged.wire import instant

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
HORIZON_DAYS = 400
"""How far anything looks ahead: a year, and some weeks of slack around it."""

CHANGE_DAYS = 60
"""How far to look for a change: weekly patterns show theirs within 8 days, calendars with closed
days within some 40, and only a change of the clocks can swallow it."""

EDGES_KEPT = 8192
"""Wall times remembered as instants: a year of 10 schedules and calendars, about 2 MB."""

FIRST, LAST = 0, 1
"""The first or the last instant of a repeated wall time, numbered as in `datetime.fold`."""

_PART = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\s+(\S+))?", re.ASCII)
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
_WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ONE_DAY = timedelta(days=1)


class Window(msgspec.Struct, frozen=True):
    """Hours of one weekday (0 is Monday), in minutes since midnight; `end` may pass 24 h."""

    day: int
    start: int
    end: int


class Recurring(msgspec.Struct, frozen=True):
    """A weekly pattern, its windows in order; `text` is how the operator wrote it."""

    text: str
    week: tuple[Window, ...]
    closed: frozenset[date] = frozenset()
    """Days on which no window begins, such as holidays."""
    extra: frozenset[date] = frozenset()
    """Days that have windows whatever day of the week they are; they win over `closed`."""

    def of_day(self, day: date) -> tuple[Window, ...]:
        """The windows that begin on a day; those of an extra day are of the first with any."""
        weekday = day.weekday()
        found = tuple(window for window in self.week if window.day == weekday)
        if day in self.extra:
            return found or tuple(one for one in self.week if one.day == self.week[0].day)
        return () if day in self.closed else found

    def contains(self, at: int, zone: ZoneInfo) -> bool:
        """True if the instant is inside a window."""
        # From yesterday, for hours across midnight, to tomorrow: clocks that go back over
        # midnight have been in it before.
        yesterday = local_day(at, zone) - _ONE_DAY
        return any(
            start <= at < end
            for offset in range(3)
            for start, end in self._of_day(yesterday + offset * _ONE_DAY, zone)
        )

    def windows(self, start: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
        """The parts of [start, end) that are inside, in order, joined where they meet."""
        if start >= end:
            return
        day, last = local_day(start, zone) - _ONE_DAY, local_day(end, zone) + _ONE_DAY
        since = to = start
        while day <= last:
            for begins, ends in self._of_day(day, zone):
                if begins > to:
                    if since < to:
                        yield since, min(to, end)
                    since = begins
                    if since >= end:
                        return
                to = max(to, ends)
            day += _ONE_DAY
        if since < min(to, end):
            yield since, min(to, end)

    def next_change(self, at: int, zone: ZoneInfo) -> int | None:
        """The next instant at which `contains` flips; None: it never does."""
        return self.stretch(at, zone)[1]

    def stretch(self, at: int, zone: ZoneInfo) -> tuple[bool, int | None]:
        """Whether the instant is inside a window, and the next one at which that flips."""
        limit = at + CHANGE_DAYS * DAY
        for start, end in self.windows(at, limit, zone):
            if start > at:
                return False, start
            return True, end if end < limit else None
        return False, None

    def _of_day(self, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
        """The windows that start on `day`, as instants, in order; empty ones in skipped time."""
        for window in self.of_day(day):
            yield _edge(day, window.start, zone, FIRST), _edge(day, window.end, zone, LAST)


def edge(day: date, minutes: int, zone: ZoneInfo, *, last: bool = False) -> int:
    """The instant of a wall time, `minutes` after the midnight that begins `day`.

    A repeated wall time is its first instant, or its `last`; a skipped one is the next that is.
    """
    return _edge(day, minutes, zone, LAST if last else FIRST)


@lru_cache(maxsize=EDGES_KEPT)
def _edge(day: date, minutes: int, zone: ZoneInfo, which: int) -> int:
    days, minutes = divmod(minutes, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if first > second:  # skipped: fold 0 reads it with the old offset, which is after the gap
        return instant(_after_gap(second, zone))
    return instant(second if which == LAST else first)


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
    return datetime.fromtimestamp(at // SECOND, zone).date()


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name; ValueError says what is wrong with it."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin or UTC") from None


def parse_zone(text: str) -> str:
    """The name of a time zone that exists; ValueError says that it does not."""
    zone_of(text)
    return text


def parse_wall_time(text: str) -> int:
    """Minutes since 0001-01-01T00:00 of `2026-01-05T09:00`; ValueError says what is allowed."""
    if _WALL.fullmatch(text) is None:
        raise ValueError(f"expected a wall time such as 2026-01-05T09:00, got {text!r}")
    try:
        wall = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from None
    return (wall.toordinal() - 1) * DAY_MINUTES + wall.hour * 60 + wall.minute


def parse_day(text: str) -> date:
    """The day of `2026-12-31`; ValueError says what is allowed."""
    if _DAY.fullmatch(text) is None:
        raise ValueError(f"expected a day such as 2026-12-31, got {text!r}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from None


def wall_instant(minutes: int, zone: ZoneInfo, *, last: bool = False) -> int:
    """The instant of a wall time that `parse_wall_time` gave; as `edge`."""
    days, minutes = divmod(minutes, DAY_MINUTES)
    return edge(date.fromordinal(days + 1), minutes, zone, last=last)


def parse(text: str) -> Recurring:
    """The pattern that `text` spells; ValueError says what parts are wrong, and why."""
    week: list[Window] = []
    waiting: list[int] = []
    wrong: list[str] = []
    position = 1
    for part in text.lower().split(","):
        column = position + len(part) - len(part.lstrip())
        position += len(part) + 1
        try:
            days, hours = _part(part.strip())
        except ValueError as error:
            wrong.append(f"{part.strip()!r} at character {column}: {error}")
            continue
        waiting += days
        if hours is not None:
            week += [Window(day, *hours) for day in waiting]
            waiting = []
    if wrong:
        raise ValueError("; ".join(wrong))
    week += [Window(day, 0, DAY_MINUTES) for day in waiting]
    return Recurring(text, tuple(sorted(set(week), key=lambda w: (w.day, w.start, w.end))))


def _part(text: str) -> tuple[list[int], tuple[int, int] | None]:
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError("expected days and hours such as 'mon-fri 09:00-17:30'")
    hours = match.group(2)
    return _days(match.group(1)), None if hours is None else _hours(hours)


def _days(text: str) -> list[int]:
    if text == "daily":
        return list(range(7))
    names = text.split("-")
    for name in names:
        if name not in DAYS:
            raise ValueError(f"{name!r} is no day; days are {', '.join(DAYS)}, or daily alone")
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
