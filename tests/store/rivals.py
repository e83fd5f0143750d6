"""Two engines on one PostgreSQL, one of which is held between two statements of its transaction."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from triaged.store.database.base import Ask, Bulk, Database, Reader, Row, Transaction

Rows = dict[str, list[str]]
"""By table: every row as JSON text, in order."""

WAITING = """SELECT COUNT(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
TABLES = """SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY tablename"""


class Barrier:
    """Holds a transaction after so many of its statements, once."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def step(self) -> None:
        """One statement is done."""
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            await self.opened.wait()


class Held(Transaction):
    """A transaction whose statements pass a barrier."""

    def __init__(self, real: Transaction, barrier: Barrier) -> None:
        self._real = real
        self._barrier = barrier
        self.others_write = real.others_write

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The real one's, then the barrier."""
        rows = await self._real.fetch(sql, *arguments)
        await self._barrier.step()
        return rows

    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The real one's, one after the other, a barrier after each that asks anything."""
        found = []
        for bulk, values in asks:
            found += await self._real.fetch_bulks([(bulk, values)])
            if values:
                await self._barrier.step()
        return found

    async def execute(self, sql: str, *arguments: Any) -> int:
        """The real one's, then the barrier."""
        changed = await self._real.execute(sql, *arguments)
        await self._barrier.step()
        return changed

    async def write(self, bulk: Bulk, rows: Sequence[Row]) -> None:
        """The real one's, then the barrier if there was anything to write."""
        await self._real.write(bulk, rows)
        if rows:
            await self._barrier.step()

    async def lock_keys(self, keys: Collection[str], shared: Collection[str] = ()) -> None:
        """The real one's, then the barrier if there was anything to lock."""
        await self._real.lock_keys(keys, shared)
        if keys or shared:
            await self._barrier.step()


class Behind(Database):
    """A store whose transactions pass a barrier."""

    name = "postgresql"

    def __init__(self, real: Database) -> None:
        self.url = real.url
        self.real = real
        self.barrier = Barrier(0)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """The real one's."""
        async with self.real.transaction() as tx:
            yield Held(tx, self.barrier)

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """The real one's."""
        async with self.real.reading(urgent=urgent) as tx:
            yield tx

    async def close(self) -> None:
        """Close the real one."""
        await self.real.close()


class Observed:
    """A connection of the test's own: what there is, what waits, and back to an earlier state."""

    def __init__(self, connection: Any, tables: Sequence[str]) -> None:
        self._connection = connection
        self._tables = tables

    async def rows(self) -> Rows:
        """All that is stored."""
        found = {}
        for table in self._tables:
            texts = await self._connection.fetch(f"SELECT to_jsonb(t)::text FROM {table} t")
            found[table] = sorted(row[0] for row in texts)
        return found

    async def keep(self) -> None:
        """Remember what is stored."""
        await self._connection.execute("CREATE SCHEMA kept")
        for table in self._tables:
            await self._connection.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")

    async def go_back(self) -> None:
        """Store what was remembered, and nothing else."""
        steps = [f"DELETE FROM {t}" for t in reversed(self._tables)]  # requests, then incidents
        steps += [f"INSERT INTO {t} TABLE kept.{t}" for t in self._tables]
        await self._connection.execute("; ".join(steps))

    async def waiting(self, count: int = 1) -> None:
        """Return when this many statements wait for a lock."""
        while await self._connection.fetchval(WAITING) < count:
            pass


@asynccontextmanager
async def observed(url: str) -> AsyncIterator[Observed]:
    """Beside the engines."""
    connection = await asyncpg.connect(url)
    tables = [row[0] for row in await connection.fetch(TABLES)]
    yield Observed(connection, tables)
    await connection.close()
