"""One way in: events are decided in batches, each in one transaction.

Whatever arrives while one commit is under way forms the next batch, so one fsync serves many
requests. Timers, people's actions and verdicts go first and are never shed.

Where the store allows it, alerts are decided while the batch before them is being committed, on
top of what that one wants. They are committed after it; if it fails, they are decided anew.
"""

import asyncio
from collections.abc import Sequence, Set
from typing import Protocol

import structlog
from msgspec.structs import replace

from triaged.clock import Clock
from triaged.core.decide import decide
from triaged.core.records.answers import Answer
from triaged.core.records.effects import Effect
from triaged.core.records.events import AlertReceived, BodyQuarantined, Event, PackDecided
from triaged.core.settings import Settings
from triaged.core.situation import Outage, Situation
from triaged.core.time.durations import SECOND
from triaged.crashpoints import CrashPoint, no_crash
from triaged.engine.classification import classified
from triaged.engine.queue import Job, Part, Queues, answer, failed_when_cancelled, stopping
from triaged.engine.senders import Senders
from triaged.errors import StoreError, StoreUnavailable
from triaged.store.database.base import Contended, PendingWrites
from triaged.store.database.connect import Database
from triaged.store.duty_facts import KnownFacts
from triaged.store.saving import Changes
from triaged.store.view import LoadedView, Loader, save
from triaged.wire import encode

AHEAD_MIN = 128
"""Alerts that are worth deciding while a commit is under way: fewer wait and share the next."""

PLAIN = (AlertReceived, PackDecided)
"""Events that are decided ahead: all that there are in a storm."""

CONTENDED_MAX = 3
"""Limit on deciding a batch anew because of another process; then its senders come again."""

DECISION_FAILED = "decision_failed"
TURN_US = SECOND

log = structlog.get_logger()


class Observer(Protocol):
    """Hears of each commit."""

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """These rows are on disk; deciding and writing took so long."""


class Decided:
    """The decisions about a batch: its view as they left it, the rows to write, the answers."""

    __slots__ = ("alerts", "answers", "changes", "effects", "now", "view")

    def __init__(self, view: LoadedView, now: int) -> None:
        self.view = view
        self.now = now
        self.alerts = 0
        self.effects: list[Effect] = []
        self.answers: list[Answer] = []
        self.changes = Changes()


class Flight:
    """A batch that is being committed."""

    __slots__ = ("decided", "failed", "landed", "parts")

    def __init__(self, parts: Sequence[Part], decided: Decided) -> None:
        self.parts = parts
        self.decided = decided
        self.landed = asyncio.Event()
        self.failed = False


class Engine:
    """Decides and commits. `settings` is replaced whole by a reload."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        observer: Observer,
        crash_point: CrashPoint = no_crash,
    ) -> None:
        self.settings = settings
        self.crash_point = crash_point
        """For whoever works with this engine, too."""
        self.turned_at = clock.now()
        self.outage: Outage | None = None
        """The last time that we did not run and heard nobody; the daemon fills it in."""
        self.duty_facts = KnownFacts()
        """What batches and questions know about duty besides the configuration."""
        self.unfinished = 0
        """Events that came in and are not on disk yet, without the urgent ones."""
        self.urgent = 0
        """Urgent events so far: people, timers and verdicts."""
        self._database = database
        self._clock = clock
        self._observer = observer
        self._senders = Senders()
        self._queues = Queues(clock)
        self._work = asyncio.Event()
        self._stopping = False
        self._flight: Flight | None = None

    async def submit(self, events: Sequence[Event], *, urgent: bool) -> list[Answer]:
        """The answers to `events`, in order, when they are on disk.

        Raises `StoreUnavailable` when there is too much to do, the store is in trouble, or we
        stop: nothing was written then. Raises `StoreError` for an event that cannot be decided.
        """
        if not events:
            return []
        job = self._enqueue(events, urgent=urgent)
        if urgent:
            return await job.done
        self.unfinished += len(events)
        try:
            return await job.done
        finally:
            self.unfinished -= len(events)

    async def submit_each(self, events: Sequence[Event]) -> list[list[Answer] | BaseException]:
        """As `submit`, urgent, but each event for itself: answers or errors, in order."""
        jobs = [self._enqueue([event], urgent=True) for event in events]
        return await asyncio.gather(*(job.done for job in jobs), return_exceptions=True)

    def _enqueue(self, events: Sequence[Event], *, urgent: bool) -> Job:
        if self._stopping:
            raise stopping()
        job = self._queues.put(events, urgent=urgent)
        if urgent:
            self.urgent += len(events)
        self._work.set()
        return job

    async def run(self) -> None:
        """Turn until `stop`. When cancelled, whoever waits is told that nothing is certain."""
        try:
            async with asyncio.TaskGroup() as commits:
                while not self._stopping or self._queues.waiting or self._flight:
                    await self._turn(commits)
        except asyncio.CancelledError:
            self._queues.fail()
            raise

    async def _turn(self, commits: asyncio.TaskGroup) -> None:
        """Do what waits, or wait for more."""
        flight = self._flight
        if flight is None:
            self.turned_at = self._clock.now()
        elif flight.landed.is_set():
            await self._land()
        elif not self._queues.urgent.waiting and self._queues.ingest.waiting < AHEAD_MIN:
            await self._rest()
            return
        parts = self._queues.take()
        if not parts:
            await self._rest()
            return
        with failed_when_cancelled(parts):
            if not await self._decide_ahead(parts, commits):
                await self._land()
                await self._commit(parts)

    async def _rest(self) -> None:
        self._work.clear()
        try:
            async with asyncio.timeout(TURN_US / SECOND):
                await self._work.wait()
        except TimeoutError:
            pass  # turn anyway: the health check looks

    async def _decide_ahead(self, parts: Sequence[Part], commits: asyncio.TaskGroup) -> bool:
        """Decide alerts now and have them committed after what is being committed; False: not so.

        Whatever is not plain is left to `_commit`: other events, an alert that cannot be decided.
        """
        tx = self._database.looking_ahead()
        before = self._flight.decided if self._flight else None
        events = [event for _, events in parts for event in events]
        if tx is None or not all(isinstance(event, PLAIN) for event in events):
            return False
        if before is not None and before.changes.alters_suppression:
            return False
        try:
            loader = Loader(
                tx, self.settings, before.view if before else None, duty=self.duty_facts
            )
            decided = await self._decide(loader, events)
            writes = PendingWrites()
            await save(writes, decided.view, decided.changes, decided.now)
        except Exception as error:
            log.info("batch.put_off", exc_info=error)
            return False
        if not await self._land():
            return False  # what it was decided on is not there
        self._flight = Flight(parts, decided)
        commits.create_task(self._fly(self._flight, writes))
        return True

    async def _fly(self, flight: Flight, writes: PendingWrites) -> None:
        """Commit what was decided, and answer."""
        try:
            with failed_when_cancelled(flight.parts):
                async with self._database.transaction() as tx:
                    await writes.replay(tx)
                    self.crash_point("before_commit")
                self.crash_point("after_commit")
        except (StoreError, StoreUnavailable) as error:
            log.info("batch.failed", reason=str(error))
            flight.failed = True
        else:
            self._committed(flight.decided)
            answer(flight.parts, flight.decided.answers)
        finally:
            flight.landed.set()
            self._work.set()

    async def _land(self) -> bool:
        """Wait for the commit under way; False: it failed, and its batch was decided anew."""
        flight = self._flight
        if flight is None:
            return True
        await flight.landed.wait()
        self._flight = None
        self.turned_at = self._clock.now()
        if flight.failed:
            await self._commit(flight.parts)
        return not flight.failed

    async def stop(self) -> None:
        """Refuse new events; `run` returns when what waits is done."""
        self._stopping = True
        self._work.set()

    async def _commit(self, parts: Sequence[Part]) -> None:
        """Decide a batch in one transaction; in halves, if one event cannot be done.

        What follows a part that failed is left: it may be what says that the part is done.
        """
        parts = [(job, events) for job, events in parts if not job.failed]
        if not parts:
            return
        try:
            answers = await self.handle([event for _, events in parts for event in events])
        except StoreUnavailable as error:
            for job, _ in parts:
                job.fail(error)
        except Exception as error:
            alone = [(job, event) for job, events in parts for event in events]
            if len(alone) == 1:
                await self._alone(*alone[0], error)
                return
            middle = len(alone) // 2
            for half in (alone[:middle], alone[middle:]):
                await self._commit([(job, [event]) for job, event in half])
        else:
            answer(parts, answers)

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
        """Decide `batch` in order and commit it whole, anew where another process was faster."""
        keys: Set[str] = frozenset()
        for _ in range(CONTENDED_MAX):
            try:
                return await self._handle_once(batch, keys)
            except Contended as error:
                log.info("batch.contended", reason=str(error))
                keys |= error.keys
        return await self._handle_once(batch, keys)

    async def _handle_once(self, batch: Sequence[Event], keys: Set[str]) -> list[Answer]:
        async with self._database.transaction() as tx:
            loader = Loader(tx, self.settings, None, keys, self.duty_facts)
            decided = await self._decide(loader, batch)
            await save(tx, decided.view, decided.changes, decided.now)
            self.crash_point("before_commit")
        self.crash_point("after_commit")
        self._committed(decided)
        return decided.answers

    async def _decide(self, loader: Loader, batch: Sequence[Event]) -> Decided:
        """Load what `batch` depends on and decide it, in order."""
        settings = loader.settings
        batch = self._of_known_senders(batch)
        states = await loader.alerts(batch)
        events = classified(batch, states, settings, self._clock.now())
        await loader.lock(events)
        now = self._clock.now()  # after whom we waited for
        view = await loader.view(events, now)
        decided, situation = Decided(view, now), Situation(view, settings, now, self.outage)
        for event in events:
            if isinstance(event, AlertReceived):
                decided.alerts += 1
                decided.changes.heard(event.alert, event.received_at)
            decision = decide(situation, event)
            view.absorb(decision.effects)
            decided.changes.add(decision.effects)
            decided.effects += decision.effects
            decided.answers.append(decision.answer)
        return decided

    def _of_known_senders(self, batch: Sequence[Event]) -> list[Event]:
        """The batch, in which a source has no more senders than it may."""
        known = self._senders.known
        return [
            replace(event, alert=alert)
            if isinstance(event, AlertReceived) and (alert := known(event.alert)) is not event.alert
            else event
            for event in batch
        ]

    def _committed(self, decided: Decided) -> None:
        seconds = (self._clock.now() - decided.now) / SECOND
        self._observer.committed(decided.effects, seconds, decided.alerts)


def _quarantined(event: AlertReceived, error: Exception) -> BodyQuarantined:
    detail, body = f"{type(error).__name__} while deciding: {error}", encode(event.alert)
    source, at = event.alert.source, event.received_at
    return BodyQuarantined(source, DECISION_FAILED, detail, body, {}, at)
