"""Connections to SQLite and the threads that use them; queries and bulk statements on them.

The GIL is given up and taken again at every step of a statement, and beside a busy event loop
taking it again can cost milliseconds. So a bulk is one step: one statement with many rows of
values, a query that returns its rows as one JSON text.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import msgspec

from triaged.errors import StoreError, StoreUnavailable
from triaged.store.database.base import Ask, Bulk, Reader, Row, Transaction

T = TypeVar("T")


CHUNKS = (512, 128, 32, 8, 1)
"""Rows of one bulk statement: few sizes, so that prepared statements are found again."""

VARIABLES_MAX = 30_000
"""SQLite takes 32,766 in a statement."""

_decode = msgspec.json.Decoder(list[tuple[Any, ...]]).decode


class DiskFull(StoreUnavailable):
    """There was no room for what was written."""


class Locked(StoreUnavailable):
    """Another process had the file for as long as was waited."""


@contextmanager
def translated() -> Iterator[None]:
    """Errors of SQLite as ours: trouble that may pass, or a statement that can never work."""
    try:
        yield
    except (
        sqlite3.IntegrityError,
        sqlite3.DataError,
        sqlite3.ProgrammingError,
        sqlite3.NotSupportedError,
        sqlite3.InterfaceError,
    ) as error:
        raise StoreError(f"SQLite: {error}") from error
    except sqlite3.Error as error:  # locked, full, an error of the disk, a damaged file
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_FULL:
            raise DiskFull(f"SQLite: {error}") from error
        if code == sqlite3.SQLITE_BUSY:
            raise Locked(f"SQLite: {error}") from error
        raise StoreUnavailable(f"SQLite: {error}") from error


def named(arguments: Sequence[Any]) -> dict[str, Any]:
    """`$1 …` are names to SQLite."""
    return {str(number): value for number, value in enumerate(arguments, 1)}


def values_sql(bulk: Bulk, count: int) -> str:
    """The text of a bulk over `count` rows."""
    row = f"({', '.join('?' * len(bulk.types))})"
    sql = bulk.sql.replace("{rows}", f"VALUES {', '.join([row] * count)}")
    if bulk.columns:
        sql = sql.replace("{columns}", f"json_group_array(json_array({', '.join(bulk.columns)}))")
    return sql


def chunks(bulk: Bulk, rows: Sequence[Row]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Statements of the usual sizes, with their values, that together cover `rows`."""
    start = 0
    for size in CHUNKS:
        if size * len(bulk.types) > VARIABLES_MAX:
            continue
        while len(rows) - start >= size:
            part = rows[start : start + size]
            yield values_sql(bulk, size), tuple(chain.from_iterable(part))
            start += size


class SqliteThread:
    """A connection and the one thread that uses it."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._connection: sqlite3.Connection | None = None

    async def open(self, path: Path, pragmas: Iterable[str]) -> None:
        """Connect to the file."""

        def connect() -> sqlite3.Connection:
            with translated():
                connection = sqlite3.connect(
                    path, isolation_level=None, check_same_thread=False, cached_statements=256
                )
                for pragma in pragmas:
                    connection.execute(f"PRAGMA {pragma}")
                return connection

        self._connection = await asyncio.get_running_loop().run_in_executor(self._thread, connect)

    @property
    def is_open(self) -> bool:
        """True if there is a connection."""
        return self._connection is not None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on the thread."""
        connection = self._connection
        if connection is None:
            raise StoreUnavailable("the store is closed")

        def guarded() -> T:
            with translated():
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
        self._thread.shutdown()


class ThreadReader(Reader):
    """Queries on a lane: each call is one hop to its thread."""

    def __init__(self, lane: SqliteThread) -> None:
        self._lane = lane

    async def _call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._lane.run(work)

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows of a query."""
        return await self._call(lambda c: c.execute(sql, named(arguments)).fetchall())

    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The rows of several queries, in one hop; in none where there are no values."""

        def query(connection: sqlite3.Connection) -> list[list[str]]:
            return [
                [connection.execute(*one).fetchone()[0] for one in chunks(bulk, rows)]
                for bulk, rows in asks
            ]

        if not any(rows for _, rows in asks):
            return [[] for _ in asks]
        answers = await self._call(query)
        return [list(chain.from_iterable(map(_decode, texts))) for texts in answers]


class SqliteTransaction(ThreadReader, Transaction):
    """A transaction of the writer. Writes wait for the next query or the commit: few hops.

    `busy_ms` is how long to wait for another process's lock, where not as long as usual.
    """

    def __init__(self, lane: SqliteThread, busy_ms: int | None = None) -> None:
        super().__init__(lane)
        self._busy_ms = busy_ms
        self._waiting: list[tuple[Bulk, Sequence[Row]]] = []
        self.begun = False

    async def execute(self, sql: str, *arguments: Any) -> int:
        """Execute one statement; how many rows it changed."""
        return await self._call(lambda c: c.execute(sql, named(arguments)).rowcount)

    async def write(self, bulk: Bulk, rows: Sequence[Row]) -> None:
        """Remember it for the next hop."""
        if rows:
            self._waiting.append((bulk, rows))

    async def _call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        waiting, self._waiting = self._waiting, []
        begin, self.begun = not self.begun, True

        def together(connection: sqlite3.Connection) -> T:
            if begin:
                begin_writing(connection, self._busy_ms)
            write_all(connection, waiting)
            return work(connection)

        return await self._lane.run(together)

    async def lock_keys(self, keys: Collection[str], shared: Collection[str] = ()) -> None:
        """Nothing: there is one writer."""

    async def finish(self) -> None:
        """Write what waits, and commit."""
        if not self.begun and not self._waiting:
            return
        await self._call(lambda connection: connection.execute("COMMIT"))


def begin_writing(connection: sqlite3.Connection, busy_ms: int | None) -> None:
    """Begin a transaction, waiting for another process for so long at most; None: as usual."""
    if busy_ms is None:
        connection.execute("BEGIN IMMEDIATE")
        return
    ((usual,),) = connection.execute("PRAGMA busy_timeout").fetchall()
    connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")


def write_all(
    connection: sqlite3.Connection, waiting: Iterable[tuple[Bulk, Sequence[Row]]]
) -> None:
    """Execute bulk statements in order."""
    for bulk, rows in waiting:
        for sql, values in chunks(bulk, rows):
            connection.execute(sql, values)


class SqliteReader(Reader):
    """A read-only look at what is committed."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows of a query."""
        with translated():
            rows = await self._connection.execute_fetchall(sql, named(arguments))
            return [tuple(row) for row in rows]

    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The rows of several queries."""
        return [await self._found(bulk, rows) for bulk, rows in asks]

    async def _found(self, bulk: Bulk, rows: Sequence[Row]) -> list[Row]:
        found: list[Row] = []
        with translated():
            for sql, values in chunks(bulk, rows):
                answer = list(await self._connection.execute_fetchall(sql, values))
                found += _decode(answer[0][0])
        return found
