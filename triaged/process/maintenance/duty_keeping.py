"""Tell people whose duty the configuration has moved, after a start as after a reload."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping

from triaged.clock import Clock, Turns
from triaged.config.duty import duty_sentence
from triaged.config.model import Configuration
from triaged.core.oncall.duty import Duty
from triaged.core.oncall.duty_changes import DutyChange, duty_changes
from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.events import DutyMoved
from triaged.core.time.durations import SECOND
from triaged.core.time.oncall import Schedule
from triaged.engine.engine import Engine
from triaged.process.reload import REST_US, WORK_US, log_duty
from triaged.store.database.connect import Database
from triaged.store.tables.own import schedules_told
from triaged.store.tables.own.schedules_told import Told
from triaged.wire import encode


class DutyKeeping:
    """Acts once after the start, and after each reload that succeeded.

    What was told is in the store: a change is told by whichever daemon sees it first, also one that
    came with a restart. Where nothing is stored yet, nobody's duty has moved.
    """

    name = "duty_keeping"
    every_us = SECOND

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._configuration = configuration
        self._done: Mapping[str, Schedule] | None = None

    async def once(self) -> None:
        """Compare the schedules in force with those that were told last."""
        schedules = self._configuration().settings.schedules
        if schedules is self._done:
            return
        now = self._clock.now()
        async with self._database.reading() as tx:
            told = await schedules_told.last(tx)
            facts = await self._engine.duty_facts.current(tx, now)
        if told is not None and told.schedules != dict(schedules):
            await self._tell(told, schedules, facts)
        if told is None or told.schedules != dict(schedules):
            async with self._database.transaction() as tx:
                await schedules_told.replace(tx, schedules, now)
        self._done = schedules

    async def _tell(self, told: Told, schedules: Mapping[str, Schedule], facts: DutyFacts) -> None:
        turns, now = Turns(WORK_US, REST_US), self._clock.now()
        before, after = Duty(told.schedules, facts), Duty(schedules, facts)
        changes = await asyncio.to_thread(duty_changes, before, after, now, turns)
        if self._done is None:
            for change in changes:  # a reload has said so itself
                log_duty(change, now)
        moved = [_moved(change, told, schedules, now) for change in changes if change.at_once]
        if moved:
            await self._engine.submit(moved, urgent=True)


def _moved(
    change: DutyChange, told: Told, schedules: Mapping[str, Schedule], now: int
) -> DutyMoved:
    name = change.schedule
    both = (told.schedules.get(name), schedules.get(name), told.told_at)
    mark = hashlib.sha256(encode(both)).hexdigest()[:16]
    people = change.before.people, change.after.people
    return DutyMoved(name, *people, text=duty_sentence(change, now), mark=mark)
