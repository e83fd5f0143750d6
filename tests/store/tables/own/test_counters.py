from itertools import islice

from triaged.store.database.connect import Database
from triaged.store.tables.own import counters


async def take(database: Database, count: int) -> list[int]:
    """Use so many numbers in a transaction."""
    async with database.transaction() as tx:
        (found,) = await tx.fetch_bulks([counters.ask("incident")])
        numbers = counters.numbers(found)
        used = list(islice(numbers["incident"], count))
        await counters.take(tx, numbers)
    return used


async def test_numbers_are_handed_out_once_and_none_is_lost(database: Database) -> None:
    taken = [await take(database, count) for count in (2, 0, 3)]

    assert taken == [[1, 2], [], [3, 4, 5]]
