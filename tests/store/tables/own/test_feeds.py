"""Feeds are read when they are due, each by one of several daemons."""

import asyncio

from msgspec.structs import replace

from triaged.core.records.duty.feeds import FeedState
from triaged.core.time.durations import MINUTE
from triaged.store.database.connect import Database
from triaged.store.tables.own import feeds

NOW = 1_800_000_000_000_000
STATE = FeedState("primary", "primary", "primary", 10 * MINUTE, NOW)


async def added(database: Database, *states: FeedState) -> None:
    async with database.transaction() as tx:
        await feeds.add(tx, states, NOW)


async def claimed(database: Database, now: int) -> FeedState | None:
    async with database.transaction() as tx:
        return await feeds.claim(tx, "primary", now, 2 * MINUTE)


async def test_of_several_daemons_one_claims_a_feed(database: Database) -> None:
    await added(database, STATE)

    found = await asyncio.gather(*(claimed(database, NOW) for _ in range(4)))

    assert [each for each in found if each is not None] == [STATE]


async def test_claim_of_a_daemon_that_is_gone_runs_out(database: Database) -> None:
    await added(database, STATE)
    await claimed(database, NOW)

    assert await claimed(database, NOW + MINUTE) is None
    assert await claimed(database, NOW + 2 * MINUTE) == STATE


async def test_feed_is_added_once_and_keeps_its_state(database: Database) -> None:
    await added(database, STATE)
    async with database.transaction() as tx:
        await feeds.save(tx, replace(STATE, events=3), NOW + MINUTE)
    await added(database, STATE)

    async with database.reading() as tx:
        assert [state.events for state in await feeds.every(tx)] == [3]
        assert await feeds.due(tx, NOW) == set()
        assert await feeds.due(tx, NOW + MINUTE) == {"primary"}


async def test_feed_is_hastened_and_forgotten(database: Database) -> None:
    await added(database, STATE)
    async with database.transaction() as tx:
        await feeds.save(tx, STATE, NOW + MINUTE)
        await feeds.hasten(tx, ["primary"], NOW)
    async with database.reading() as tx:
        assert await feeds.due(tx, NOW) == {"primary"}

    async with database.transaction() as tx:
        await feeds.remove(tx, "primary")
        await feeds.save(tx, STATE, NOW)  # a try that was under way

    async with database.reading() as tx:
        assert await feeds.every(tx) == []
