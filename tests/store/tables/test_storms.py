import pytest

from tests.core.response.test_storms import LIMIT
from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import Acknowledged, Event, Resolved, TimerFired
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Incident, State
from triaged.core.records.storms import Storm
from triaged.core.records.timers import StormDue
from triaged.core.time.durations import DAY, MINUTE, SECOND
from triaged.store.database.connect import Database
from triaged.store.tables import storms, timers


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    return Desk(database, clock, settings(storm=LIMIT))


def trouble(desk: Desk, first: int, count: int) -> list[Event]:
    numbers = range(first, first + count)
    return [desk.fires(alertname=f"A{n}", severity="SEV-3", team="payments") for n in numbers]


async def looks(desk: Desk) -> int:
    """Do the looks that are due; how many there were."""
    async with desk.database.reading() as tx:
        due = await timers.due(tx, desk.clock.now(), 500)
    found = [timer for timer in due if isinstance(timer, StormDue)]
    await desk.handle(*(TimerFired(timer) for timer in found))
    return len(found)


async def stored(desk: Desk, last: int) -> list[Incident]:
    return [await desk.incident(number) for number in range(1, last + 1)]


async def test_what_is_counted_is_written_and_forgotten_after_a_day(database: Database) -> None:
    old, new = Storm("old", (5,)), Storm("new", (DAY, DAY + 6), DAY + 6)
    async with database.transaction() as tx:
        await storms.save(tx, [old], [], 5)
        await storms.save(tx, [new], [], DAY + 6)

    async with database.reading() as tx:
        assert await storms.of_groups(tx, ["old", "new", "none"]) == {"new": new}


async def test_a_storm_over_several_batches_has_one_umbrella(desk: Desk) -> None:
    await desk.handle(*trouble(desk, 0, 3))
    await desk.handle(*trouble(desk, 3, 3))
    await desk.handle(*trouble(desk, 6, 2))

    found = await stored(desk, 9)

    assert [each.storm for each in found] == [None, None, None, 5, None, 5, 5, 5, 5]
    assert [bool(await desk.pages(n)) for n in range(1, 10)] == [*[True] * 3, False, True] + [
        False
    ] * 4
    async with desk.database.reading() as tx:
        assert await storms.waiting(tx, [5]) == {5: 5}


async def test_an_umbrella_that_ends_wakes_what_waits_under_it(desk: Desk) -> None:
    await desk.handle(*trouble(desk, 0, 6))
    desk.clock.at += 299 * SECOND
    assert await looks(desk) == 0

    await desk.handle(Resolved(5, "alice"))
    desk.clock.at += 2 * SECOND

    assert await looks(desk) >= 3
    assert {(await desk.incident(n)).state for n in (4, 6, 7)} == {State.OPEN}
    assert all([await desk.pages(n) for n in (4, 6, 7)])


async def test_who_has_the_umbrella_at_the_end_has_the_rest(desk: Desk) -> None:
    await desk.handle(*trouble(desk, 0, 6))
    await desk.handle(Acknowledged(5, "bob"))
    desk.clock.at += 5 * MINUTE

    while await looks(desk):
        pass

    assert {(await desk.incident(n)).acknowledged_by for n in (4, 6, 7)} == {"bob"}
    assert (await desk.incident(5)).state is State.RESOLVED


async def test_more_than_a_storm_stays_under_its_umbrella(desk: Desk) -> None:
    await desk.handle(*trouble(desk, 0, 9))
    desk.clock.at += 6 * MINUTE

    await looks(desk)

    assert (await desk.incident(5)).state is State.OPEN
    await desk.handle(Resolved(5, "alice"))
    await looks(desk)
    found = await stored(desk, 11)
    assert {each.storm for each in found if each.bundled_at is not None} == {11}
    assert found[10].previous == 5


async def test_what_is_muted_comes_under_no_umbrella(database: Database, clock: StillClock) -> None:
    window = Maintenance(
        "work", (Matcher("team", "=", "payments"),), start=0, end=clock.now() + DAY
    )
    muters = Muters(maintenance=(window,))
    desk = Desk(database, clock, settings(storm=LIMIT, muters=muters))

    await desk.handle(*trouble(desk, 0, 3))
    await desk.handle(*trouble(desk, 3, 5))

    assert {each.storm for each in await stored(desk, 8)} == {None}
