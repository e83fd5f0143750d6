"""All tables of practice rows: what a batch needs of them, and what it writes."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from triaged.core.practice.lacking import RecordInHand
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.timers import IncidentTimer
from triaged.core.view import View
from triaged.store.database.base import Reader, Writer
from triaged.store.tables.practice_rows import (
    action_items,
    away,
    contacts,
    customer_reports,
    drills,
    held_messages,
    imported_messages,
    messages,
    oncall,
    postmortems,
    requests,
    roles,
    status,
    updates,
)
from triaged.store.tables.practice_rows.row_table import RowTable
from triaged.store.tables.timers import kind_name

TABLES: tuple[RowTable[Any], ...] = (
    roles.TABLE,
    updates.TABLE,
    imported_messages.TABLE,
    postmortems.TABLE,
    postmortems.REVISIONS,
    action_items.TABLE,
    *status.TABLES,
    requests.TABLE,
    drills.TABLE,
    customer_reports.TABLE,
    *oncall.TABLES,
    contacts.TABLE,
    messages.TABLE,
    held_messages.TABLE,
    messages.CALLS,
    away.TABLE,
)
"""In the order in which they are written."""

TABLE_OF: Mapping[type[PracticeRow], RowTable[Any]] = {table.kind: table for table in TABLES}


UNTIMED_MAX = 512
"""Records of a kind without a timer in one look: usually none, but for reminders that are over."""


async def untimed(
    tx: Reader, timers: Mapping[type[RecordInHand], type[IncidentTimer]]
) -> list[RecordInHand]:
    """Records in hand whose incident has no timer of their kind, the newest of each kind."""
    found: list[RecordInHand] = []
    for kind, timer in timers.items():
        table = TABLE_OF[kind]
        found += table.decoded(await tx.fetch(table.untimed(), kind_name(timer), UNTIMED_MAX))
    return found


async def load(
    tx: Reader,
    view: View,
    incidents: Mapping[type[PracticeRow], Set[int]],
    ids: Mapping[type[PracticeRow], Set[str]],
) -> None:
    """Load the rows of these kinds that belong to `incidents`, and those with these `ids`."""
    asked = [(TABLE_OF[kind], TABLE_OF[kind].ask_incidents(of)) for kind, of in incidents.items()]
    asked += [(TABLE_OF[kind], TABLE_OF[kind].ask_ids(of)) for kind, of in ids.items()]
    found = await tx.fetch_bulks([ask for _, ask in asked])
    for (table, _), rows in zip(asked, found, strict=True):
        for row in table.decoded(rows):
            view.add_row(row)


async def save(tx: Writer, rows: Iterable[PracticeRow]) -> None:
    """Write rows as they are now, each once."""
    values: dict[type[PracticeRow], list[tuple[Any, ...]]] = {}
    for row in rows:
        values.setdefault(type(row), []).append(TABLE_OF[type(row)].values(row))
    for table in TABLES:
        if table.kind in values:
            await tx.write(table.save, sorted(values[table.kind], key=lambda each: each[0]))
