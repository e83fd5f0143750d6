"""The schedules that were told last."""

from triaged.core.time.durations import DAY, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse
from triaged.store.database.connect import Database
from triaged.store.tables.own import schedules_told
from triaged.store.tables.own.schedules_told import Told

WEEKLY = Rotation(("alice", "bob"), WEEK, "2026-01-05T09:00")
WEEKENDS = Rotation(("carol",), DAY, "2026-01-01T00:00", parse("sat-sun 22:00-02:00"), "shifts")


async def test_the_last_schedules_take_the_place_of_those_before(database: Database) -> None:
    primary = Schedule("primary", "Europe/Berlin", (WEEKLY, WEEKENDS))
    async with database.transaction() as tx:
        before = await schedules_told.last(tx)
        await schedules_told.replace(tx, {"old": Schedule("old", "UTC", ())}, 1)
    async with database.transaction() as tx:
        await schedules_told.replace(tx, {"primary": primary}, 2)

    async with database.reading() as tx:
        found = await schedules_told.last(tx)

    assert before is None
    assert found == Told({"primary": primary}, 2)


async def test_what_another_version_has_written_counts_as_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        await schedules_told.replace(tx, {"a": Schedule("a", "UTC", ())}, 1)
        await tx.execute("UPDATE schedules_told SET body = '{}'")

    async with database.reading() as tx:
        assert await schedules_told.last(tx) is None
