"""The public holidays that were known last."""

from datetime import date

from triaged.store.database.connect import Database
from triaged.store.tables.own import holidays_told


async def test_what_was_known_last_replaces_what_was_before(database: Database) -> None:
    first = {"DE": {date(2027, 1, 1): "New Year's Day"}, "FR": {}}
    async with database.transaction() as tx:
        await holidays_told.replace(tx, first)
    async with database.transaction() as tx:
        await holidays_told.replace(tx, {"DE": {date(2027, 5, 1): "Labor Day"}})

    async with database.reading() as tx:
        assert await holidays_told.last(tx) == {"DE": {date(2027, 5, 1): "Labor Day"}}
