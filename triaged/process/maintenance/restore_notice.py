"""Once after a start: tell live incidents that the store was restored from a copy."""

import structlog

from triaged.core.records.events import StoreRestored
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.store.database import restoring
from triaged.store.database.connect import Database
from triaged.store.tables import incidents
from triaged.wire import instant_text

INCIDENTS_PER_BATCH = 100
"""Incidents that are told in one batch; alerts and people get in between two batches."""

log = structlog.get_logger()


class RestoreNotice:
    """Is tried until it has succeeded once."""

    name = "restore_notice"
    every_us = SECOND

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self._done = False

    async def once(self) -> None:
        """If the store was restored and nobody was told yet, say so on all that is not over."""
        if self._done:
            return
        async with self._database.reading() as tx:
            copied_at = await restoring.untold(tx)
            numbers = [] if copied_at is None else await incidents.live_numbers(tx)
        if copied_at is not None:
            log.warning("store.restored", known_until=instant_text(copied_at), live=len(numbers))
            for start in range(0, len(numbers), INCIDENTS_PER_BATCH):
                batch = numbers[start : start + INCIDENTS_PER_BATCH]
                await self._engine.submit([StoreRestored(n, copied_at) for n in batch], urgent=True)
            async with self._database.transaction() as tx:
                await restoring.told(tx)
        self._done = True
