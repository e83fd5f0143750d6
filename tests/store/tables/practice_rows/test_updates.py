from triaged.core.records.practice.updates import IncidentUpdate
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import updates


def update(number: int) -> IncidentUpdate:
    return IncidentUpdate(
        f"INC-1/update/{number}", 1, number, 10 * number, "carol", "Investigating", "a", "b", "c"
    )


async def test_updates_come_in_their_order(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [update(number) for number in (10, 9, 2)])

    async with database.reading() as tx:
        assert [each.number for each in await updates.of(tx, 1)] == [2, 9, 10]
        assert await updates.of(tx, 2) == []
