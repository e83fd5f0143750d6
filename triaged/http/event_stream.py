"""The stream of changes: each commit's, handed to every subscriber.

A subscriber that does not read is cut off when its queue is full, and resumes with `Last-Event-ID`.
When the log no longer reaches back so far, it is told to read everything anew (`resync`).
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from triaged.core.records.duty.overrides import FeedShifts, Override
from triaged.core.records.effects import AddPage, ByKind, SaveIncident, SavePage, SaveRow
from triaged.core.records.model import Incident, incident_id
from triaged.wire import encode

QUEUE_MAX = 1024
"""Changes that wait for one subscriber: a second of a storm; a slower one starts again."""

LOG_MAX = 4096
"""Changes that a subscriber may miss while its connection is down."""

SUBSCRIBERS_MAX = 600
"""Open streams: one for each browser of a large house, and its programs."""

INCIDENT, PAGE, ONCALL = "incident", "page", "oncall"
NAMES = (INCIDENT, PAGE, ONCALL)
"""Events that a stream can have."""


class Change(msgspec.Struct, frozen=True):
    """What a commit changed; `brief` says it in a few bytes, the same for every subscriber."""

    id: int
    name: str
    number: int | None
    """The incident that it is about; None: about none."""
    brief: bytes
    incident: Incident | None = None
    """The incident as the commit left it, for changes named `incident`."""


class BriefIncident(msgspec.Struct, frozen=True):
    """An incident has changed: enough to know whether to read it anew."""

    incident: str
    seq: int
    """Entries of its timeline."""
    severity: str
    state: str
    by: str
    """Who has it, or has resolved it; empty: nobody."""


class BriefPage(msgspec.Struct, frozen=True):
    """A page or update was made, or something became of it."""

    incident: str
    person: str
    state: str


class Subscriber:
    """The queue of one open stream; `cut` when it could not keep up, or when the daemon stops."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUE_MAX)
        self.cut = False

    def offer(self, change: Change | None) -> None:
        """Put it in the queue; None, or a full queue, ends the stream."""
        if change is None or self.queue.full():
            self.cut = True
        if self.queue.full():
            self.queue.get_nowait()  # the stream is woken for the rest, then finds the end
        self.queue.put_nowait(None if self.cut else change)


class EventStream:
    """Hands changes on. Their ids increase, across restarts too: they start at the clock's µs."""

    def __init__(self, now: int) -> None:
        self._last = now
        self._log: deque[Change] = deque(maxlen=LOG_MAX)
        self._subscribers: set[Subscriber] = set()

    def committed(self, effects: ByKind) -> None:
        """Hand on what a commit changed: incidents, pages, facts about duty."""
        saved = [effect.incident for effect in effects.of(SaveIncident)]
        for incident in {incident.number: incident for incident in saved}.values():
            self._hand_on(INCIDENT, incident.number, _brief(incident), incident)
        pages = [each.page for each in effects.of(AddPage)]
        pages += [each.page for each in effects.of(SavePage)]
        for page in {page.id: page for page in pages}.values():
            brief = BriefPage(incident_id(page.incident), page.recipient.person, page.state)
            self._hand_on(PAGE, page.incident, brief)
        if any(isinstance(each.row, Override | FeedShifts) for each in effects.of(SaveRow)):
            self._hand_on(ONCALL, None, {})

    def _hand_on(
        self, name: str, number: int | None, brief: object, incident: Incident | None = None
    ) -> None:
        self._last += 1
        change = Change(self._last, name, number, encode(brief), incident)
        self._log.append(change)
        for subscriber in self._subscribers:
            subscriber.offer(change)

    def since(self, last_id: int) -> list[Change] | None:
        """The changes after the one with `last_id`; None: the log no longer reaches back to it."""
        oldest = self._log[0].id if self._log else self._last + 1
        if last_id < oldest - 1 or last_id > self._last:
            return None
        return [change for change in self._log if change.id > last_id]

    @property
    def open(self) -> int:
        """How many streams are open."""
        return len(self._subscribers)

    @property
    def full(self) -> bool:
        """True if no more streams may open."""
        return len(self._subscribers) >= SUBSCRIBERS_MAX

    @contextmanager
    def subscribed(self) -> Iterator[Subscriber]:
        """A subscriber that gets every change from now on."""
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    def close(self) -> None:
        """End every stream: the daemon stops."""
        for subscriber in tuple(self._subscribers):
            subscriber.offer(None)


def _brief(incident: Incident) -> BriefIncident:
    by = incident.holder if incident.live else incident.resolved_by
    return BriefIncident(incident.id, incident.entries, incident.severity, incident.state, by or "")
