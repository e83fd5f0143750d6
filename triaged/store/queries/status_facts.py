"""What proposals for the status page and its lints are made of."""

from triaged.core.practice.status.status_lints import Facts
from triaged.core.records.model import Incident
from triaged.core.records.practice.status_settings import StatusPage
from triaged.store.database.base import Reader
from triaged.store.tables import incidents
from triaged.store.tables.practice_rows import status

LIVE_AT_ONCE = 512
LIVE_MAX = 5000
"""Live incidents that proposals and lints look at."""


async def facts_of(tx: Reader, page: StatusPage, now: int) -> Facts:
    """The rows of the page and the live incidents, as of now."""
    rows = await status.page_rows(tx)
    live: list[Incident] = []
    after = 0
    while len(live) < LIVE_MAX:
        found, after = await incidents.live_after(tx, after, LIVE_AT_ONCE)
        live += found
        if not after:
            break
    return Facts(
        page=page,
        now=now,
        components=rows.components,
        public=tuple(rows.incidents.values()),
        maintenance=tuple(rows.maintenance.values()),
        incidents=tuple(live),
    )
