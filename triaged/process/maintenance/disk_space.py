"""Open a system incident while the disk of the store is nearly full (docs/decisions/0017)."""

import structlog

from triaged.clock import Clock
from triaged.core.records.events import SelfAlertFired, SelfAlertResolved
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database

NAME = "room"
"""Name of the system incident. It is stored: another name would leave an open one behind."""

TITLE = "triaged takes no alerts: the disk of its store is nearly full"
TEXT = (
    "senders are answered 503 and try again; pages, escalations and acknowledgements go on;"
    " make room on the disk, and nothing has to be restarted"
)

log = structlog.get_logger()


class DiskSpace:
    """Measures once a second."""

    name = "disk_space"
    every_us = SECOND

    def __init__(self, engine: Engine, database: Database, clock: Clock) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._reported: bool | None = None
        """The incident's detail, as far as it is known; an earlier process may have opened it."""

    async def once(self) -> None:
        """Measure, and open or resolve the incident when that has changed."""
        event: SelfAlertFired | SelfAlertResolved
        nearly_full = await self._database.check_free_space()
        if nearly_full == self._reported:
            return
        if nearly_full:
            log.error("store.low", refused="alerts")
            event = SelfAlertFired(NAME, TITLE, TEXT, self._clock.now())
        else:
            event = SelfAlertResolved(NAME, "there is room again, and alerts are taken")
        self._reported = None  # until the store has it
        await self._engine.submit([event], urgent=True)
        self._reported = nearly_full
