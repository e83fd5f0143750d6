"""From an instant back to when an incident was armed, through open time.

Where a severity has a calendar, delays count open time, and a share is of the open time from the
arming to the closing of the next business day: the later in the day, the shorter.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import timedelta

from triaged.core.time.calendars import BUSINESS_DAY_WITHIN, Calendar, next_business_day_due
from triaged.core.time.durations import DAY, WEEK
from triaged.core.time.recurring import edge, local_day

MARGIN_US = 2 * WEEK + BUSINESS_DAY_WITHIN * DAY
"""Before and after: an incident may be due after the longest time without a working day."""


class OpenTime:
    """Open time around [start, end): how much of it has passed, and when."""

    def __init__(self, calendar: Calendar, start: int, end: int) -> None:
        zone = calendar.zone
        windows = list(calendar.open.windows(start - MARGIN_US, end + MARGIN_US, zone))
        self._starts = [begins for begins, _ in windows]
        self._passed = [0]
        """Open time before each window, and after the last."""
        for begins, ends in windows:
            self._passed.append(self._passed[-1] + ends - begins)
        self.edges = {at for window in windows for at in window}
        self._days: list[int] = []
        """Midnights: then the due time of the next business day changes."""
        day, last = local_day(start, zone), local_day(end, zone)
        while day <= last:
            self._days.append(edge(day, 0, zone))
            day += timedelta(days=1)
        self.edges |= set(self._days)
        self._dues = [next_business_day_due(calendar, midnight) for midnight in self._days]
        self._ends = [ends for _, ends in windows]
        self.longest_us = max(
            self.passed(due) - self.passed(midnight)
            for midnight, due in zip(self._days, self._dues, strict=True)
        )

    def passed(self, at: int) -> int:
        """The open time that has passed at an instant, in µs."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0
        return self._passed[index] + min(at, self._ends[index]) - self._starts[index]

    def when(self, passed: int) -> int:
        """The instant at which so much open time has passed; for a closed span, its end."""
        index = min(max(bisect_right(self._passed, passed) - 1, 0), len(self._starts) - 1)
        return self._starts[index] + passed - self._passed[index]

    def armed(self, at: int, share: float, span_us: int) -> Iterator[int]:
        """Armings after which, `share` of the target and `span_us` of open time later, it is `at`.

        At once is `at` itself. With a share it depends on the day of the arming, of which several
        may lead there.
        """
        if share == 0.0:
            yield at if span_us == 0 else self.when(self.passed(at) - span_us)
            return
        if share >= 1.0:
            return  # when the target ends, whenever on the day it was armed
        for index in range(bisect_left(self._days, at) - 1, -1, -1):
            due = self.passed(self._dues[index])
            if self._dues[index] < at:
                return
            position = (self.passed(at) - span_us - share * due) / (1.0 - share)
            yield self.when(int(position))
