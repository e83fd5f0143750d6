import asyncio
import importlib
import os
import pkgutil
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged import store
from triaged.errors import StoreMismatch, StoreUnavailable
from triaged.store.database.base import Bulk
from triaged.store.database.connect import open_database
from triaged.store.database.sqlite import BUSY_MS, READERS, SqliteDatabase
from triaged.store.database.sqlite_threads import Locked, values_sql
from triaged.store.tables import incidents

OF_TABLE = re.compile(r"SCAN (?!v$|u$|due$|near$|live$|s\d$|\d+ CONSTANT ROWS).*")
"""A step of a plan that reads all of something besides the statement's own values."""

BOUNDED = {
    "triaged.store.tables.muting.INHIBITING": "a partial index of what suppresses now, bounded",
}
"""Statement that may read all of something → what, and why it is little."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "triaged.db"


async def test_a_second_daemon_is_refused_by_name(path: Path, clock: StillClock) -> None:
    first = await open_database(f"sqlite:{path}", clock)

    with pytest.raises(StoreMismatch, match=f"in use by process {os.getpid()}"):
        await open_database(f"sqlite:{path}", clock)
    await first.close()

    second = await open_database(f"sqlite:{path}", clock)
    await second.close()


def test_only_the_owner_may_read_the_file(path: Path, clock: StillClock) -> None:
    async def open_and_close() -> None:
        await (await open_database(f"sqlite:{path}", clock)).close()

    asyncio.run(open_and_close())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_what_is_committed_is_on_disk(path: Path, clock: StillClock) -> None:
    full = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous: the log is synced each commit
    database = await open_database(f"sqlite:{path}", clock)

    async with database.transaction() as tx:
        synchronous = await tx.fetch("PRAGMA synchronous")
        journal = await tx.fetch("PRAGMA journal_mode")

    assert (synchronous, journal) == ([(full,)], [("wal",)])
    await database.close()


async def test_a_path_that_cannot_be_opened_is_said(tmp_path: Path, clock: StillClock) -> None:
    with pytest.raises(StoreUnavailable, match="cannot open"):
        await open_database(f"sqlite:{tmp_path / 'none' / 'x.db'}", clock)


async def test_a_locked_file_is_unavailable_and_works_again(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)
    desk = Desk(database, clock)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreUnavailable, match="locked"):
        await desk.handle(desk.fires(severity="SEV-2"))
    other.execute("ROLLBACK")
    other.close()
    await desk.handle(desk.fires(severity="SEV-2"))

    assert (await desk.incident()).number == 1
    await database.close()


async def test_who_waits_in_line_for_a_locked_file_does_not_wait_for_each_before(
    path: Path, clock: StillClock
) -> None:
    database = await open_database(f"sqlite:{path}", clock)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    time = asyncio.get_running_loop().time

    async def ask() -> None:
        async with database.transaction() as tx:
            await tx.fetch("SELECT 1")

    began = time()
    results = await asyncio.gather(*(ask() for _ in range(10)), return_exceptions=True)
    took = time() - began
    other.execute("ROLLBACK")
    other.close()
    await ask()

    assert [type(result) for result in results] == [Locked] * 10
    assert took < 2 * BUSY_MS / 1000
    await database.close()


async def test_a_full_disk_is_unavailable_and_works_again(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    async with database.transaction() as tx:
        pages = await tx.fetch("PRAGMA page_count")
        await tx.fetch(f"PRAGMA max_page_count = {pages[0][0]}")

    with pytest.raises(StoreUnavailable, match="full"):
        await desk.handle(*[desk.fires(pod=str(n), text="x" * 400) for n in range(300)])
    assert database.nearly_full
    async with database.transaction() as tx:
        await tx.fetch("PRAGMA max_page_count = 1000000")
    await desk.handle(desk.fires(pod="after"))

    assert (await desk.incident()).firing == {"SEV-2": 1, "": 1}
    assert await database.check_free_space() is False
    await database.close()


async def test_an_error_in_a_transaction_leaves_nothing(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)

    async def write_and_fail() -> None:
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO secrets (name, value) VALUES ($1, $2)", "a", "b")
            int("no")

    with pytest.raises(ValueError, match="no"):
        await write_and_fail()

    async with database.reading() as tx:
        assert await tx.fetch("SELECT * FROM secrets") == []
    await database.close()


async def test_a_cancelled_transaction_does_not_tear_the_next(
    path: Path, clock: StillClock
) -> None:
    database = await open_database(f"sqlite:{path}", clock)

    async def write(name: str) -> None:
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO secrets (name, value) VALUES ($1, $2)", name, "x")
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(write(str(n))) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()

    async with database.reading() as tx:
        names = {row[0] for row in await tx.fetch("SELECT name FROM secrets")}
    assert {str(n) for n in range(1, 20, 2)} <= names
    await database.close()


async def test_readers_do_not_write(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)

    async with database.reading() as tx:
        with pytest.raises(StoreUnavailable, match="readonly"):
            await tx.fetch("DELETE FROM secrets RETURNING name")
    await database.close()


FILLS_UP = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import open_database

async def main(path):
    database = await open_database(f"sqlite:{path}", StillClock())
    desk = Desk(database, StillClock())
    await desk.handle(desk.fires(pod="first"))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = Path(f"{path}-wal").stat().st_size + 20_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        await desk.handle(*[desk.fires(pod=str(n), text="x" * 400) for n in range(300)])
    except StoreUnavailable as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await desk.handle(desk.fires(pod="after"))
    print((await desk.incident()).firing)
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


def test_a_failing_write_is_unavailable_and_works_again(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLS_UP, str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    error, firing = done.stdout.splitlines()
    assert error.startswith("SQLite: disk I/O error")
    assert firing == "{'': 2}"


def test_a_file_that_is_no_store_is_left_alone(path: Path, clock: StillClock) -> None:
    path.write_bytes(b"precious" * 1000)

    with pytest.raises(StoreUnavailable, match="not a database"):
        asyncio.run(write(path, clock, 1))

    assert path.read_bytes() == b"precious" * 1000


def test_a_damaged_file_is_trouble_not_a_bad_alert(path: Path, clock: StillClock) -> None:
    asyncio.run(write(path, clock, 300))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40 * 4096)

    with pytest.raises(StoreUnavailable, match="malformed"):
        asyncio.run(write(path, clock, 1))


async def write(path: Path, clock: StillClock, count: int) -> None:
    """Open the store, and let so many alerts in."""
    database = await open_database(f"sqlite:{path}", clock)
    desk = Desk(database, clock)
    try:
        await desk.handle(*[desk.fires(pod=str(n), text="x" * 400) for n in range(count)])
    finally:
        await database.close()


async def test_a_closed_store_refuses_and_lets_go(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)
    await database.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        async with database.transaction() as tx:
            await tx.fetch("SELECT 1")


async def test_more_readers_than_there_are_take_turns(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)

    async def read(fail: bool) -> None:
        async with database.reading() as tx:
            await tx.fetch("SELECT nothing FROM nowhere" if fail else "SELECT 1")

    results = await asyncio.gather(*(read(n % 2 == 0) for n in range(20)), return_exceptions=True)

    assert [isinstance(result, StoreUnavailable) for result in results] == [True, False] * 10
    await database.close()


async def test_the_loops_do_not_wait_for_long_questions(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)

    async with AsyncExitStack() as asked:
        for _ in range(READERS):
            await asked.enter_async_context(database.reading())
        async with database.reading(urgent=True) as tx:
            assert await tx.fetch("SELECT 1") == [(1,)]
    await database.close()


def bulks() -> list[tuple[str, Bulk]]:
    """Every bulk statement of the store, by name."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(store.__path__, "triaged.store.")
    ]
    return [
        (f"{module.__name__}.{name}", value)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Bulk)
    ]


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (incidents.LIVE_AFTER, "incidents_live_number (number>?)"),
        (incidents.ENDED_AFTER, "incidents_done (changed_at>?)"),
    ],
    ids=["live", "ended"],
)
async def test_the_sweep_goes_on_from_where_it_was_without_a_sort(
    path: Path, clock: StillClock, sql: str, index: str
) -> None:
    database = await open_database(f"sqlite:{path}", clock)

    async with database.reading() as tx:
        plan = await tx.fetch(f"EXPLAIN QUERY PLAN {sql}", 0, 0, 0)

    assert [step[-1] for step in plan] == [f"SEARCH incidents USING INDEX {index}"]
    await database.close()


async def test_no_bulk_statement_walks_through_a_whole_table(path: Path, clock: StillClock) -> None:
    database = await open_database(f"sqlite:{path}", clock)
    assert isinstance(database, SqliteDatabase)

    def walks(connection: sqlite3.Connection) -> list[str]:
        found = []
        for name, bulk in bulks():
            if name in BOUNDED:
                continue
            sql = f"EXPLAIN QUERY PLAN {values_sql(bulk, 8)}"
            plan = [row[3] for row in connection.execute(sql, [None] * 8 * len(bulk.types))]
            found += [f"{name}: {step}" for step in plan if OF_TABLE.fullmatch(step)]
        return found

    assert len(bulks()) > 20
    assert await database.on_writer(walks) == []
    await database.close()
