from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.time.durations import MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import episodes


async def ends(database: Database) -> list[tuple[int, str | None, int | None, int]]:
    """(episode, how it ended, when, repeats) of the episodes of INC-1."""
    async with database.reading() as tx:
        found = await episodes.of_incident(tx, 1, 0, 10)
    return [(one.episode, one.ended_by, one.ended_at, one.repeats) for one in found]


async def test_an_episode_that_starts_and_ends_in_one_batch_has_its_end(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(), desk.fires(), desk.ends(), desk.fires())

    assert await ends(database) == [(1, "resolved", clock.at, 1), (2, None, None, 0)]


async def test_an_episode_that_ends_later_counts_the_repeats_of_all_batches(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(), desk.fires())
    clock.at += MINUTE
    await desk.handle(desk.fires(), desk.ends())

    assert await ends(database) == [(1, "resolved", clock.at, 2)]
