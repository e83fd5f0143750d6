"""Who watches live: what each commit changed, handed to every open event stream.

A stream that does not read is cut off when its queue is full and resumes with `Last-Event-ID`; when
the log no longer reaches back so far it is told to look again at everything (`resync`).
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from triaged.core.records.effects import ByKind, SaveIncident
from triaged.core.records.model import Incident

QUEUE_MAX = 256
"""Events that wait for one reader: a storm of a second; who is slower starts again."""

LOG_MAX = 1024
"""Events that a reader may have missed while its connection was down."""

WATCHERS_MAX = 100
"""Open streams: one per browser tab of a large team."""


class Change(msgspec.Struct, frozen=True):
    """An incident as a commit left it."""

    id: int
    incident: Incident


class Watcher:
    """One open stream's queue; `cut` when it could not keep up, or when we stop."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUE_MAX)
        self.cut = False

    def offer(self, change: Change | None) -> None:
        """Put it in the queue; None, or no room, ends the stream."""
        if change is None or self.queue.full():
            self.cut = True
        if self.queue.full():
            self.queue.get_nowait()  # the reader wakes up for the rest, then sees the end
        self.queue.put_nowait(None if self.cut else change)


class Hub:
    """Hands changes on. Ids go up, across restarts too: they start at the clock's µs."""

    def __init__(self, now: int) -> None:
        self._last = now
        self._log: deque[Change] = deque(maxlen=LOG_MAX)
        self._watchers: set[Watcher] = set()

    def committed(self, effects: ByKind) -> None:
        """Hand on the incidents that a commit changed."""
        saved = [effect.incident for effect in effects.of(SaveIncident)]
        latest = {incident.number: incident for incident in saved}
        for incident in latest.values():
            self._last += 1
            change = Change(self._last, incident)
            self._log.append(change)
            for watcher in self._watchers:
                watcher.offer(change)

    def missed(self, last_id: int) -> list[Change] | None:
        """What came after the event `last_id`; None when that is no longer known."""
        oldest = self._log[0].id if self._log else self._last + 1
        if last_id < oldest - 1 or last_id > self._last:
            return None
        return [change for change in self._log if change.id > last_id]

    @property
    def full(self) -> bool:
        """Whether no more streams may open."""
        return len(self._watchers) >= WATCHERS_MAX

    @contextmanager
    def watching(self) -> Iterator[Watcher]:
        """A queue that gets every change from now on."""
        watcher = Watcher()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        """End every stream: we stop."""
        for watcher in tuple(self._watchers):
            watcher.offer(None)
