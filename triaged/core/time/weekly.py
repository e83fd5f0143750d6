"""A wall time of every week: `mon 09:00`."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.time.recurring import DAYS, edge, local_day

_TEXT = re.compile(r"([a-z]{3}) (\d\d):(\d\d)", re.ASCII)
WEEKLY_WANTED = "a day and a time such as mon 09:00"


class WeekTime(msgspec.Struct, frozen=True):
    """A weekday (0 is Monday) and the minutes since its midnight."""

    day: int
    minutes: int

    def last(self, at: int, zone: ZoneInfo) -> int:
        """The last instant, not after `at`, at which it was this time."""
        today = local_day(at, zone)
        day = today - timedelta(days=(today.weekday() - self.day) % 7)
        found = edge(day, self.minutes, zone)
        return found if found <= at else edge(day - timedelta(days=7), self.minutes, zone)


def parse_weekly(text: str) -> WeekTime:
    """The time that a text such as `mon 09:00` spells; ValueError says what is allowed."""
    match = _TEXT.fullmatch(text.lower())
    if match is None or match[1] not in DAYS or int(match[2]) > 23 or int(match[3]) > 59:
        raise ValueError(f"expected {WEEKLY_WANTED}, got {text[:80]!r}")
    return WeekTime(DAYS.index(match[1]), int(match[2]) * 60 + int(match[3]))


def show_weekly(time: WeekTime) -> str:
    """`mon 09:00`."""
    return f"{DAYS[time.day]} {time.minutes // 60:02}:{time.minutes % 60:02}"
