"""Customers' reports: a row for each, kept as long as the notice about it."""

from collections.abc import Sequence

from triaged.core.records.practice.reports import CustomerReport, CustomerReportState
from triaged.store.database.base import Reader
from triaged.store.database.listing import Where
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    CustomerReport,
    "customer_reports",
    Column("at", "bigint", lambda row: row.at),
    Column("state", "text", lambda row: row.state),
    Column("joined", "bigint", lambda row: row.joined),
    in_hand=f"state = '{CustomerReportState.NEW}'",
)


async def fetch(tx: Reader, identity: str) -> CustomerReport | None:
    """The report with this identity."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_ids([identity])))
    return found[0] if found else None


async def find(
    tx: Reader, states: Sequence[str], cursor: str | None, limit: int
) -> tuple[list[CustomerReport], str | None]:
    """Reports in these states (none: in any), the newest first, and the cursor of what follows."""
    asked = Where("at", ("id",), cursor, limit)
    if states:
        asked.add_any("state = {}", states)
    rows = await tx.fetch(f"SELECT body FROM customer_reports {asked.sql()}", *asked.arguments)
    return asked.page(TABLE.decoded(rows), lambda row: (row.at, row.id))


async def unseen(tx: Reader) -> int:
    """How many reports nobody has looked at."""
    row = await tx.fetch_one(
        "SELECT COUNT(*) FROM customer_reports WHERE state = $1", CustomerReportState.NEW
    )
    return 0 if row is None else int(row[0])
