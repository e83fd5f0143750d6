"""One way in: events are decided in batches, each in one transaction.

Whatever arrives while one commit is under way forms the next batch, so one fsync serves many
requests. Timers, people's actions and verdicts go first and are never shed.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import structlog

from triaged.clock import Clock
from triaged.core.decide import decide
from triaged.core.durations import SECOND
from triaged.core.effects import Answer, Effect
from triaged.core.events import AlertReceived, BodyQuarantined, Event
from triaged.core.settings import Settings
from triaged.crashpoints import crash_point
from triaged.errors import StoreError, StoreUnavailable
from triaged.store.database import Database
from triaged.store.saving import Changes
from triaged.store.view import load, save
from triaged.wire import encode

BATCH_MAX = 1024
"""Events in a batch: some 30 ms, which an acknowledgement can wait; larger ones gain nothing."""

BESIDE_URGENT_MAX = 256
"""Alerts in a batch that has urgent events: these wait for two batches, one of them small."""

INGEST_MAX = 50_000
"""Alerts that may wait: two seconds of work and 100 MB; what is more is told to come again."""

DECISION_FAILED = "decision_failed"
TURN_US = SECOND

log = structlog.get_logger()


class Observer(Protocol):
    """Hears of each commit."""

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """These rows are on disk; deciding and writing took so long."""


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


class Engine:
    """Decides and commits. `settings` is replaced whole by a reload."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, observer: Observer
    ) -> None:
        self.settings = settings
        self.turned_at = clock.now()
        self._database = database
        self._clock = clock
        self._observer = observer
        self._urgent = Queue()
        self._ingest = Queue()
        self._work = asyncio.Event()
        self._stopping = False

    async def submit(self, events: Sequence[Event], *, urgent: bool) -> list[Answer]:
        """The answers to `events`, in order, when they are on disk.

        Raises `StoreUnavailable` when there is too much to do, the store is in trouble, or we
        stop: nothing was written then. Raises `StoreError` for an event that cannot be decided.
        """
        return await self._enqueue(events, urgent=urgent).done

    async def submit_each(self, events: Sequence[Event]) -> list[list[Answer] | BaseException]:
        """As `submit`, urgent, but each event for itself: answers or errors, in order."""
        jobs = [self._enqueue([event], urgent=True) for event in events]
        return await asyncio.gather(*(job.done for job in jobs), return_exceptions=True)

    def _enqueue(self, events: Sequence[Event], *, urgent: bool) -> Job:
        if self._stopping:
            raise StoreUnavailable("triaged is stopping")
        if not urgent and self._ingest.waiting + len(events) > INGEST_MAX:
            raise StoreUnavailable("too many alerts are waiting")
        job = Job(events)
        (self._urgent if urgent else self._ingest).put(job)
        self._work.set()
        return job

    async def run(self) -> None:
        """Turn until `stop`. When cancelled, whoever waits is told that nothing is certain."""
        try:
            while not self._stopping or self._urgent.jobs or self._ingest.jobs:
                self.turned_at = self._clock.now()
                parts = self._take()
                if parts:
                    await self._commit(parts)
                else:
                    await self._rest()
        except asyncio.CancelledError:
            for job in (*self._urgent.jobs, *self._ingest.jobs):
                job.fail(StoreUnavailable("triaged is stopping"))
            raise

    async def _rest(self) -> None:
        self._work.clear()
        try:
            async with asyncio.timeout(TURN_US / SECOND):
                await self._work.wait()
        except TimeoutError:
            pass  # turn anyway: the health check looks

    def _take(self) -> list[Part]:
        """The next batch: what is urgent first, then what came in, up to `BATCH_MAX`."""
        parts = self._urgent.take(BATCH_MAX)
        room = BATCH_MAX - sum(len(events) for _, events in parts)
        return parts + self._ingest.take(min(room, BESIDE_URGENT_MAX) if parts else room)

    async def stop(self) -> None:
        """Refuse new events; `run` returns when what waits is done."""
        self._stopping = True
        self._work.set()

    async def _commit(self, parts: Sequence[Part]) -> None:
        """Decide a batch in one transaction; in halves, if one event cannot be done."""
        try:
            answers = await self.handle([event for _, events in parts for event in events])
        except StoreUnavailable as error:
            for job, _ in parts:
                job.fail(error)
        except asyncio.CancelledError:
            for job, _ in parts:
                job.fail(StoreUnavailable("triaged is stopping"))
            raise
        except Exception as error:
            alone = [(job, event) for job, events in parts for event in events]
            if len(alone) == 1:
                await self._alone(*alone[0], error)
                return
            middle = len(alone) // 2
            for half in (alone[:middle], alone[middle:]):
                await self._commit([(job, [event]) for job, event in half])
        else:
            start = 0
            for job, events in parts:
                job.answer(answers[start : start + len(events)])
                start += len(events)

    async def _alone(self, job: Job, event: Event, error: Exception) -> None:
        """The one event that cannot be done: an alert goes to quarantine."""
        name = type(event).__name__
        log.error("event.failed", event_type=name, exc_info=error)
        failure = StoreError(f"{name} cannot be done: {error}")
        if not isinstance(event, AlertReceived):
            job.fail(failure)
            return
        try:
            job.answer(await self.handle([_quarantined(event, error)]))
        except StoreUnavailable as unavailable:
            job.fail(unavailable)
        except Exception:
            log.exception("alert.lost", source=event.alert.source)
            job.fail(failure)

    async def handle(self, batch: Sequence[Event]) -> list[Answer]:
        """Decide `batch` in order and commit it whole."""
        started_at = self._clock.now()
        effects: list[Effect] = []
        answers: list[Answer] = []
        changes = Changes()
        async with self._database.transaction() as tx:
            now = self._clock.now()
            view, events = await load(tx, batch, self.settings, now)
            for event in events:
                if isinstance(event, AlertReceived):
                    changes.heard(event.alert.source, event.received_at)
                decision = decide(view, event, self.settings, now)
                view.absorb(decision.effects)
                changes.add(decision.effects)
                effects += decision.effects
                answers.append(decision.answer)
            await save(tx, view, changes, now)
            crash_point("before_commit")
        crash_point("after_commit")
        seconds = (self._clock.now() - started_at) / SECOND
        alerts = sum(isinstance(event, AlertReceived) for event in batch)
        self._observer.committed(effects, seconds, alerts)
        return answers


def _quarantined(event: AlertReceived, error: Exception) -> BodyQuarantined:
    alert = event.alert
    detail = f"{type(error).__name__} while deciding: {error}"
    at = event.received_at
    return BodyQuarantined(alert.source, DECISION_FAILED, detail, encode(alert), {}, at)
