"""The stream of changed incidents: each commit's, handed to every subscriber.

A subscriber that does not read is cut off when its queue is full, and resumes with `Last-Event-ID`.
When the log no longer reaches back so far, it is told to read everything anew (`resync`).
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from triaged.core.records.effects import ByKind, SaveIncident
from triaged.core.records.model import Incident

QUEUE_MAX = 256
"""Changes that wait for one subscriber: a second of a storm; a slower one starts again."""

LOG_MAX = 1024
"""Changes that a subscriber may miss while its connection is down."""

SUBSCRIBERS_MAX = 100
"""Open streams: one per browser tab of a large team."""


class IncidentChange(msgspec.Struct, frozen=True):
    """An incident as a commit left it."""

    id: int
    incident: Incident


class Subscriber:
    """The queue of one open stream; `cut` when it could not keep up, or when the daemon stops."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[IncidentChange | None] = asyncio.Queue(QUEUE_MAX)
        self.cut = False

    def offer(self, change: IncidentChange | None) -> None:
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
        self._log: deque[IncidentChange] = deque(maxlen=LOG_MAX)
        self._subscribers: set[Subscriber] = set()

    def committed(self, effects: ByKind) -> None:
        """Hand on the incidents that a commit changed."""
        saved = [effect.incident for effect in effects.of(SaveIncident)]
        latest = {incident.number: incident for incident in saved}
        for incident in latest.values():
            self._last += 1
            change = IncidentChange(self._last, incident)
            self._log.append(change)
            for subscriber in self._subscribers:
                subscriber.offer(change)

    def since(self, last_id: int) -> list[IncidentChange] | None:
        """The changes after the one with `last_id`; None: the log no longer reaches back to it."""
        oldest = self._log[0].id if self._log else self._last + 1
        if last_id < oldest - 1 or last_id > self._last:
            return None
        return [change for change in self._log if change.id > last_id]

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
