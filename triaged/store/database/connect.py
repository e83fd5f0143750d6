"""Open a store by its URL."""

from pathlib import Path
from urllib.parse import urlsplit

from triaged.clock import Clock
from triaged.crashpoints import CrashPoint, no_crash
from triaged.errors import StoreMismatch
from triaged.store.database.backup import keep_copy
from triaged.store.database.base import Bulk, Database, Row, Transaction
from triaged.store.database.migrating import migrate
from triaged.store.database.postgres import open_postgres
from triaged.store.database.sqlite import SqliteDatabase, open_sqlite

__all__ = ["Bulk", "Database", "Row", "Transaction", "open_database"]


async def open_database(
    url: str, clock: Clock, *, lock: bool = True, crash_point: CrashPoint = no_crash
) -> Database:
    """Open the store at `url` (`sqlite:PATH` or `postgresql://…`), migrated, for this process.

    Raises `StoreMismatch` where another process has it or its schema is not ours, and
    `StoreUnavailable` where it cannot be reached now.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        database: Database = await open_sqlite(Path(url.removeprefix("sqlite:")), lock=lock)
    elif scheme in ("postgresql", "postgres"):
        database = await open_postgres(url, lock=lock)
    else:
        raise StoreMismatch(f"{scheme!r} is no store; use sqlite:PATH or postgresql://HOST/NAME")
    try:
        if isinstance(database, SqliteDatabase):
            await keep_copy(database)
        await migrate(database, clock.now(), crash_point)
    except BaseException:
        await database.close()
        raise
    return database
