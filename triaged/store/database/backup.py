"""A copy of the store while it runs, and a copy put back."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from triaged.errors import StoreMismatch, StoreUnavailable
from triaged.store.database.locking import take_lock
from triaged.store.database.migrating import migrate_copy, migrations
from triaged.store.database.restoring import set_apart
from triaged.store.database.sqlite import SqliteDatabase
from triaged.store.database.sqlite_threads import translated

SUFFIXES = ("", "-wal", "-shm")
"""Endings of the names of the files that make up a store."""


async def backup(path: Path, target: Path) -> None:
    """Write a whole, consistent copy of the store at `path` to `target`, which must not exist.

    Whoever has the store open, a daemon at work as well, goes on committing.
    """
    if not await asyncio.to_thread(path.exists):
        raise StoreMismatch(f"there is no store at {path}")
    if not await asyncio.to_thread(_copy, path, target):
        raise StoreMismatch(f"{target} exists already")


async def keep_copy(database: SqliteDatabase) -> Path | None:
    """Before migrations that a store with content needs, copy it to `<path>.before-<number>`."""
    known = [migration.number for migration in migrations()]
    async with database.reading() as tx:
        tables = await tx.fetch("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'")
        row = await tx.fetch_one("SELECT MAX(number) FROM schema_version") if tables else None
    newest = row[0] if row else None
    if newest is None or newest >= known[-1]:
        return None
    target = Path(f"{database.path}.before-{newest + 1}")
    await asyncio.to_thread(_copy, database.path, target)  # an earlier try may have got so far
    return target


def _copy(path: Path, target: Path) -> bool:
    """Copy by a connection of its own, which sees one state and keeps no writer waiting.

    False: `target` is there already. It appears when the copy is whole.
    """
    if target.exists():
        return False
    partial = Path(f"{target}.partial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with translated(), closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("VACUUM INTO ?", (str(partial),))
        partial.replace(target)
    except OSError as error:
        raise StoreUnavailable(f"cannot write {target}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    return True


async def restore(path: Path, source: Path) -> Path | None:
    """Put the copy `source` in the place of the store at `path`; where the old one is now.

    None: there was none. Incidents that are open then say so on their timelines at the next start.
    """
    return await asyncio.to_thread(_restore, path, source)


def _restore(path: Path, source: Path) -> Path | None:
    try:
        lock = take_lock(path)
    except OSError as error:
        raise StoreUnavailable(f"cannot restore {path}: {error.strerror}") from error
    try:
        _check(source)
        replaced, was_there = _free_name(path), path.exists()
        partial = Path(f"{path}.partial")
        _prepare(partial, source, path)
        for suffix in SUFFIXES:
            old = Path(f"{path}{suffix}")
            if old.exists():
                old.replace(f"{replaced}{suffix}")
        partial.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise StoreUnavailable(f"cannot restore {path}: {error.strerror}") from error
    finally:
        os.close(lock)
    return replaced if was_there else None


def _free_name(path: Path) -> Path:
    """`<path>.replaced`, or with the first number that no earlier store has there."""
    names = (f"{path}.replaced{f'-{number}' if number > 1 else ''}" for number in count(1))
    return next(
        Path(name)
        for name in names
        if not any(Path(f"{name}{suffix}").exists() for suffix in SUFFIXES)
    )


def _prepare(partial: Path, source: Path, lost: Path) -> None:
    """Make `partial` all that is to follow `lost`, on disk: what may fail does so before."""
    try:
        shutil.copyfile(source, partial)
        partial.chmod(0o600)
        with translated():
            migrate_copy(partial)
            set_apart(partial, lost)
        _sync(partial)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
