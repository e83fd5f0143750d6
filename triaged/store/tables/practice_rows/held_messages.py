"""Messages that people's quiet hours hold back: a row for each, kept as long as its incident."""

from collections.abc import Mapping

from triaged.core.records.duty.held import HeldMessage, HeldState
from triaged.store.database.base import Reader
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    HeldMessage,
    "held_messages",
    Column("person", "text", lambda row: row.person),
    Column("state", "text", lambda row: row.state),
    Column("at", "bigint", lambda row: row.at),
)
LISTED_MAX = 500
WAITING = f"state = '{HeldState.HELD}'"


async def waiting(tx: Reader) -> Mapping[str, int]:
    """For whom messages wait, and how many."""
    rows = await tx.fetch(
        f"""SELECT person, COUNT(*) FROM held_messages WHERE {WAITING}
            GROUP BY person ORDER BY person"""
    )
    return dict(rows)


async def of(tx: Reader, person: str, *, waits: bool, limit: int = LISTED_MAX) -> list[HeldMessage]:
    """The messages of a person, the oldest first; those that wait, or the newest of all."""
    which = f"AND {WAITING} ORDER BY at, id" if waits else "ORDER BY at DESC, id"
    rows = await tx.fetch(
        f"SELECT body FROM held_messages WHERE person = $1 {which} LIMIT $2", person, limit
    )
    return TABLE.decoded(rows)
