"""Migrations: numbered SQL files, forward only, each with the checksum it was applied with."""

import hashlib
import re
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

import msgspec

from triaged.crashpoints import CrashPoint, no_crash
from triaged.errors import StoreMismatch
from triaged.store.database.base import Database, Transaction

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_COMMENT = re.compile(r"--[^\n]*")
WORDS = {
    "sqlite": {"BIGINT": "INTEGER"},
    "postgresql": {"BLOB": "BYTEA", ") STRICT": ")"},
}
"""Words of SQL that the databases spell differently."""


class Migration(msgspec.Struct, frozen=True):
    """One file."""

    number: int
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self, database: str) -> list[str]:
        """Its statements in the words of a database."""
        text = _COMMENT.sub("", self.text)
        for ours, theirs in WORDS[database].items():
            text = text.replace(ours, theirs)
        return [part.strip() for part in text.split(";") if part.strip()]


def migrations() -> list[Migration]:
    """All files of the folder, in order."""
    found = []
    for file in resources.files("triaged.store").joinpath("migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match:
            found.append(Migration(int(match.group(1)), file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


async def migrate(database: Database, now: int, crash_point: CrashPoint = no_crash) -> list[int]:
    """Apply what is missing; the numbers applied. Refuses a newer or an edited schema."""
    known = migrations()
    async with database.transaction() as tx:
        await tx.lock_keys(["schema"])
        applied = await applied_versions(tx, database.name)
        check(applied, known)
        missing = [migration for migration in known if migration.number not in applied]
        for migration in missing:
            for statement in migration.statements(database.name):
                await tx.execute(statement)
                crash_point("in_migration")
            await tx.execute(
                "INSERT INTO schema_version (number, digest, applied_at) VALUES ($1, $2, $3)",
                migration.number,
                migration.digest,
                now,
            )
    return [migration.number for migration in missing]


def migrate_copy(copy: Path) -> None:
    """Bring an SQLite file that nobody has open to our schema, as `migrate` does a store.

    A copy may be older than we are: it was kept before an upgrade, for example.
    """
    with closing(sqlite3.connect(copy)) as connection, connection:
        rows = connection.execute("SELECT number, digest, applied_at FROM schema_version")
        versions = rows.fetchall()
        applied = {number: digest for number, digest, _ in versions}
        check(applied, migrations())
        last_at = max((at for _, _, at in versions), default=0)
        connection.execute("BEGIN IMMEDIATE")
        for migration in migrations():
            if migration.number in applied:
                continue
            for statement in migration.statements("sqlite"):
                connection.execute(statement)
            row = (migration.number, migration.digest, last_at)
            connection.execute("INSERT INTO schema_version VALUES (?, ?, ?)", row)


def check(applied: dict[int, str], known: list[Migration]) -> None:
    """Raise `StoreMismatch` unless what was applied is what we know."""
    newest = max(applied, default=0)
    if newest > known[-1].number:
        raise StoreMismatch(
            f"the store's schema is {newest}, this triaged knows {known[-1].number}: "
            "run the newer version, or restore a backup made by this one"
        )
    for migration in known:
        if applied.get(migration.number, migration.digest) != migration.digest:
            raise StoreMismatch(f"migration {migration.number} was applied with another text")


async def applied_versions(tx: Transaction, database: str) -> dict[int, str]:
    """Number → checksum of each migration applied so far."""
    big = "INTEGER" if database == "sqlite" else "BIGINT"
    await tx.execute(
        f"CREATE TABLE IF NOT EXISTS schema_version (number {big} NOT NULL PRIMARY KEY, "
        f"digest TEXT NOT NULL, applied_at {big} NOT NULL)"
    )
    rows = await tx.fetch("SELECT number, digest FROM schema_version")
    return {number: digest for number, digest in rows}  # noqa: C416 - types the pair
