"""The engine's queues: events that came together, in order, and the futures of their answers."""

import asyncio
from collections import deque
from collections.abc import Sequence

from triaged.core.records.effects import Answer
from triaged.core.records.events import Event


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
