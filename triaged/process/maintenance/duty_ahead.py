"""Tell people of their shifts as these begin and end, and of gaps a week before they come."""

import asyncio
from collections.abc import Callable, Sequence

from triaged.clock import Clock, Turns
from triaged.config.model import Configuration
from triaged.core.oncall.duty import Duty, duty_of
from triaged.core.oncall.gaps import LOOKED_AHEAD_US, TOLD_AHEAD_US, gap_key, gaps, notice_of_gap
from triaged.core.oncall.shift_notices import due_notices, handed_over, shift_key
from triaged.core.records.duty.notices import GapNoticed, ShiftNoticed
from triaged.core.records.model import Key
from triaged.core.settings import Settings
from triaged.core.time.durations import HOUR, SECOND
from triaged.core.view import key_text
from triaged.engine.engine import Engine
from triaged.process.reload import REST_US, WORK_US
from triaged.store.database.base import Reader
from triaged.store.database.connect import Database
from triaged.store.tables import incidents
from triaged.store.tables.practice_rows import away, contacts

LIVE_MAX = 1_000
"""Live incidents that are looked through for those that are handed over."""

GAPS_EVERY_US = HOUR
"""A gap is told a week ahead: an hour later is soon enough."""


class DutyAhead:
    """Asks four times a minute which shifts begin or end, and each hour which gaps come.

    Every daemon does; the first to decide has a notice sent, and the others find that it was.
    """

    name = "duty_ahead"
    every_us = 15 * SECOND

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
        self._gaps_at = 0
        """When gaps were looked for last."""

    async def once(self) -> None:
        """Have the notices sent that are due and were not."""
        settings, now = self._configuration().settings, self._clock.now()
        async with self._database.reading() as tx:
            duty = duty_of(settings, await self._engine.duty_facts.current(tx, now))
        shifts = await self._shifts(settings, duty, now)
        found: list[ShiftNoticed | GapNoticed] = [*shifts]
        if now - self._gaps_at >= GAPS_EVERY_US:
            found += await self._gaps(settings, duty, now)
            self._gaps_at = now
        if found:
            await self._engine.submit(found, urgent=False)

    async def _shifts(self, settings: Settings, duty: Duty, now: int) -> list[ShiftNoticed]:
        if all(one.notice_before_us is None for one in settings.schedules.values()):
            return []
        turns = Turns(WORK_US, REST_US)
        due = await asyncio.to_thread(lambda: [*due_notices(duty, now, turns)])
        async with self._database.reading() as tx:
            sent = await _sent(tx, [shift_key(each) for each in due])
            due = [each for each in due if shift_key(each) not in sent]
            if not due:
                return []
            known = await contacts.known(tx)
            live, _ = await incidents.live_after(tx, 0, LIVE_MAX)
        return [
            ShiftNoticed(
                each.schedule,
                each.person,
                each.edge,
                each.at,
                each.until,
                each.others,
                handed_over(each, settings, known, live),
            )
            for each in due
        ]

    async def _gaps(self, settings: Settings, duty: Duty, now: int) -> list[GapNoticed]:
        window = now, now + LOOKED_AHEAD_US
        turns = Turns(WORK_US, REST_US)
        async with self._database.reading() as tx:
            absences = await away.absences(tx, now)
        found = await asyncio.to_thread(gaps, settings, duty, window, absences, turns)
        near = [gap for gap in found if gap.start_at < now + TOLD_AHEAD_US]
        told = [notice_of_gap(settings, gap, window, now) for gap in near]
        async with self._database.reading() as tx:
            sent = await _sent(tx, [gap_key(each) for each in told])
        return [each for each in told if gap_key(each) not in sent]


async def _sent(tx: Reader, keys: Sequence[Key]) -> set[Key]:
    """Those of these keys that have an incident."""
    rows = await tx.fetch_bulk(*incidents.ask_keys({key_text(key) for key in keys}))
    return {incident.key for incident in incidents.decoded(rows)}
