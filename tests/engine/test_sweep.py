import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.practice.test_reports import FILED
from tests.engine.timekeeping import TURNS_MAX, Patient, keeping
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.model import Incident, State
from triaged.core.time.durations import HOUR
from triaged.engine.timekeeper import SWEEP_EVERY_US
from triaged.store.database.connect import Database, open_database
from triaged.store.tables import incidents


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock())
    yield opened
    await opened.close()


async def until_opened(database: Database, number: int) -> Incident:
    """The incident with this number as soon as there is one."""
    for _ in range(TURNS_MAX):
        async with database.reading() as tx:
            found = await incidents.fetch(tx, number)
        if found is not None:
            return found
        await asyncio.sleep(0)
    raise AssertionError(number)


async def test_a_report_whose_timer_was_lost_pages(database: Database) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(replace(FILED, service=""))
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM timers")

    async with keeping(database, clock) as (desk, kept):
        await clock.move(HOUR + SWEEP_EVERY_US)
        opened = await until_opened(database, 2)
    assert (opened.state, opened.severity_by) == (State.OPEN, "unclassified")
    assert kept.repairs == 1
