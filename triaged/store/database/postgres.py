"""PostgreSQL through asyncpg: bulk rows as arrays, keys locked for who opens incidents."""

import hashlib
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from triaged.errors import StoreError, StoreMismatch, StoreUnavailable
from triaged.store.database.base import Ask, Bulk, Contended, Database, Reader, Row, Transaction
from triaged.store.database.store_lock import StoreLock

CONNECT_S = 5
COMMAND_S = 10
"""No statement of ours takes seconds; a dead connection must not hang for two hours."""

LOCK_WAIT = "2s"
POOL_MAX = 8
NOW = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
LOCK_KEYS = """SELECT CASE WHEN is_shared THEN pg_advisory_xact_lock_shared(key)
        ELSE pg_advisory_xact_lock(key) END
    FROM unnest($1::bigint[], $2::boolean[]) AS locks (key, is_shared)"""
SERVER_SETTINGS = {
    "application_name": "triaged",
    "lock_timeout": LOCK_WAIT,
    "tcp_user_timeout": "5000",
    "timezone": "UTC",
}


LOST = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # an answer that is cut off, or belongs to another question
    EOFError,
    OSError,
    TimeoutError,
)
"""All that a lost connection raises, whichever moment it is lost in."""


@contextmanager
def translated() -> Iterator[None]:
    """Errors of PostgreSQL as ours: trouble that may pass, or a statement that cannot work."""
    try:
        yield
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
        raise Contended(f"PostgreSQL: {error}") from error
    except (
        asyncpg.DataError,
        asyncpg.IntegrityConstraintViolationError,
        asyncpg.SyntaxOrAccessError,
    ) as error:
        raise StoreError(f"PostgreSQL: {error}") from error
    except LOST as error:
        raise StoreUnavailable(f"PostgreSQL: {error or type(error).__name__}") from error


def unnest_sql(bulk: Bulk) -> str:
    """The text of a bulk: its rows as one array a column."""
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(bulk.types, 1))
    sql = bulk.sql.replace("{rows}", f"SELECT * FROM unnest({arrays})")
    return sql.replace("{columns}", ", ".join(bulk.columns))


class PostgresReader(Reader):
    """Queries on one connection."""

    locks_rows = False

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows of a query."""
        with translated():
            return [tuple(row) for row in await self._connection.fetch(sql, *arguments)]

    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The rows of several queries."""
        return [await self._found(bulk, rows) for bulk, rows in asks]

    async def _found(self, bulk: Bulk, rows: Sequence[Row]) -> list[Row]:
        if not rows:
            return []
        sql = unnest_sql(bulk)
        if bulk.locks and self.locks_rows:
            order = f" ORDER BY {bulk.order}" if bulk.order else ""
            sql += f"{order} FOR UPDATE OF {bulk.locks}"
        return await self.fetch(sql, *_columns(bulk, rows))


class PostgresTransaction(PostgresReader, Transaction):
    """Statements on one connection, beside those of other processes."""

    locks_rows = True
    others_write = True

    async def execute(self, sql: str, *arguments: Any) -> int:
        """Execute one statement; how many rows it changed."""
        with translated():
            status = await self._connection.execute(sql, *arguments)
        last = status.rpartition(" ")[2]
        return int(last) if last.isdigit() else 0

    async def write(self, bulk: Bulk, rows: Sequence[Row]) -> None:
        """Execute it now."""
        if rows:
            await self.execute(unnest_sql(bulk), *_columns(bulk, rows))

    async def lock_keys(self, keys: Collection[str], shared: Collection[str] = ()) -> None:
        """Advisory locks until the end, in one order, so that no two processes wait in a ring."""
        locks = {_lock_number(key): True for key in shared}
        locks |= {_lock_number(key): False for key in keys}
        if locks:
            numbers = sorted(locks)
            await self.fetch(LOCK_KEYS, numbers, [locks[number] for number in numbers])


def _columns(bulk: Bulk, rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in bulk.types]


def _lock_number(key: str) -> int:
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


class PostgresDatabase(Database):
    """A pool of connections, and the lock without which it does not write; None: it needs none."""

    name = "postgresql"

    def __init__(self, url: str, pool: Any, lock: StoreLock | None) -> None:
        self.url = url
        self._pool = pool
        self._lock = lock

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Read and write at READ COMMITTED; correctness is by constraints and locks."""
        with translated():
            if self._lock is not None:
                await self._lock.keep()
            async with self._acquired() as connection, connection.transaction():
                yield PostgresTransaction(connection)

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """Read one view of what is committed. All share one pool, whoever is urgent."""
        with translated():
            async with (
                self._acquired() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield PostgresReader(connection)

    async def now(self) -> int:
        """The server's time: all replicas go by it."""
        async with self.reading() as tx:
            ((at,),) = await tx.fetch(NOW)
        return int(at)

    def _acquired(self) -> AbstractAsyncContextManager[Any]:
        """A connection of the pool, in time: who waits for one is told to come again."""
        acquired: AbstractAsyncContextManager[Any] = self._pool.acquire(timeout=CONNECT_S)
        return acquired

    async def close(self) -> None:
        """Close the pool, and let another process have the store."""
        self._pool.terminate()
        if self._lock is not None:
            await self._lock.release()


async def open_postgres(url: str, *, lock: bool) -> PostgresDatabase:
    """Connect, as the only process that does if there is to be a lock.

    A standby is refused, for no page may depend on what it has not heard yet.
    """
    with translated():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=POOL_MAX,
            timeout=CONNECT_S,
            command_timeout=COMMAND_S,
            server_settings=SERVER_SETTINGS,
        )
        standby = await pool.fetchval("SELECT pg_is_in_recovery()")
    if standby:
        pool.terminate()
        raise StoreMismatch("this PostgreSQL is a standby; triaged needs the primary")
    held = StoreLock(url) if lock else None
    try:
        if held is not None:
            with translated():
                await held.take()
    except BaseException:
        pool.terminate()
        raise
    return PostgresDatabase(url, pool, held)
