"""The incidents that people hold: they keep them when their duty ends."""

from triaged.store.database.base import Reader
from triaged.store.tables import incidents

READ_MAX = 500
"""Acknowledged incidents that are read: a notice names those of one person."""


async def by_holder(tx: Reader) -> dict[str, list[int]]:
    """Person → numbers of the incidents that they have acknowledged, in order."""
    rows = await tx.fetch(
        """SELECT body FROM incidents WHERE state = 'acknowledged' AND kind = 'incident'
           ORDER BY number LIMIT $1""",
        READ_MAX,
    )
    found: dict[str, list[int]] = {}
    for incident in incidents.decoded(rows):
        if incident.holder is not None:
            found.setdefault(incident.holder, []).append(incident.number)
    return found
