"""The engine's queues: events that came together, in order, and the futures of their answers."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from triaged.clock import Clock
from triaged.core.records.answers import Answer
from triaged.core.records.events import Event
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable

BATCH_MAX = 512
"""Events in a batch while only alerts come: some 40 ms; larger ones gain nothing."""

SMALL_BATCH_MAX = 192
"""Alerts in a batch while people and timers are at work, which wait for up to two of them. Half as
long, and alerts get through a tenth slower."""

BESIDE_URGENT_MAX = 64
"""Alerts in a batch that has urgent events: those wait for it, whatever else there is."""

ATTENTIVE_US = SECOND
"""For so long after an urgent event another is expected: a storm's timers, a person's clicks."""

INGEST_MAX = 50_000
"""Alerts that may wait: four to five seconds of work, 100 MB. Then senders have to come again."""

URGENT_MAX = 20_000
"""Actions, timers and verdicts that may wait: timers come by the 500, lanes by the dozen, so what
is more are requests of something that has gone wild."""


class Job:
    """Events that were submitted together, and who waits for their answers.

    A large one is done in parts. When one part fails the rest is left: the sender comes again.
    """

    __slots__ = ("answers", "done", "events", "failed", "taken")

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.taken = 0
        self.failed = False
        self.answers: list[Answer] = []
        self.done: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()

    def take(self, most: int) -> Sequence[Event]:
        """The next `most` events."""
        events = self.events[self.taken : self.taken + most]
        self.taken += len(events)
        return events

    def answer(self, answers: Sequence[Answer]) -> None:
        """Take the answers of a part; the last one's free who waits, unless they have gone."""
        self.answers += answers
        if len(self.answers) == len(self.events) and not self.done.done():
            self.done.set_result(self.answers)

    def fail(self, error: Exception) -> None:
        """Tell who waits."""
        self.failed = True
        if not self.done.done():
            self.done.set_exception(error)


Part = tuple[Job, Sequence[Event]]


class Queue:
    """Jobs in order, and how many of their events wait."""

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque()
        self.waiting = 0

    def put(self, job: Job) -> None:
        """Wait behind the others."""
        self.jobs.append(job)
        self.waiting += len(job.events)

    def take(self, room: int) -> list[Part]:
        """Up to `room` events from the front; what is left of failed jobs goes without."""
        parts: list[Part] = []
        while self.jobs and room > 0:
            job = self.jobs[0]
            events = job.take(len(job.events) if job.failed else room)
            self.waiting -= len(events)
            if not job.failed:
                room -= len(events)
                parts.append((job, events))
            if job.taken == len(job.events):
                self.jobs.popleft()
        return parts


class Queues:
    """The two queues of an engine: what is urgent (people, timers, verdicts), and what came in."""

    def __init__(self, clock: Clock) -> None:
        self.urgent = Queue()
        self.ingest = Queue()
        self._clock = clock
        self._urgent_at = 0

    @property
    def waiting(self) -> int:
        """Number of events that wait."""
        return self.urgent.waiting + self.ingest.waiting

    def put(self, events: Sequence[Event], *, urgent: bool) -> Job:
        """The events as a job that waits. Raises `StoreUnavailable` when too many wait."""
        if not urgent and self.ingest.waiting + len(events) > INGEST_MAX:
            raise StoreUnavailable("too many alerts are waiting")
        if urgent and self.urgent.waiting + len(events) > URGENT_MAX:
            raise StoreUnavailable("too many requests are waiting")
        job = Job(events)
        (self.urgent if urgent else self.ingest).put(job)
        if urgent:
            self._urgent_at = self._clock.now()
        return job

    def take(self) -> list[Part]:
        """The next batch: what is urgent first, then what came in."""
        if parts := self.urgent.take(BATCH_MAX):
            return parts + self.ingest.take(BESIDE_URGENT_MAX)
        attentive = self._clock.now() < self._urgent_at + ATTENTIVE_US
        return self.ingest.take(SMALL_BATCH_MAX if attentive else BATCH_MAX)

    def fail(self) -> None:
        """Tell whoever waits that the engine stops."""
        for job in (*self.urgent.jobs, *self.ingest.jobs):
            job.fail(stopping())


def stopping() -> StoreUnavailable:
    """The reason why nothing is done any more."""
    return StoreUnavailable("triaged is stopping")


def answer(parts: Sequence[Part], answers: Sequence[Answer]) -> None:
    """Give every job the answers to its events."""
    start = 0
    for job, events in parts:
        job.answer(answers[start : start + len(events)])
        start += len(events)


@contextmanager
def failed_when_cancelled(parts: Sequence[Part]) -> Iterator[None]:
    """Jobs of `parts` fail when the engine is cancelled while it works on them."""
    try:
        yield
    except asyncio.CancelledError:
        for job, _ in parts:
            job.fail(stopping())
        raise
