"""Addresses that have moved: the newest word holds."""

from triaged.store.database.connect import Database
from triaged.store.tables.own import moved_addresses


async def test_newest_address_holds(database: Database) -> None:
    for at, to in ((10, "-1001"), (30, "-1003"), (20, "-1002")):
        async with database.transaction() as tx:
            await moved_addresses.keep(tx, "telegram", "-7", to, at)

    async with database.reading() as tx:
        assert await moved_addresses.moved_to(tx, "telegram", "-7") == "-1003"
        assert await moved_addresses.moved_to(tx, "other", "-7") == ""
