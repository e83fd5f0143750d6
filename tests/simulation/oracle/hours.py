"""Working hours and turns of duty, counted day by day on the wall clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Occurrence = tuple[int, int]
"""(begin, end) in µs UTC."""


def instant(moment: datetime) -> int:
    """µs UTC."""
    return int(moment.timestamp()) * 1_000_000


def turn_of(people: tuple[str, ...], every: timedelta, start: str, zone: str, at: int) -> str:
    """Whose turn it is: turns are counted on the wall clock from `start`."""
    wall = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(ZoneInfo(zone))
    passed = wall.replace(tzinfo=None) - datetime.fromisoformat(start)
    return people[passed // every % len(people)]


def occurrences(weekday: int, begins: int, ends: int, zone: str, days: range) -> list[Occurrence]:
    """Each time from one hour until another of a weekday, on days since 1970."""
    found = []
    for number in days:
        day = date(1970, 1, 1) + timedelta(days=number)
        if day.weekday() == weekday:
            times = (datetime.combine(day, time(hour), ZoneInfo(zone)) for hour in (begins, ends))
            begin, end = map(instant, times)
            found.append((begin, end))
    return found


class Hours:
    """Monday to Friday, from one hour until another, in a zone, but for holidays."""

    def __init__(self, zone: str, begins: int, ends: int, holidays: frozenset[date]) -> None:
        self._zone = ZoneInfo(zone)
        self._begins, self._ends = begins, ends
        self._holidays = holidays

    def spans(self, at: int) -> Iterator[tuple[int, int]]:
        """(opening, closing) of every working day that has not closed at `at`."""
        day = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(self._zone).date()
        while True:
            if day.weekday() < 5 and day not in self._holidays:
                begins, ends = (
                    instant(datetime.combine(day, time(hour), self._zone))
                    for hour in (self._begins, self._ends)
                )
                if ends > at:
                    yield begins, ends
            day += timedelta(days=1)

    def opens(self, at: int) -> int:
        """The first open instant from `at` on."""
        return max(at, next(self.spans(at))[0])

    def after(self, at: int, us: int) -> int:
        """The instant at which so much open time has passed since `at`; never a closing one."""
        for opens, closes in self.spans(at):
            since = max(opens, at)
            if us < closes - since:
                return since + us
            us -= closes - since
        raise AssertionError("days do not end")

    def next_working_day(self, at: int) -> tuple[int, int]:
        """(closing time of the next working day, the open time until then in µs)."""
        spans = self.spans(at)
        first = next(spans)
        local = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(self._zone).date()
        opening = datetime.fromtimestamp(first[0] / 1_000_000, UTC).astimezone(self._zone).date()
        begins, ends = next(spans) if opening == local else first
        if opening == local:
            return ends, first[1] - max(first[0], at) + ends - begins
        return ends, ends - begins
