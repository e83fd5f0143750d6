"""Alerts that people move from one incident to another, or that time does."""

from collections.abc import Iterable

from triaged.core.records.effects import MoveFiring
from triaged.core.records.model import AlertState
from triaged.store.database.base import Bulk, Writer

MOVE = Bulk(
    """WITH v (old, new, at) AS ({rows})
       UPDATE alerts SET incident = v.new, attached_at = v.at
       FROM v WHERE alerts.incident = v.old AND alerts.firing = 1""",
    ("bigint", "bigint", "bigint"),
)
MOVED = Bulk(
    """WITH v (source, fingerprint, incident, at) AS ({rows})
       UPDATE alerts SET incident = v.incident, attached_at = v.at
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "bigint", "bigint"),
)


async def save_moves(tx: Writer, effects: Iterable[MoveFiring]) -> None:
    """Give what fires in one incident to another."""
    await tx.write(MOVE, [(e.old, e.new, e.at) for e in effects])


async def save_moved(tx: Writer, states: Iterable[AlertState]) -> None:
    """Write the incidents of alerts that were split off."""
    rows = [(one.source, one.fingerprint, one.incident, one.attached_at) for one in states]
    await tx.write(MOVED, sorted(rows, key=lambda row: row[:2]))
