"""A disk that is nearly full is an incident, and over by itself."""

import sqlite3
from pathlib import Path

from structlog.testing import capture_logs

from tests.api.site import serving
from triaged.process.maintenance.disk_space import DiskSpace
from triaged.process.maintenance.jobs import attempt
from triaged.store.database.disk_space import FREE_MIN_BYTES, RESERVE_BYTES, DiskReserve
from triaged.store.database.sqlite import SqliteDatabase

ENOUGH = FREE_MIN_BYTES + RESERVE_BYTES


async def test_a_disk_that_is_nearly_full_pages_and_is_over_by_itself(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        database = site.context.database
        job = DiskSpace(site.context.engine, database, site.clock)
        assert isinstance(database, SqliteDatabase)
        free = [ENOUGH, 0, 0, ENOUGH]
        database._room = DiskReserve(database.path, lambda _: free.pop(0))
        seen = []

        while free:
            with capture_logs() as logs:
                await job.once()
            found = (await site.get("/api/v1/incidents?state=open,resolved"))["incidents"]
            events = [one["event"] for one in logs]
            seen.append((database.nearly_full, events, [one["state"] for one in found]))

    assert seen == [
        (False, [], []),
        (True, ["store.low"], ["open"]),
        (True, [], ["open"]),
        (False, [], ["resolved"]),
    ]


async def test_room_is_told_of_when_the_store_can_be_written_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        database = site.context.database
        job = DiskSpace(site.context.engine, database, site.clock)
        assert isinstance(database, SqliteDatabase)
        database._room = DiskReserve(database.path, lambda _: 0)
        other = sqlite3.connect(database.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")

        with capture_logs() as logs:
            await attempt(job)
        other.execute("ROLLBACK")
        other.close()
        await job.once()
        found = (await site.get("/api/v1/incidents"))["incidents"]

    assert "maintenance.waited" in [one["event"] for one in logs]
    assert [one["severity"] for one in found] == ["SEV-1"]
