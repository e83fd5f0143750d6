import sqlite3
from contextlib import closing

import pytest

from tests.store.conftest import StillClock
from triaged.errors import StoreMismatch
from triaged.store.database.connect import Database, open_database
from triaged.store.database.migrating import Migration, check, migrate, migrations

UMBRELLAS = 11
"""The migration that gave umbrellas and restores their own places."""


async def test_a_store_is_migrated_once(database: Database) -> None:
    assert await migrate(database, 0) == []


async def test_a_newer_schema_is_refused(database: Database, url: str, clock: StillClock) -> None:
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO schema_version VALUES ($1, $2, $3)", 9999, "x", 0)
    await database.close()

    with pytest.raises(StoreMismatch, match="run the newer version"):
        await open_database(url, clock)


async def test_an_edited_migration_is_refused(
    database: Database, url: str, clock: StillClock
) -> None:
    async with database.transaction() as tx:
        await tx.execute("UPDATE schema_version SET digest = $1", "another")
    await database.close()

    with pytest.raises(StoreMismatch, match="applied with another text"):
        await open_database(url, clock)


def test_numbers_rise_and_none_comes_twice() -> None:
    numbers = [migration.number for migration in migrations()]

    assert numbers == sorted(set(numbers))


def test_each_database_reads_its_own_words() -> None:
    migration = Migration(1, "-- why\nCREATE TABLE t (a BIGINT, b BLOB) STRICT;")

    assert migration.statements("sqlite") == ["CREATE TABLE t (a INTEGER, b BLOB) STRICT"]
    assert migration.statements("postgresql") == ["CREATE TABLE t (a BIGINT, b BYTEA)"]


def test_a_schema_that_is_behind_is_no_mismatch() -> None:
    check({}, migrations())


def test_what_stood_in_other_columns_is_moved_to_its_own() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in migrations():
            if migration.number == UMBRELLAS:
                connection.execute("INSERT INTO timers VALUES (2, 'storm', 9, 1, 0, 0, 0)")
                connection.execute("INSERT INTO timers VALUES (2, 'step', 9, 4, 0, 0, 0)")
                connection.execute("INSERT INTO counters VALUES ('restored', 7)")
            for statement in migration.statements("sqlite"):
                connection.execute(statement)
        timers = connection.execute("SELECT kind, epoch, umbrella FROM timers ORDER BY kind")
        restores = connection.execute("SELECT known_until FROM restores")
        counters = connection.execute("SELECT name FROM counters WHERE name = 'restored'")

        assert timers.fetchall() == [("step", 4, 0), ("storm", 0, 1)]
        assert restores.fetchall() == [(7,)]
        assert counters.fetchall() == []
