import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.core.world import MONDAY
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.errors import StoreMismatch, StoreUnavailable
from triaged.store.database.backup import backup, keep_copy, restore
from triaged.store.database.connect import open_database
from triaged.store.database.migrating import migrations
from triaged.store.database.sqlite import SqliteDatabase


async def test_a_backup_of_a_running_store_can_be_put_back(
    tmp_path: Path, clock: StillClock
) -> None:
    path, copy = tmp_path / "triaged.db", tmp_path / "copy.db"
    database = await open_database(f"sqlite:{path}", clock)
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="Before"))
    await backup(path, copy)
    await desk.handle(desk.fires(alertname="After"))

    with pytest.raises(StoreMismatch, match="in use"):
        await restore(path, copy)
    await database.close()
    await restore(path, copy)

    database = await open_database(f"sqlite:{path}", clock)
    assert (await Desk(database, clock).incident(1)).title == "Before"
    async with database.reading() as tx:
        assert await tx.fetch("SELECT COUNT(*) FROM incidents") == [(1,)]
    await database.close()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert (tmp_path / "triaged.db.replaced").exists()


async def test_each_store_that_was_replaced_is_kept(tmp_path: Path, clock: StillClock) -> None:
    path, copy = tmp_path / "triaged.db", tmp_path / "copy.db"
    database = await open_database(f"sqlite:{path}", clock)
    await backup(path, copy)
    await database.close()
    (tmp_path / "triaged.db.replaced-2-wal").write_text("left by a crash")

    replaced = [await restore(path, copy) for _ in range(2)]
    path.unlink()

    assert replaced == [tmp_path / "triaged.db.replaced", tmp_path / "triaged.db.replaced-3"]
    assert await restore(path, copy) is None


async def test_a_backup_overwrites_nothing(tmp_path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", clock)
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(StoreMismatch, match="exists already"):
        await backup(tmp_path / "triaged.db", tmp_path / "copy.db")

    await database.close()


async def test_what_is_no_store_is_not_put_back(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("not a database at all" * 100)

    with pytest.raises(StoreMismatch, match="no store of triaged"):
        await restore(tmp_path / "triaged.db", tmp_path / "copy.db")


async def test_a_restore_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, clock: StillClock
) -> None:
    path, copy = tmp_path / "triaged.db", tmp_path / "copy.db"
    database = await open_database(f"sqlite:{path}", clock)
    await Desk(database, clock).handle(Desk(database, clock).fires(alertname="Before"))
    await backup(path, copy)
    await database.close()
    (tmp_path / "triaged.db.partial").mkdir()

    with pytest.raises(StoreUnavailable, match="cannot restore"):
        await restore(path, copy)

    database = await open_database(f"sqlite:{path}", clock)
    assert (await Desk(database, clock).incident(1)).title == "Before"
    await database.close()


async def test_no_empty_store_is_made_where_a_restore_did_not_end(
    tmp_path: Path, clock: StillClock
) -> None:
    path, copy = tmp_path / "triaged.db", tmp_path / "copy.db"
    await (await open_database(f"sqlite:{path}", clock)).close()
    await backup(path, copy)
    path.rename(tmp_path / "triaged.db.replaced")

    with pytest.raises(StoreMismatch, match="restore that did not end"):
        await open_database(f"sqlite:{path}", clock)

    await restore(path, copy)
    await (await open_database(f"sqlite:{path}", clock)).close()


async def test_a_backup_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreMismatch, match="no store of triaged"):
        await restore(tmp_path / "triaged.db", tmp_path / "none.db")


async def test_a_copy_is_kept_before_a_store_with_content_is_migrated(
    tmp_path: Path, clock: StillClock
) -> None:
    path = tmp_path / "triaged.db"
    database = await open_database(f"sqlite:{path}", clock)
    assert isinstance(database, SqliteDatabase)
    await Desk(database, clock).handle(Desk(database, clock).fires(alertname="Before"))
    assert await keep_copy(database) is None
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM schema_version WHERE number > 1")
        await tx.execute("UPDATE schema_version SET number = 0")

    copy = await keep_copy(database)

    await database.close()
    assert copy == tmp_path / "triaged.db.before-1"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT title FROM incidents").fetchall() == [("Before",)]


async def test_a_copy_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, clock: StillClock
) -> None:
    database = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", clock)

    with pytest.raises(StoreUnavailable, match="cannot write"):
        await backup(tmp_path / "triaged.db", tmp_path / "none" / "copy.db")

    await database.close()


async def test_a_store_that_does_not_exist_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(StoreMismatch, match="there is no store"):
        await backup(tmp_path / "triaged.db", tmp_path / "copy.db")

    with pytest.raises(StoreMismatch, match="there is no store"):  # nor has one been made
        await backup(tmp_path / "triaged.db", tmp_path / "copy.db")


@pytest.mark.parametrize("number", [m.number for m in migrations()])
async def test_a_copy_made_by_an_earlier_version_is_put_back(
    tmp_path: Path, clock: StillClock, number: int
) -> None:
    path, copy = tmp_path / "triaged.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("CREATE TABLE schema_version (number, digest, applied_at)")
        for migration in migrations()[:number]:
            for statement in migration.statements("sqlite"):
                connection.execute(statement)
            row = (migration.number, migration.digest, MONDAY)
            connection.execute("INSERT INTO schema_version VALUES (?, ?, ?)", row)

    await restore(path, copy)

    database = await open_database(f"sqlite:{path}", clock)
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="After"))
    await database.close()
