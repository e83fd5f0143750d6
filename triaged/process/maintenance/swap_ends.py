"""End proposals to swap that nobody has answered in time."""

from triaged.clock import Clock
from triaged.core.records.practice.duty_events import SwapExpired
from triaged.core.time.durations import MINUTE
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.tables.practice_rows import oncall

AT_ONCE = 100
"""As many as can wait."""


class SwapEnds:
    """Looks once a minute; both people hear that nothing moves."""

    name = "swap_ends"
    every_us = MINUTE

    def __init__(self, engine: Engine, database: Database, clock: Clock) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock

    async def once(self) -> None:
        """Submit an event for each proposal whose time is over."""
        async with self._database.reading() as tx:
            found = await oncall.expired_swaps(tx, self._clock.now(), AT_ONCE)
        if found:
            await self._engine.submit([SwapExpired(swap.id) for swap in found], urgent=True)
