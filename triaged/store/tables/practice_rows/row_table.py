"""The table of one kind of practice rows: a document, and the columns that SQL asks for."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec

from triaged.core.records.practice.rows import PracticeRow
from triaged.store.database.base import Ask, Bulk, Row, Type
from triaged.wire import encode

Kind = TypeVar("Kind", bound=PracticeRow)


class Column(msgspec.Struct, frozen=True):
    """A column besides `id`, `incident` and `body`, for queries and indexes."""

    name: str
    type: Type
    value: Callable[[Any], object]
    """The value for a row of the table's kind."""


class RowTable(Generic[Kind]):
    """Statements for a table with the columns `id`, `incident`, `body` and `columns`."""

    def __init__(self, kind: type[Kind], name: str, *columns: Column, in_hand: str = "") -> None:
        self.kind = kind
        self.name = name
        self.in_hand = in_hand
        """The condition under which a timer of its incident is armed for a row; empty: none is."""
        self._columns = columns
        self._decode = msgspec.json.Decoder(kind).decode
        names = ["id", "incident", *(column.name for column in columns), "body"]
        changed = ", ".join(f"{each} = excluded.{each}" for each in names[1:])
        self.save = Bulk(
            f"INSERT INTO {name} ({', '.join(names)}) {{rows}}"
            f" ON CONFLICT (id) DO UPDATE SET {changed}",
            ("text", "bigint", *(column.type for column in columns), "text"),
        )
        self._by_id = self._query("id", "text")
        self._of_incident = self._query("incident", "bigint")

    def _query(self, column: str, type_: Type) -> Bulk:
        return Bulk(
            f"WITH v (wanted) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN {self.name} r"
            f" WHERE r.{column} = v.wanted",
            (type_,),
            ("r.body",),
            locks="r",
            order="r.id",
        )

    def ask_ids(self, ids: Iterable[str]) -> Ask:
        """The query for the rows with these identities."""
        return self._by_id, [(one,) for one in sorted(ids)]

    def ask_incidents(self, numbers: Iterable[int]) -> Ask:
        """The query for all rows of these incidents."""
        return self._of_incident, [(number,) for number in sorted(numbers)]

    def untimed(self) -> str:
        """The query for the newest rows in hand whose incident has no timer of the kind `$1`."""
        return f"""SELECT r.body FROM {self.name} r WHERE {self.in_hand} AND NOT EXISTS
            (SELECT 1 FROM timers t WHERE t.incident = r.incident AND t.kind = $1)
            ORDER BY r.incident DESC LIMIT $2"""

    def decoded(self, rows: Iterable[Row]) -> list[Kind]:
        """The rows that were found, by their identities."""
        return [self._decode(row[0]) for row in rows]

    def values(self, row: Kind) -> Row:
        """The values of `row` for `save`."""
        columns = (column.value(row) for column in self._columns)
        return (row.id, row.incident, *columns, encode(row).decode())
