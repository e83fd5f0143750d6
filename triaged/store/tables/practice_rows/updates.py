"""Internal updates of incidents."""

from triaged.core.records.practice.updates import IncidentUpdate
from triaged.store.database.base import Reader
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    IncidentUpdate,
    "incident_updates",
    Column("at", "bigint", lambda update: update.at),
)


async def of(tx: Reader, number: int) -> list[IncidentUpdate]:
    """The updates of an incident, in order."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_incidents([number])))
    return sorted(found, key=lambda update: update.number)
