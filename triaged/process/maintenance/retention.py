"""Delete what is past its retention, in small batches that let ingest through."""

from collections.abc import Callable

import structlog

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.time.durations import HOUR
from triaged.crashpoints import CrashPoint, no_crash
from triaged.store import retention
from triaged.store.database.connect import Database

log = structlog.get_logger()


class Retention:
    """Prunes the store once an hour."""

    name = "retention"
    every_us = HOUR

    def __init__(
        self,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
        crash_point: CrashPoint = no_crash,
    ) -> None:
        self._database = database
        self._clock = clock
        self._configuration = configuration
        self._crash_point = crash_point

    async def once(self) -> None:
        """Delete all that is past its retention now."""
        limits = self._configuration().retention
        removed = await retention.prune(
            self._database, limits, self._clock.now(), self._crash_point
        )
        if removed:
            log.info("retention.pruned", **removed)
