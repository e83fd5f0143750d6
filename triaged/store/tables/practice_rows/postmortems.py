"""Postmortems and their revisions."""

from collections.abc import Collection

import msgspec

from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemRevision,
    postmortem_id,
    revision_id,
)
from triaged.store.database.base import Reader
from triaged.store.database.listing import Where
from triaged.store.tables.practice_rows.row_table import Column, RowTable

TABLE = RowTable(
    Postmortem,
    "postmortems",
    Column("state", "text", lambda row: row.state),
    Column("due_at", "bigint", lambda row: row.due_at),
    Column("updated_at", "bigint", lambda row: row.updated_at),
    in_hand="due_at IS NOT NULL",
)
REVISIONS = RowTable(
    PostmortemRevision,
    "postmortem_revisions",
    Column("at", "bigint", lambda row: row.at),
)


async def fetch(tx: Reader, incident: str) -> Postmortem | None:
    """The postmortem of an incident, `INC-12`."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_ids([postmortem_id(incident)])))
    return found[0] if found else None


async def text_of(tx: Reader, incident: str, number: int) -> PostmortemRevision | None:
    """A revision of an incident's postmortem, by its number."""
    return await revision(tx, revision_id(incident, number))


async def revision(tx: Reader, identity: str) -> PostmortemRevision | None:
    """The revision with this identity."""
    found = REVISIONS.decoded(await tx.fetch_bulk(*REVISIONS.ask_ids([identity])))
    return found[0] if found else None


async def revisions(tx: Reader, number: int, limit: int) -> list[PostmortemRevision]:
    """The last revisions of an incident's postmortem, unmerged ones included, the newest first."""
    rows = await tx.fetch(
        """SELECT body FROM postmortem_revisions WHERE incident = $1
           ORDER BY at DESC, id DESC LIMIT $2""",
        number,
        limit,
    )
    return REVISIONS.decoded(rows)


class PostmortemFilter(msgspec.Struct, frozen=True):
    """Which postmortems to list; no states means any."""

    states: Collection[str] = ()
    is_due: bool = False
    """Only those that are asked for and neither published nor waived."""
    cursor: str | None = None
    limit: int = 100


async def find(tx: Reader, wanted: PostmortemFilter) -> tuple[list[Postmortem], str | None]:
    """Postmortems, those of the newest incidents first, and the cursor of what follows."""
    asked = Where("incident", ("id",), wanted.cursor, wanted.limit)
    if wanted.states:
        asked.add_any("state = {}", sorted(wanted.states))
    if wanted.is_due:
        asked.add("due_at IS NOT NULL")
    rows = await tx.fetch(f"SELECT body FROM postmortems {asked.sql()}", *asked.arguments)
    return asked.page(TABLE.decoded(rows), lambda row: (row.incident, row.id))


async def due(tx: Reader) -> int:
    """How many postmortems are asked for and neither published nor waived."""
    row = await tx.fetch_one("SELECT COUNT(*) FROM postmortems WHERE due_at IS NOT NULL")
    return int(row[0]) if row else 0
