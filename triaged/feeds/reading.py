"""A feed's body, read into shifts of a window; what cannot be read with certainty is refused."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
import x_wr_timezone
from icalendar import Calendar, Event

from triaged.core.records.duty.feeds import FeedReading, RefusedEvent, UnreadableFeed
from triaged.core.records.duty.overrides import FeedShift
from triaged.core.time.durations import DAY, SECOND
from triaged.core.time.recurring import edge, zone_of
from triaged.feeds.components import LIBRARY_ERRORS, Refusal, local_until, moment, short, start_of
from triaged.feeds.events import FeedEvent, event_of, identity
from triaged.feeds.names import named
from triaged.feeds.request import Request
from triaged.feeds.structure import Structure, structure_of
from triaged.feeds.zones import own_zones, zone_named
from triaged.wire import instant

BEFORE_US = 35 * DAY
AFTER_US = 400 * DAY
"""Window of shifts around the time of reading: that of gaps ahead and of figures behind."""

INSTANCES_MAX = 20_000
REFUSED_SHOWN = 50
NOTES_SHOWN = 50

_INDEX = "X-TRIAGED-INDEX"
"""Property by which an expanded instance names the event that it came from."""

Budget = Callable[[], AbstractContextManager[object]]
"""The limit on the time of one series: it raises SeriesTimeout inside the block."""


class SeriesTimeout(Exception):
    """Reading one series takes longer than its budget."""


class _TooMany(Exception):
    """More shifts than fit."""


def read_feed(request: Request, budget: Budget = nullcontext) -> FeedReading | UnreadableFeed:
    """The shifts of a feed around `now`, and what was refused; or why nothing can be used."""
    structure = structure_of(request.body)
    if isinstance(structure, UnreadableFeed):
        return structure
    try:
        return _Feed(structure, request, budget).read()
    except _TooMany as error:
        return UnreadableFeed(str(error))


class _Feed:
    """The reading of one feed."""

    def __init__(self, structure: Structure, request: Request, budget: Budget) -> None:
        self._structure = structure
        self._request = request
        self._budget = budget
        self._zone = zone_of(request.zone)
        self._notes: dict[str, None] = {}
        self._refused: list[RefusedEvent] = []
        self._shifts: list[FeedShift] = []
        self._own_zone = self._calendar_zone()

    def read(self) -> FeedReading:
        """All of it."""
        series = self._series()
        accepted = 0
        for uid, events in series.items():
            try:
                with self._budget():
                    found = list(self._instances(events))
            except Refusal as refusal:
                self._refuse(uid, events[0].title, str(refusal))
            except SeriesTimeout:
                self._refuse(uid, events[0].title, "its rule takes too long to follow")
            except LIBRARY_ERRORS as error:
                self._refuse(uid, events[0].title, f"it cannot be expanded: {short(error)}")
            else:
                accepted += len(events)
                self._add(found)
        self._note_duplicates()
        self._shifts.sort(key=lambda one: (one.start_at, one.end_at, one.uid))
        return FeedReading(
            shifts=tuple(self._shifts),
            events=accepted,
            refused=tuple(self._refused[:REFUSED_SHOWN]),
            refused_number=len(self._refused),
            notes=tuple(self._notes)[:NOTES_SHOWN],
        )

    def _calendar_zone(self) -> ZoneInfo | None:
        """The zone that the calendar has beside its events, as those of Google have."""
        name = self._structure.calendar.value("X-WR-TIMEZONE")
        zone = zone_named(name) if name else None
        if name and zone is None:
            self._notes[f"nobody knows the calendar's time zone {name[:60]!r}"] = None
        return zone

    def _refuse(self, uid: str, summary: str, why: str) -> None:
        self._refused.append(RefusedEvent(uid, summary, why))

    def _series(self) -> dict[str, list[FeedEvent]]:
        """The good events by UID, of each series and each of its instances the newest one."""
        zones = own_zones(self._structure.zones)
        newest: dict[tuple[str, object], FeedEvent] = {}
        for block in self._structure.events:
            uid, summary = identity(block)
            try:
                with self._budget():
                    event = event_of(block, zones, self._notes)
            except Refusal as refusal:
                self._refuse(uid, summary, str(refusal))
                continue
            except SeriesTimeout:
                self._refuse(uid, summary, "it takes too long to parse")
                continue
            key = (uid, event.replaces)
            if key not in newest or newest[key].rank <= event.rank:
                newest[key] = event
        series: dict[str, list[FeedEvent]] = {}
        for (uid, _), event in newest.items():
            series.setdefault(uid, []).append(event)
        return series

    def _instances(self, events: list[FeedEvent]) -> Iterator[FeedShift]:
        """The shifts of a series in the window."""
        self._check_floating(events)
        single = len(events) == 1 and not events[0].recurs
        for event, start, end in [(events[0], None, None)] if single else self._expanded(events):
            if event.cancelled:
                continue
            begin = start_of(event.component) if start is None else start
            start_at = self._instant(begin)
            end_at = self._end(event, begin, end)
            if end_at <= start_at:
                day = begin.isoformat()[:10]
                self._notes[f"{event.title!r} has no length on {day}: the clocks change"] = None
            elif self._is_near(start_at, end_at):
                title = event.person or event.title
                name = named(title, event.attendees, self._request.known)
                yield FeedShift(
                    event.uid, start_at, end_at, name.people, name.unknown, level=name.level
                )

    def _check_floating(self, events: Iterable[FeedEvent]) -> None:
        """Times without a zone are the calendar's or the schedule's; an unknown one is refused."""
        named_zone = self._structure.calendar.value("X-WR-TIMEZONE")
        for event in events:
            start = start_of(event.component)
            if not isinstance(start, datetime):
                continue
            is_floating = start.tzinfo is None
            if named_zone and self._own_zone is None and (is_floating or event.recurs):
                raise Refusal(f"nobody knows its calendar's time zone {named_zone[:60]!r}")
            if is_floating and self._own_zone is None:
                self._notes[f"times without a time zone are read in {self._request.zone}"] = None

    def _expanded(
        self, events: list[FeedEvent]
    ) -> Iterator[tuple[FeedEvent, date | None, date | None]]:
        calendar = Calendar()
        for index, event in enumerate(events):
            local_until(event.component, self._zone)
            event.component.add(_INDEX, str(index))
            calendar.add_component(event.component)
        if self._own_zone is not None:
            calendar = x_wr_timezone.to_standard(calendar, timezone=self._own_zone)
        start, end = self._window()
        query = recurring_ical_events.of(calendar)
        for instance in query.between(start, end):
            assert isinstance(instance, Event)
            event = events[int(str(instance[_INDEX]))]
            yield event, start_of(instance), moment(instance, "DTEND")

    def _window(self) -> tuple[datetime, datetime]:
        """A day more than wanted: what is beyond is left out afterwards, at exact instants."""
        now = datetime.fromtimestamp(self._request.now // SECOND, UTC)
        before, after = timedelta(days=BEFORE_US // DAY + 1), timedelta(days=AFTER_US // DAY + 1)
        return now - before, now + after

    def _is_near(self, start_at: int, end_at: int) -> bool:
        now = self._request.now
        return start_at < now + AFTER_US and end_at > now - BEFORE_US

    def _instant(self, moment: date) -> int:
        """The instant of a time, or of the midnight that begins a day."""
        if not isinstance(moment, datetime):
            return edge(moment, 0, self._zone)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._own_zone or self._zone)
        return instant(moment.astimezone(UTC))

    def _end(self, event: FeedEvent, start: date, end: date | None) -> int:
        """Days follow the clock on the wall, hours are exact time."""
        length = event.length
        if length is None:
            end = moment(event.component, "DTEND") if end is None else end
            assert end is not None
            return self._instant(end)
        wall_end = start + timedelta(days=length.days)
        return self._instant(wall_end) + length.exact // timedelta(microseconds=1)

    def _add(self, found: list[FeedShift]) -> None:
        if len(self._shifts) + len(found) > INSTANCES_MAX:
            raise _TooMany(
                f"the calendar has more than {INSTANCES_MAX:,} shifts in the next"
                f" {AFTER_US // DAY} days; the first beyond belongs to UID {found[0].uid}"
            )
        self._shifts += found

    def _note_duplicates(self) -> None:
        """Two events that put the same person on call at the same time are one too many."""
        seen = Counter((one.people, one.start_at, one.end_at) for one in self._shifts if one.people)
        twice = sum(1 for number in seen.values() if number > 1)
        if twice:
            self._notes[f"{twice} shifts are there twice; each counts once"] = None
