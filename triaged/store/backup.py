"""A copy of the store while it runs, and a copy put back."""

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path

from triaged.errors import StoreMismatch, StoreUnavailable
from triaged.store.base import Database
from triaged.store.sqlite import SqliteDatabase, take_lock


async def backup(database: Database, target: Path) -> None:
    """Write a whole, consistent copy to `target`, which must not exist."""
    if not isinstance(database, SqliteDatabase):
        raise StoreMismatch("for PostgreSQL use pg_dump --format=custom, which is made for it")
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise StoreMismatch(f"{target} exists already") from None
    except OSError as error:
        raise StoreUnavailable(f"cannot write {target}: {error.strerror}") from error
    into = (str(target),)
    await database.on_writer(lambda connection: connection.execute("VACUUM INTO ?", into))


async def restore(path: Path, source: Path) -> None:
    """Put the copy `source` in the place of the store at `path`; the old one stays beside it."""
    await asyncio.to_thread(_restore, path, source)


def _restore(path: Path, source: Path) -> None:
    lock = take_lock(path)
    try:
        _check(source)
        for suffix in ("", "-wal", "-shm"):
            old = Path(f"{path}{suffix}")
            if old.exists():
                old.replace(f"{path}.replaced{suffix}")
        partial = Path(f"{path}.partial")
        shutil.copyfile(source, partial)
        partial.chmod(0o600)
        partial.replace(path)
    finally:
        os.close(lock)


def _check(source: Path) -> None:
    """Refuse what is no sound store."""
    try:
        connection = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        try:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            connection.execute("SELECT MAX(number) FROM schema_version").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreMismatch(f"{source} is no store of triaged: {error}") from error
    if verdict != "ok":
        raise StoreMismatch(f"{source} is damaged: {verdict}")
