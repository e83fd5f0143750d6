"""How many queries a page makes of the store."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from tests.api.site import Site
from triaged.store.database.base import Ask, Reader, Row, Transaction
from triaged.store.database.connect import Database


class _Counting(Reader):
    def __init__(self, reader: Reader, queries: list[str]) -> None:
        self._reader = reader
        self._queries = queries

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """The rows, and the query is counted."""
        self._queries.append(sql)
        return await self._reader.fetch(sql, *arguments)

    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The rows, and the wait is counted."""
        self._queries.append("; ".join(bulk.sql for bulk, _ in asks))
        return await self._reader.fetch_bulks(asks)


class CountingDatabase(Database):
    """A database that notes what is read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name, self.url = database.name, database.url
        self.queries: list[str] = []

    def transaction(self) -> contextlib.AbstractAsyncContextManager[Transaction]:
        """As it is."""
        return self._database.transaction()

    @contextlib.asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """A reader that notes its queries."""
        async with self._database.reading(urgent=urgent) as tx:
            yield _Counting(tx, self.queries)

    async def close(self) -> None:
        """Nothing: the site closes it."""


@contextlib.contextmanager
def counted(site: Site) -> Iterator[list[str]]:
    """The queries that pages make in the block."""
    database = site.context.database
    counting = CountingDatabase(database)
    site.context.database = counting
    try:
        yield counting.queries
    finally:
        site.context.database = database
