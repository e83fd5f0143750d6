from tests.core.world import MONDAY
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.store.database.connect import Database
from triaged.store.tables.observed_alerts import firing_after, laid_over, walk_firing

AT_ONCE = 10


async def test_every_alert_that_fires_is_found_once(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(*(desk.fires(pod=str(number)) for number in range(2 * AT_ONCE + 5)))
    await desk.handle(desk.ends(pod="7"))

    parts = [part async for part in walk_firing(database, AT_ONCE)]

    pods = [one.labels["pod"] for part in parts for one in part]
    assert [len(part) for part in parts] == [AT_ONCE, AT_ONCE, 4]
    assert len(set(pods)) == 2 * AT_ONCE + 4
    assert "7" not in pods


async def test_a_full_last_part_is_followed_by_none(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(pod="1"), desk.fires(pod="2"))

    assert [len(part) async for part in walk_firing(database, 2)] == [2]


async def test_an_alert_comes_with_its_last_observation(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-3"))

    async with database.reading() as tx:
        (found,) = await firing_after(tx, ("", ""), 10)

    assert found.observed is not None
    assert (found.observed.received_at, found.observed.verdict.severity) == (MONDAY, "SEV-3")


def test_labels_of_rules_are_laid_over_those_of_the_sender() -> None:
    outcome = '{"laid_over":{"b":"2","c":""}}'

    assert laid_over('{"a":"1","c":"3"}', outcome) == {"a": "1", "b": "2"}
    assert laid_over('{"a":"1"}', None) == {"a": "1"}
