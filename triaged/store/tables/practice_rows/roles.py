"""Periods in which people held roles."""

from triaged.core.records.practice.roles import RolePeriod
from triaged.store.database.base import Reader
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    RolePeriod,
    "role_periods",
    Column("begins_at", "bigint", lambda period: period.begins_at),
)


async def of(tx: Reader, number: int) -> list[RolePeriod]:
    """The periods of an incident, in the order in which they began."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_incidents([number])))
    return sorted(found, key=lambda period: (period.begins_at, period.id))
