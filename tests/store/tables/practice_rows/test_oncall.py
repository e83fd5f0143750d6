from tests.core.oncall.test_duty import MONDAY, event, feed, override
from triaged.core.time.durations import HOUR
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import oncall

ONE, TWO = (override(n, "dave", MONDAY, MONDAY + n * HOUR) for n in (1, 2))
ROTA = feed("rota", event("1", "bob"))


async def test_overrides_are_found_until_their_effect_is_over(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [TWO, ONE, ROTA])

    async with database.reading() as tx:
        overrides, feeds = await oncall.bodies(tx, MONDAY)
        later, _ = await oncall.bodies(tx, MONDAY + HOUR)
        assert oncall.OVERRIDES.decoded(overrides) == [ONE, TWO]
        assert oncall.OVERRIDES.decoded(later) == [TWO]
        assert oncall.FEEDS.decoded(feeds) == [ROTA]


async def test_the_oldest_that_are_over_and_too_many_are_deleted(database: Database) -> None:
    past = [override(n, "dave", MONDAY, MONDAY + HOUR) for n in range(1, oncall.KEPT_MAX + 2)]
    last = override(oncall.KEPT_MAX + 2, "dave", MONDAY, MONDAY + 3 * HOUR)
    async with database.transaction() as tx:
        await practice.save(tx, [*past, last])
        early = await oncall.prune(tx, MONDAY)
        gone = await oncall.prune(tx, MONDAY + 2 * HOUR)
        again = await oncall.prune(tx, MONDAY + 2 * HOUR)

    async with database.reading() as tx:
        assert await oncall.fetch(tx, "2") is None
        assert await oncall.fetch(tx, "3") == past[2]
    assert (early, gone, again) == (0, 2, 0)


async def test_overrides_are_listed_from_the_latest_made(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [ONE, TWO])

    async with database.reading() as tx:
        first, cursor = await oncall.find(tx, "primary", None, (None, 1))
        second, end = await oncall.find(tx, None, None, (cursor, 1))
        left, _ = await oncall.find(tx, None, MONDAY + HOUR, (None, 10))
        none, _ = await oncall.find(tx, "other", None, (None, 10))

    assert (first, second, end, left, none) == ([TWO], [ONE], None, [TWO], [])
