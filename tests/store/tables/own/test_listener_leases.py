"""Leases of listeners: one daemon has each, and the next goes on where it was."""

import asyncio

from triaged.store.database.connect import Database
from triaged.store.tables.own import listener_leases as leases


async def take(database: Database, holder: str, now: int = 0) -> str | None:
    async with database.transaction() as tx:
        return await leases.take(tx, "telegram", holder, now, now + 100)


async def test_lease_is_kept_and_nobody_else_has_it(database: Database) -> None:
    assert await take(database, "a") == ""
    assert await take(database, "b", 50) is None
    assert await take(database, "a", 90) == ""
    assert await take(database, "b", 150) is None
    assert await take(database, "b", 190) == ""
    assert await take(database, "a", 191) is None


async def test_next_holder_goes_on_from_the_cursor(database: Database) -> None:
    await take(database, "a")
    async with database.transaction() as tx:
        await leases.move_on(tx, "telegram", "a", "102")
        await leases.move_on(tx, "telegram", "b", "7")
        await leases.give_back(tx, "telegram", "a")

    assert await take(database, "b", 1) == "102"


async def test_of_two_at_once_one_has_it(database: Database) -> None:
    found = await asyncio.gather(take(database, "a"), take(database, "b"))

    assert sorted(found, key=str) == sorted(["", None], key=str)
