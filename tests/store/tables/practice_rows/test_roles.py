from msgspec.structs import replace

from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import roles

FIRST = RolePeriod("INC-1/incident_commander/bob/5", 1, Role.INCIDENT_COMMANDER, "bob", 5, "alice")
SECOND = RolePeriod("INC-1/incident_commander/al/9", 1, Role.INCIDENT_COMMANDER, "al", 9, "alice")
OTHER = RolePeriod("INC-2/scribe/bob/5", 2, Role.SCRIBE, "bob", 5, "alice")


async def test_periods_of_an_incident_come_in_the_order_of_their_beginnings(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [SECOND, OTHER, FIRST])

    async with database.reading() as tx:
        assert await roles.of(tx, 1) == [FIRST, SECOND]


async def test_period_is_replaced_whole(database: Database) -> None:
    ended = replace(FIRST, ends_at=8, ended_by="alice")
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST])
        await practice.save(tx, [ended])

    async with database.reading() as tx:
        assert await roles.of(tx, 1) == [ended]
