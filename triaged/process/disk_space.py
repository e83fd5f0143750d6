"""The room on the store's disk: a human hears when there is so little that alerts are refused.

A loop of its own, so that no other upkeep holds it up (docs/decisions/0017).
"""

import structlog

from triaged.core.records.events import TroubleEnded, TroubleFound
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.http.context import Context

LOOK_EVERY_US = SECOND
NAME = "room"
TITLE = "triaged takes no alerts: the disk of its store is nearly full"
TEXT = (
    "senders are answered 503 and try again; pages, escalations and acknowledgements go on;"
    " make room on the disk, and nothing has to be restarted"
)

log = structlog.get_logger()


class DiskWatch:
    """Looks once a second."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._told: bool | None = None
        """What the incident about room says; None: an earlier process may have opened one."""

    async def run(self) -> None:
        """Look until cancelled."""
        clock = self._context.clock
        while True:
            await clock.sleep_until(clock.now() + LOOK_EVERY_US)
            await self.look()

    async def look(self) -> None:
        """See whether the disk has room, and report a change."""
        context = self._context
        event: TroubleFound | TroubleEnded
        try:
            low = await context.database.look_at_room()
            if low == self._told:
                return
            if low:
                log.error("store.low", refused="alerts")
                event = TroubleFound(NAME, TITLE, TEXT, context.clock.now())
            else:
                event = TroubleEnded(NAME, "there is room again, and alerts are taken")
            self._told = low
            await context.engine.submit([event], urgent=True)
        except StoreUnavailable as error:
            self._told = None
            log.warning("room.waited", error=str(error))
