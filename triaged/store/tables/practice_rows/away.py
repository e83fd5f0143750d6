"""Absences of people: a row for each, kept for a year after its end."""

from triaged.core.records.duty.away import Absence, Away, AwayState
from triaged.core.time.durations import DAY
from triaged.store.database.base import Reader, Transaction
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    Away,
    "away",
    Column("person", "text", lambda row: row.person),
    Column("end_at", "bigint", lambda row: row.end_at),
    Column("state", "text", lambda row: row.state),
)
LISTED_MAX = 1_000
KEPT_US = 400 * DAY
"""As long as calendars look back and ahead."""


async def active(tx: Reader, at: int) -> list[Away]:
    """The absences that are not over, nor ended, in order of their ends."""
    rows = await tx.fetch(
        "SELECT body FROM away WHERE end_at > $1 AND state <> $2 ORDER BY end_at, id LIMIT $3",
        at,
        AwayState.ENDED,
        LISTED_MAX,
    )
    return TABLE.decoded(rows)


async def absences(tx: Reader, at: int) -> tuple[Absence, ...]:
    """The times in which people are away from `at` on."""
    return tuple(row.absence for row in await active(tx, at))


async def prune(tx: Transaction, now: int) -> int:
    """Delete some of those that were over long ago; how many went."""
    return await tx.execute(
        "DELETE FROM away WHERE id IN (SELECT id FROM away WHERE end_at < $1 LIMIT $2)",
        now - KEPT_US,
        LISTED_MAX,
    )


async def fetch(tx: Reader, identity: str) -> Away | None:
    """The absence with this identity."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_ids([identity])))
    return found[0] if found else None
