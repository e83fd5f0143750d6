"""Drills: a row for each, with its scenario."""

from triaged.core.records.practice.drills import DrillRun, DrillState
from triaged.store.database.base import Reader
from triaged.store.database.listing import Where
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    DrillRun,
    "drills",
    Column("scenario", "text", lambda run: run.scenario.name),
    Column("started_at", "bigint", lambda run: run.started_at),
    Column("state", "text", lambda run: run.state),
    in_hand=f"state = '{DrillState.RUNNING}'",
)


async def of(tx: Reader, number: int) -> DrillRun | None:
    """The drill that an incident belongs to."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_incidents([number])))
    return found[0] if found else None


async def find(tx: Reader, cursor: str | None, limit: int) -> tuple[list[DrillRun], str | None]:
    """Drills, the newest first, and the cursor of what follows, if anything does."""
    asked = Where("incident", (), cursor, limit)
    rows = await tx.fetch(f"SELECT body FROM drills {asked.sql()}", *asked.arguments)
    return asked.page(TABLE.decoded(rows), lambda run: (run.incident,))


async def running(tx: Reader) -> int:
    """How many drills go on."""
    row = await tx.fetch_one("SELECT COUNT(*) FROM drills WHERE state = $1", DrillState.RUNNING)
    return 0 if row is None else int(row[0])


async def last_before(tx: Reader, run: DrillRun) -> DrillRun | None:
    """The last drill of the same scenario that came to its end before this one."""
    rows = await tx.fetch(
        """SELECT body FROM drills WHERE scenario = $1 AND state = $2 AND incident < $3
           ORDER BY incident DESC LIMIT 1""",
        run.scenario.name,
        DrillState.ENDED,
        run.incident,
    )
    found = TABLE.decoded(rows)
    return found[0] if found else None
