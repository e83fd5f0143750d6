"""What is still due after it was fired must not be fired for ever."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.engine.timekeeping import Patient, keeping, until_nothing_is_due
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.alerts.lapsing import NEVER_CHECK_US
from triaged.core.records.timers import UnacknowledgeDue
from triaged.core.time.durations import SECOND
from triaged.engine.timekeeper import POISON_PAUSE_US
from triaged.store.database.connect import Database, open_database
from triaged.store.tables import alerts, timers


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock())
    yield opened
    await opened.close()


async def test_a_look_that_changes_nothing_is_put_off(database: Database) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    async with database.transaction() as tx:
        await tx.execute("UPDATE alerts SET lapses_at = NULL, lapse_check_at = $1", clock.at - 1)

    with capture_logs() as logs:
        async with keeping(database, clock):
            await until_nothing_is_due(database, clock)

    async with database.reading() as tx:
        assert await alerts.next_lapse(tx) == clock.at + NEVER_CHECK_US
    assert "timer.failed" not in [line["event"] for line in logs]


STUCK = """CREATE TRIGGER stuck BEFORE DELETE ON timers BEGIN SELECT RAISE(IGNORE); END"""
STUCK_LOOK = """CREATE TRIGGER stuck BEFORE UPDATE ON alerts WHEN new.lapse_check_at <> {due_at}
    BEGIN SELECT RAISE(IGNORE); END"""
"""A database that does not do what it was told, except to put a look off until `due_at`."""


async def test_a_timer_that_is_still_due_after_firing_is_put_off(database: Database) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    async with database.transaction() as tx:
        await timers.save(tx, [UnacknowledgeDue(1, clock.at - SECOND, epoch=77)], [])
        await tx.execute(STUCK)

    with capture_logs() as logs:
        async with keeping(database, clock):
            await until_nothing_is_due(database, clock)

    async with database.reading() as tx:
        kept = (await timers.dues_of(tx, [1]))[1][UnacknowledgeDue]
    failed = [line["error"] for line in logs if line["event"] == "timer.failed"]
    assert kept == clock.at + POISON_PAUSE_US
    assert failed == ["it is still due after it was fired"]


async def test_a_look_that_is_still_due_after_firing_is_put_off(database: Database) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    async with database.transaction() as tx:
        await tx.execute("UPDATE alerts SET lapse_check_at = $1", clock.at - 1)
        await tx.execute(STUCK_LOOK.format(due_at=clock.at + POISON_PAUSE_US))

    async with keeping(database, clock):
        await until_nothing_is_due(database, clock)

    async with database.reading() as tx:
        assert await alerts.next_lapse(tx) == clock.at + POISON_PAUSE_US
