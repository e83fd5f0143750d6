"""SQLite: one writer thread that alone writes and checkpoints, aiosqlite for readers."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from glob import escape
from pathlib import Path
from typing import TypeVar

import aiosqlite

from triaged.errors import StoreMismatch, StoreUnavailable
from triaged.store.database.base import Database, Reader, Transaction
from triaged.store.database.disk_space import DiskReserve
from triaged.store.database.locking import take_lock
from triaged.store.database.sqlite_threads import (
    DiskFull,
    Locked,
    SqliteReader,
    SqliteThread,
    SqliteTransaction,
    ThreadReader,
    translated,
)

T = TypeVar("T")

BUSY_MS = 2000
"""Time limit of the wait for another process's lock; then senders are told to come again."""

BUSY_AGAIN_MS = 250
"""How long when it had the lock a moment ago, for whoever asks next: one attempt after the other
waits, and each may be behind several. An action gets through in the first moment without a lock."""

MOMENT_S = 1.0

READERS = 2
READ_WAIT_S = 5.0
"""Time limit of the wait for a reader; the longest queries take a second."""

CHECKPOINT_PAGES = 16_000
"""64 MiB of log. A page of an index that many commits touch is then written back once for all of
them; a restart reads the log in a tenth of a second."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on disk when it returns: the promise
    f"busy_timeout = {BUSY_MS}",
    "foreign_keys = ON",
    "journal_size_limit = 67108864",
    "trusted_schema = OFF",
    f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    "cache_size = -32768",
    "temp_store = MEMORY",
)

READER_PRAGMAS = ("query_only = ON", f"busy_timeout = {BUSY_MS}")


class SqliteDatabase(Database):
    """One file, one writer."""

    name = "sqlite"

    def __init__(self, path: Path, lock_file: int | None) -> None:
        self.url = f"sqlite:{path}"
        self.path = path
        self._lock_file = lock_file
        self._room = DiskReserve(path)
        self._writer = SqliteThread("sqlite-writer")
        self._ahead = SqliteThread("sqlite-ahead")
        self._writing = asyncio.Lock()
        self._locked_at: float | None = None
        self._readers: list[aiosqlite.Connection] = []
        self._free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._free_for_loops: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    async def open(self) -> None:
        """Open the writer and the readers."""
        if self._lock_file is not None:
            self._room.let_go()  # on a full disk it would not open
        await self.open_lanes(PRAGMAS)
        with translated():
            for queue in (self._free_for_loops, *[self._free] * READERS):
                reader = await aiosqlite.connect(self.path, isolation_level=None)
                self._readers.append(reader)
                for pragma in READER_PRAGMAS:
                    await reader.execute(f"PRAGMA {pragma}")
                queue.put_nowait(reader)

    async def open_lanes(self, pragmas: Iterable[str]) -> None:
        """Open what has a thread of ours: the writer, with `pragmas`, and the view ahead."""
        await self._writer.open(self.path, pragmas)
        await self._ahead.open(self.path, READER_PRAGMAS)

    @property
    def nearly_full(self) -> bool:
        """True if the disk is nearly full."""
        return self._room.nearly_full

    async def check_free_space(self) -> bool:
        """See whether the disk has room; while it has little, keep the log short."""
        await asyncio.to_thread(self._room.look)
        if self.nearly_full:
            with suppress(DiskFull):  # what is in the log stays there
                async with self._writing:
                    await self.on_writer(lambda c: c.execute("PRAGMA wal_checkpoint(PASSIVE)"))
        return self.nearly_full

    async def on_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on the writer's thread."""
        return await self._writer.run(work)

    def looking_ahead(self) -> Reader:
        """Reads on a connection of their own: this process alone writes."""
        return ThreadReader(self._ahead)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """The writer, for one transaction."""
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        async with self._writing:
            writer = SqliteTransaction(self._writer, self._busy_ms(asked_at, clock()))
            try:
                yield writer
                await asyncio.shield(writer.finish())
            except BaseException as error:
                await asyncio.shield(self._roll_back())
                if isinstance(error, Locked):
                    self._locked_at = clock()
                if isinstance(error, DiskFull):
                    await asyncio.to_thread(self._room.give)
                raise

    def _busy_ms(self, asked_at: float, now: float) -> int | None:
        """How long to wait for another process: who waited in line for others has done so."""
        if self._locked_at is None or now - self._locked_at > MOMENT_S:
            return None
        return max(BUSY_AGAIN_MS - int(1000 * (now - asked_at)), 0)

    async def _roll_back(self) -> None:
        def roll_back(connection: sqlite3.Connection) -> None:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

        await self.on_writer(roll_back)

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """One of the readers, with one view of the data; the loops have one of their own."""
        if not self._writer.is_open:
            raise StoreUnavailable("the store is closed")
        queue = self._free_for_loops if urgent else self._free
        try:
            async with asyncio.timeout(None if urgent else READ_WAIT_S):
                connection = await queue.get()
        except TimeoutError:
            raise StoreUnavailable("too many are reading the store") from None
        try:
            with translated():
                await connection.execute("BEGIN")
            yield SqliteReader(connection)
        finally:
            await asyncio.shield(self._give_back(connection, queue))

    async def _give_back(
        self, connection: aiosqlite.Connection, queue: asyncio.Queue[aiosqlite.Connection]
    ) -> None:
        """End the reader's transaction, also one that a cancelled caller had just asked for."""
        try:
            with translated():
                await connection.rollback()
        finally:
            queue.put_nowait(connection)

    async def close(self) -> None:
        """Close every connection, and let another daemon have the file."""
        while self._readers:
            await self._readers.pop().close()
        await self._ahead.close()
        await self._writer.close()
        descriptor, self._lock_file = self._lock_file, None
        if descriptor is not None:
            os.close(descriptor)


async def open_sqlite(path: Path, *, lock: bool) -> SqliteDatabase:
    """Open the file, which is made where there is none; only its owner may read it.

    Raises `StoreMismatch` where none is left of a restore that did not end.
    """
    descriptor = None
    _refuse_half_restored(path)
    try:
        descriptor = take_lock(path) if lock else None
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        reason = f"cannot open {path}: {error.strerror}; `store` names it, in a folder to write to"
        raise StoreUnavailable(reason) from error
    database = SqliteDatabase(path, descriptor)
    try:
        await database.open()
    except BaseException:
        await database.close()
        raise
    return database


def _refuse_half_restored(path: Path) -> None:
    """An empty store must not stand in for one that a restore was about to put back."""
    if path.exists():
        return
    left = [*path.parent.glob(f"{escape(path.name)}.replaced*"), Path(f"{path}.partial")]
    for other in left:
        if other.exists():
            raise StoreMismatch(
                f"there is no store at {path}, but {other} is left of a restore that did not end: "
                "run `triaged store restore` again, or move it away to begin with an empty store"
            )
