"""Addresses of published calendars: found by their digest, revoked, numbered one at a time."""

import asyncio

from triaged.store.database.connect import Database
from triaged.store.tables.own import feed_links
from triaged.store.tables.own.feed_links import FeedLink

NOW = 1_800_000_000_000_000
LINK = FeedLink("ab" * 32, "person", "alice", "root", NOW)


async def added(database: Database, link: FeedLink = LINK) -> None:
    async with database.transaction() as tx:
        assert await feed_links.add(tx, link)


async def test_link_is_found_until_it_is_revoked(database: Database) -> None:
    await added(database)
    async with database.reading() as tx:
        assert await feed_links.fetch(tx, LINK.digest) == LINK

    async with database.transaction() as tx:
        assert await feed_links.revoke(tx, LINK.id)
        assert not await feed_links.revoke(tx, LINK.id)

    async with database.reading() as tx:
        assert await feed_links.fetch(tx, LINK.digest) is None


async def test_last_use_is_listed(database: Database) -> None:
    await added(database)
    async with database.transaction() as tx:
        await feed_links.used(tx, LINK.digest, NOW + 1, "Phone/1.0" + "x" * 200)

    async with database.reading() as tx:
        (found,) = await feed_links.listing(tx)

    assert (found.used_at, found.agent[:9], len(found.agent)) == (NOW + 1, "Phone/1.0", 100)


async def test_sequence_numbers_are_raised_by_one_reader_after_the_other(
    database: Database,
) -> None:
    await added(database)

    async def raised() -> None:
        async with database.transaction() as tx:
            before = await feed_links.sent(tx, LINK.digest)
            end_at, number = before.get("uid", (0, 0))
            await feed_links.save_sent(tx, LINK.digest, {"uid": (end_at, number + 1)})

    await asyncio.gather(*(raised() for _ in range(5)))

    async with database.transaction() as tx:
        assert await feed_links.sent(tx, LINK.digest) == {"uid": (0, 5)}
