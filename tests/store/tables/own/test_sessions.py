"""Sessions and one-time links: each begins once, however many try at the same moment."""

import asyncio

from triaged.access.sessions import LinkRequest, find_link, make_link, redeem
from triaged.core.time.durations import DAY, MINUTE
from triaged.store.database.connect import Database
from triaged.store.tables.own import sessions

NOW = 1_800_000_000_000_000


async def code(database: Database, person: str = "alice") -> str:
    async with database.transaction() as tx:
        made = await make_link(tx, LinkRequest(person), "root", NOW)
    assert made is not None
    return made


async def use(database: Database, link: str, now: int = NOW) -> str | None:
    async with database.transaction() as tx:
        return await redeem(tx, link, "Firefox\0", now)


async def test_of_two_that_press_at_once_one_signs_in(database: Database) -> None:
    link = await code(database)

    found = await asyncio.gather(*(use(database, link) for _ in range(4)))

    assert len([secret for secret in found if secret]) == 1
    async with database.reading() as tx:
        assert await find_link(tx, link, NOW) is None
        (session,) = await sessions.listing(tx, None, 10)
    assert (session.by, session.scopes, session.browser) == ("alice", ("respond",), "Firefox")


async def test_a_link_that_is_over_is_none(database: Database) -> None:
    link = await code(database)

    assert await use(database, link, NOW + 10 * MINUTE) is None


async def test_the_oldest_of_many_sessions_ends(database: Database) -> None:
    for number in range(22):
        await use(database, await code(database), NOW + number)

    async with database.reading() as tx:
        found = await sessions.listing(tx, "alice", 100)

    assert [session.created_at for session in found] == [
        NOW + number for number in range(21, 1, -1)
    ]


async def test_what_is_over_is_forgotten_when_another_begins(database: Database) -> None:
    await use(database, await code(database))
    await use(database, await code(database, "bob"), NOW + DAY)

    async with database.transaction() as tx:
        await make_link(tx, LinkRequest("bob"), "root", NOW + 2 * DAY)
        found = await sessions.listing(tx, None, 100)

    assert found == []


async def test_links_that_wait_are_limited(database: Database) -> None:
    for _ in range(100):
        await code(database)

    async with database.transaction() as tx:
        assert await make_link(tx, LinkRequest("alice"), "root", NOW) is None
