"""Due rows to the engine: escalation steps, targets, holds, lapses.

And a sweep that finds what was forgotten; its repairs are counted and should be zero.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from triaged.clock import Clock
from triaged.core.records.events import SettingsChanged, SettingsLoaded, TimerFired
from triaged.core.records.timers import ExpectDue, LapseDue, ReopenWindowDue, Timer
from triaged.core.response.rearming import moves
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE, SECOND
from triaged.engine.engine import Engine
from triaged.engine.sweep import SWEPT_AT_ONCE, Sweep
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database
from triaged.store.tables import alerts, incidents, timers, watches
from triaged.store.tables.timers import Unknown

BATCH_MAX = 500
LAPSES_MAX = 200
"""Looks at alerts in one turn: they never starve escalations."""

LOOK_US = SECOND
RETRY_US = SECOND // 4
POISON_PAUSE_US = MINUTE
"""Delay after which a timer that cannot be decided is tried again; an error is logged."""

SWEEP_EVERY_US = 15 * SECOND
log = structlog.get_logger()


class Lateness(Protocol):
    """Hears how late timers fire, and of repairs."""

    def fired(self, lateness_us: Sequence[int]) -> None:
        """These timers fired, each so late."""

    def repaired(self, count: int) -> None:
        """The sweep found this much overdue work that had no timer."""


class Timekeeper:
    """The loop of everything that comes due."""

    def __init__(
        self, engine: Engine, database: Database, clock: Clock, lateness: Lateness
    ) -> None:
        self.turned_at = clock.now()
        self._engine = engine
        self._database = database
        self._clock = clock
        self._lateness = lateness
        self._wake = asyncio.Event()
        self._next_at = 0
        self._sweep_at = clock.now() + SWEEP_EVERY_US
        self._sweeps = Sweep(database)
        self._fired: frozenset[Timer] = frozenset()
        self._settings: Settings | None = None
        """The settings whose expectations are in force."""
        self._rearmed_to: int | None = None
        """The last incident that has taken what new settings move; None: all have."""

    def wake(self, due_at: int) -> None:
        """Something is due at `due_at`: look by then."""
        if due_at < self._next_at:
            self._next_at = due_at
            self._wake.set()

    async def run(self) -> None:
        """Turn for ever."""
        while True:
            self.turned_at = self._clock.now()
            try:
                fired = await self._turn()
            except StoreUnavailable as error:
                log.warning("timers.waited", error=str(error))
                await self._clock.sleep_until(self._clock.now() + RETRY_US)
                continue
            if not fired:
                await self._rest()

    async def _rest(self) -> None:
        self._wake.clear()
        async with asyncio.TaskGroup() as group:
            ways = [
                group.create_task(self._clock.sleep_until(self._next_at)),
                group.create_task(self._wake.wait()),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()

    async def _turn(self) -> int:
        """Fire what is due; how many that was. Sets when to look next."""
        now = self._clock.now()
        self._next_at = now + LOOK_US
        await self._take_settings()
        if self._rearmed_to is not None:
            await self._rearm(self._rearmed_to)
        if self._rearmed_to is None and now >= self._sweep_at:
            await self._sweep(now)
        async with self._database.reading(urgent=True) as tx:
            due: list[Timer | Unknown] = [*await timers.due(tx, now, BATCH_MAX)]
            lapses = await alerts.lapses_due(tx, now, LAPSES_MAX)
            expected = await watches.due(tx, now, BATCH_MAX)
            nexts = [await timers.next_due(tx), await alerts.next_lapse(tx)]
            nexts += [await watches.next_due(tx)]
        if due or lapses or expected:
            self._engine.crash_point("before_timers")
            self._lateness.fired([now - timer.due_at for timer in (*due, *expected)])
            await self._fire_new([*due, *lapses, *expected])
        else:
            self._next_at = min([self._next_at, *(at for at in nexts if at is not None)])
        return len(due) + len(lapses) + len(expected)

    async def _take_settings(self) -> None:
        """At the start and after a reload: from now on expect what the settings expect."""
        settings = self._engine.settings
        if settings is self._settings:
            return
        started = self._settings is None
        await self._engine.submit([SettingsLoaded(started)], urgent=True)
        self._settings = settings
        self._rearmed_to = 0

    async def _rearm(self, after: int) -> None:
        """Have the next incidents take what new settings move: nothing that was forgotten.

        At first those that are over and may re-open, then those that are not, by number.
        """
        settings = self._engine.settings
        async with self._database.reading(urgent=True) as tx:
            found, last = await incidents.live_after(tx, after, SWEPT_AT_ONCE)
            if not after:
                numbers = await timers.incidents_with(tx, ReopenWindowDue)
                found += await incidents.of_numbers(tx, numbers)
            dues = await timers.dues_of(tx, {incident.number for incident in found})
        events = [
            SettingsChanged(incident.number)
            for incident in found
            if moves(incident, dues.get(incident.number, {}), settings)
        ]
        for answer in await self._engine.submit_each(events):
            if isinstance(answer, StoreUnavailable):
                raise answer
        self._rearmed_to = last or None

    async def _fire_new(self, due: Sequence[Timer | Unknown]) -> None:
        """Fire; what is still due though it has just been fired is put off, not fired for ever."""
        fresh: list[Timer] = []
        for timer in due:
            if isinstance(timer, Unknown):
                await self._postpone(timer, "no kind of timer has this name")
            elif timer in self._fired:
                await self._postpone(timer, "it is still due after it was fired")
            else:
                fresh.append(timer)
        self._fired = frozenset()  # what the store did not take has not been fired
        await self._fire(fresh)
        self._fired = frozenset(fresh)

    async def _fire(self, due: Sequence[Timer]) -> None:
        answers = await self._engine.submit_each([TimerFired(timer) for timer in due])
        for timer, answer in zip(due, answers, strict=True):
            if isinstance(answer, StoreUnavailable):
                raise answer
            if isinstance(answer, BaseException):
                await self._postpone(timer, repr(answer))

    async def _postpone(self, timer: Timer | Unknown, why: str) -> None:
        """One timer that cannot be decided must not hold up the others."""
        log.error("timer.failed", timer=repr(timer), error=why)
        due_at = self._clock.now() + POISON_PAUSE_US
        async with self._database.transaction() as tx:
            if isinstance(timer, ExpectDue):
                await watches.postpone(tx, timer, due_at)
            elif isinstance(timer, LapseDue):
                await alerts.postpone(tx, timer, due_at)
            else:
                await timers.postpone(tx, timer, due_at)

    async def _sweep(self, now: int) -> None:
        """Look at the next incidents for what was due and has no timer, and do it."""
        self._sweep_at = now + SWEEP_EVERY_US
        lost = await self._sweeps.lost(self._engine.settings, now)
        if lost:
            log.error("sweep.repaired", incidents=sorted({timer.incident for timer in lost}))
            self._lateness.repaired(len(lost))
            await self._fire(lost)
