"""Action items: a document, and the columns that lists ask for."""

from collections.abc import Collection, Sequence

import msgspec

from triaged.core.records.practice.action_items import UNFINISHED, ActionItem, ActionState
from triaged.store.database.base import Reader
from triaged.store.database.listing import Where
from triaged.store.tables.practice_rows.row_table import Column, RowTable

UNFINISHED_SQL = f"state IN ('{ActionState.OPEN}', '{ActionState.IN_PROGRESS}')"
assert {ActionState.OPEN, ActionState.IN_PROGRESS} == UNFINISHED, "the SQL names them all"

TABLE = RowTable(
    ActionItem,
    "action_items",
    Column("owner", "text", lambda item: item.owner),
    Column("due", "text", lambda item: item.due),
    Column("state", "text", lambda item: item.state),
    Column("created_at", "bigint", lambda item: item.created_at),
    in_hand=UNFINISHED_SQL,
)


class ActionItemFilter(msgspec.Struct, frozen=True):
    """Which action items to list; no states means any."""

    states: Collection[str] = ()
    owner: str | None = None
    incident: int | None = None
    overdue_on: str | None = None
    """The date on which those are meant that are unfinished and were due before it."""
    cursor: str | None = None
    limit: int = 100


async def find(tx: Reader, wanted: ActionItemFilter) -> tuple[list[ActionItem], str | None]:
    """Action items, the newest first, and the cursor of what follows, if anything does."""
    asked = Where("created_at", ("id",), wanted.cursor, wanted.limit)
    if wanted.states:
        asked.add_any("state = {}", sorted(wanted.states))
    if wanted.owner is not None:
        asked.add("owner = {}", wanted.owner)
    if wanted.incident is not None:
        asked.add("incident = {}", wanted.incident)
    if wanted.overdue_on is not None:
        asked.add(f"{UNFINISHED_SQL} AND due < {{}}", wanted.overdue_on)
    rows = await tx.fetch(f"SELECT body FROM action_items {asked.sql()}", *asked.arguments)
    return asked.page(TABLE.decoded(rows), lambda item: (item.created_at, item.id))


async def fetch(tx: Reader, identity: str) -> ActionItem | None:
    """The action item with this identity."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_ids([identity])))
    return found[0] if found else None


async def of(tx: Reader, numbers: Sequence[int]) -> list[ActionItem]:
    """The action items of incidents, in the order in which they were added."""
    found = TABLE.decoded(await tx.fetch_bulk(*TABLE.ask_incidents(numbers)))
    return sorted(found, key=lambda item: (item.created_at, item.id))


async def overdue(tx: Reader, today: str) -> int:
    """How many are unfinished and were due before `today`, an ISO date."""
    row = await tx.fetch_one(
        f"SELECT COUNT(*) FROM action_items WHERE {UNFINISHED_SQL} AND due < $1", today
    )
    return int(row[0]) if row else 0
