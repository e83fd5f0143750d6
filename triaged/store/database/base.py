"""The interface of a database, behind which all differences lie: binding, bulk rows, locks.

SQL is written once. `$1 …` are parameters. In a `Bulk`, `{rows}` stands for a table of values
(`VALUES (…), (…)` on SQLite, `unnest` on PostgreSQL).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence, Set
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import msgspec

from triaged.errors import StoreUnavailable

Type = Literal["text", "bigint", "bytea"]
Row = tuple[Any, ...]


class Bulk(msgspec.Struct, frozen=True):
    """A statement over many rows of values, whose columns have `types`.

    A query has `columns`; `{columns}` stands for them in its `sql`. In a transaction that writes,
    nobody else may change the rows that it finds in the table with the alias `locks` until the end;
    with `SKIP LOCKED` behind the alias, it does not find rows that others have locked. Rows are
    locked in the order of `order`, so that two transactions never wait for each other.
    """

    sql: str
    types: tuple[Type, ...]
    columns: tuple[str, ...] = ()
    locks: str = ""
    order: str = ""


Ask = tuple[Bulk, Sequence[Row]]
"""A query, and the values that it is over."""


class Contended(StoreUnavailable):
    """Another process was faster or waits for us: the same transaction, begun anew, can succeed."""

    def __init__(self, message: str, keys: Set[str] = frozenset()) -> None:
        super().__init__(message)
        self.keys = keys
        """Keys that the transaction has to lock, too."""


class Reader(ABC):
    """Queries, all of which see what is committed."""

    @abstractmethod
    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows of a query."""

    @abstractmethod
    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The rows of each of several queries, in order: fewer waits than one by one."""

    async def fetch_bulk(self, bulk: Bulk, rows: Sequence[Row]) -> list[Row]:
        """The rows of a query over many values."""
        return (await self.fetch_bulks([(bulk, rows)]))[0]

    async def fetch_one(self, sql: str, *arguments: Any) -> Row | None:
        """The first row of a query, if it has one."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None


class Writer(ABC):
    """Bulk statements that change rows."""

    @abstractmethod
    async def write(self, bulk: Bulk, rows: Sequence[Row]) -> None:
        """Execute a bulk statement, at the latest when the transaction ends."""


class Transaction(Reader, Writer):
    """Statements that become true together, or not at all."""

    others_write = False
    """True if other processes may write between our statements, unless we hold a lock."""

    @abstractmethod
    async def execute(self, sql: str, *arguments: Any) -> int:
        """Execute one statement; how many rows it changed."""

    @abstractmethod
    async def lock_keys(self, keys: Collection[str], shared: Collection[str] = ()) -> None:
        """Let no other process lock these keys until the end, nor lock `shared` for itself alone.

        Keys are names that programs agree on; they are locked in one order, whoever asks.
        """


class PendingWrites(Writer):
    """Bulk statements that wait for a transaction."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Bulk, Sequence[Row]]] = []

    async def write(self, bulk: Bulk, rows: Sequence[Row]) -> None:
        """Keep the statement for later."""
        if rows:
            self._waiting.append((bulk, rows))

    async def replay(self, writer: Writer) -> None:
        """Execute all of them, in order."""
        for bulk, rows in self._waiting:
            await writer.write(bulk, rows)


class Database(ABC):
    """An open store."""

    name: Literal["sqlite", "postgresql"]
    url: str

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Read and write; committed, on disk, when the block has ended without an error."""

    @abstractmethod
    def reading(self, *, urgent: bool = False) -> AbstractAsyncContextManager[Reader]:
        """Read what is committed, without waiting for writers.

        `urgent` is for the loops, who wait for nobody's long question. Raises StoreUnavailable
        where too many read.
        """

    async def now(self) -> int | None:
        """The time of its clock in µs UTC; None: it has no clock but ours."""
        return None

    @property
    def nearly_full(self) -> bool:
        """True if there is so little room that alerts are refused, so that paging can go on."""
        return False

    async def check_free_space(self) -> bool:
        """See how much room there is, and hold some back for what must not stop; `nearly_full`."""
        return False

    def looking_ahead(self) -> Reader | None:
        """Reads of what is committed, while the writer commits.

        What is decided on them and on the batch being committed holds where nobody else writes
        alerts and incidents. None where somebody may: decide in the transaction then.
        """
        return None

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything."""
