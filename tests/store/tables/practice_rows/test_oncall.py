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
        assert await oncall.in_force_after(tx, MONDAY) == [ONE, TWO]
        assert await oncall.in_force_after(tx, MONDAY + HOUR) == [TWO]
        assert await oncall.feeds(tx) == [ROTA]
