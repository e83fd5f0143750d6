"""End `expire_when_clear` silences once nothing that they match fires any more."""

from triaged.clock import Clock
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.queries import firing


class SilenceEnds:
    """Checks them four times a minute."""

    name = "silence_ends"
    every_us = 15 * SECOND
    """How soon such a silence ends."""

    def __init__(self, engine: Engine, database: Database, clock: Clock) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock

    async def once(self) -> None:
        """Submit an event for each silence that matches something first, or nothing any more."""
        events = await firing.looks(self._database, self._clock.now())
        if events:
            await self._engine.submit(events, urgent=True)
