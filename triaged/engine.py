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

BATCH_MAX = 2048
"""Events in a batch: some tens of milliseconds, which an acknowledgement can wait."""

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
    """Events that were submitted together, and who waits for their answers."""

    __slots__ = ("done", "events")

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.done: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()


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
        self._urgent: deque[Job] = deque()
        self._ingest: deque[Job] = deque()
        self._waiting = 0
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
        if not urgent and self._waiting + len(events) > INGEST_MAX:
            raise StoreUnavailable("too many alerts are waiting")
        job = Job(events)
        (self._urgent if urgent else self._ingest).append(job)
        self._waiting += 0 if urgent else len(events)
        self._work.set()
        return job

    async def run(self) -> None:
        """Turn until `stop`."""
        while not (self._stopping and not self._urgent and not self._ingest):
            self.turned_at = self._clock.now()
            jobs = self._take()
            if jobs:
                await self._commit(jobs)
            else:
                await self._rest()

    async def _rest(self) -> None:
        self._work.clear()
        try:
            async with asyncio.timeout(TURN_US / SECOND):
                await self._work.wait()
        except TimeoutError:
            pass  # turn anyway: the health check looks

    def _take(self) -> list[Job]:
        """The next batch: everything urgent first, then what came in, up to `BATCH_MAX`."""
        jobs: list[Job] = []
        room = BATCH_MAX
        for queue in (self._urgent, self._ingest):
            while queue and (room >= len(queue[0].events) or not jobs):
                job = queue.popleft()
                room -= len(job.events)
                self._waiting -= 0 if queue is self._urgent else len(job.events)
                jobs.append(job)
        return jobs

    async def stop(self) -> None:
        """Refuse new events; `run` returns when what waits is done."""
        self._stopping = True
        self._work.set()

    async def _commit(self, jobs: Sequence[Job]) -> None:
        """Decide the jobs in one transaction; in halves, if one of them cannot be written."""
        try:
            answers = await self.handle([event for job in jobs for event in job.events])
        except StoreUnavailable as error:
            _fail(jobs, error)
        except Exception:
            log.exception("batch.failed", jobs=len(jobs))
            await self._isolate(jobs)
        else:
            _answer(jobs, answers)

    async def _isolate(self, jobs: Sequence[Job]) -> None:
        if len(jobs) > 1:
            middle = len(jobs) // 2
            await self._commit(jobs[:middle])
            await self._commit(jobs[middle:])
            return
        answers: list[Answer] = []
        try:
            for event in jobs[0].events:
                answers += await self._alone(event)
        except StoreError as alone:
            _fail(jobs, alone)
        else:
            _answer(jobs, answers)

    async def _alone(self, event: Event) -> list[Answer]:
        """One event for itself; an alert that cannot be written goes to quarantine."""
        try:
            return await self.handle([event])
        except StoreUnavailable:
            raise
        except Exception as error:
            if isinstance(event, AlertReceived):
                return await self.handle([_quarantined(event, error)])
            raise StoreError(f"{type(event).__name__} cannot be done: {error}") from error

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


def _answer(jobs: Sequence[Job], answers: Sequence[Answer]) -> None:
    start = 0
    for job in jobs:
        end = start + len(job.events)
        if not job.done.done():  # its caller may have gone
            job.done.set_result(list(answers[start:end]))
        start = end


def _fail(jobs: Sequence[Job], error: Exception) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_exception(error)
