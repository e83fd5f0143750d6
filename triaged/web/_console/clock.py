"""Instants and spans as a reader of the console sees them: their own zone, the present."""

from datetime import UTC, datetime, timedelta

import msgspec

from triaged.core.text.wording import zone_of
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND
from triaged.wire import instant_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK_US = 7 * DAY


class Clock(msgspec.Struct, frozen=True):
    """The reader's clock: a time zone, and the present."""

    zone: str
    now: int

    def local(self, at: int) -> datetime:
        """An instant in the reader's zone."""
        return (_EPOCH + timedelta(microseconds=at)).astimezone(zone_of(self.zone))

    def time(self, at: int) -> str:
        """`15:23:02`, with the day before it when that is not today."""
        return f"{self._day(at)}{self.local(at):%H:%M:%S}"

    def minute(self, at: int) -> str:
        """`15:23`, with the day before it when that is not today."""
        return f"{self._day(at)}{self.local(at):%H:%M}"

    def _day(self, at: int) -> str:
        local, today = self.local(at), self.local(self.now).date()
        if local.date() == today:
            return ""
        if abs(at - self.now) < _WEEK_US - DAY:
            return f"{local:%a} "
        return f"{local:%d %b} " if local.year == today.year else f"{local:%d %b %Y} "

    def utc(self, at: int) -> str:
        """`2026-03-04T20:23:02Z`, for programs and for `title`."""
        return instant_text(at // SECOND * SECOND)

    def age(self, at: int) -> str:
        """How long ago, in one unit: `48 s`, `11 min`, `3 h`, `5 d`."""
        return short_span(self.now - at)

    def left(self, at: int) -> str:
        """The time until an instant, or since: `4:12`, `1 h 20 min`."""
        return count_text(abs(at - self.now))

    def there(self, zone: str) -> str:
        """`05:46 Tokyo`: the time in another zone; in one with the same hour, the time alone."""
        other = Clock(zone, self.now)
        text = f"{other.local(self.now):%H:%M}"
        if other.offset_s == self.offset_s:
            return text
        return f"{text} {zone.rpartition('/')[2].replace('_', ' ')}"

    @property
    def zone_name(self) -> str:
        """`EST (UTC−5)`."""
        local = self.local(self.now)
        name = local.strftime("%Z")
        if name == "UTC":
            return name
        minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
        sign = "−" if minutes < 0 else "+"
        hours, rest = divmod(abs(minutes), 60)
        offset = f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}"
        return offset if name[:1] in ("+", "-") else f"{name} ({offset})"

    @property
    def offset_s(self) -> int:
        """Seconds between the reader's clock and UTC."""
        return int((self.local(self.now).utcoffset() or timedelta()).total_seconds())

    @property
    def short_zone(self) -> str:
        """`EST`."""
        return self.zone_name.partition(" ")[0]


def short_span(us: int) -> str:
    """A span in its largest unit: `48 s`, `11 min`, `3 h`, `5 d`."""
    us = max(us, 0)
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if us >= size:
            return f"{us // size} {unit}"
    return f"{us // SECOND} s"


def long_span(us: int) -> str:
    """A span in its two largest units: `2 min 16 s`."""
    us = max(us, 0)
    parts: list[str] = []
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        number, us = divmod(us, size)
        if number or parts:
            parts.append(f"{number} {unit}" if number else "")
    return " ".join(part for part in parts[:2] if part) or "0 s"


def count_text(us: int) -> str:
    """A countdown: `4:12` below an hour, else `1 h 20 min`."""
    if us >= HOUR:
        return long_span(us)
    seconds = us // SECOND
    return f"{seconds // 60}:{seconds % 60:02}"
