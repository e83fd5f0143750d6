from tests.core.practice.drills import CHECKOUT, drilled
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, TimerFired
from triaged.core.records.practice.drills import DrillAborted, DrillStarted, DrillState
from triaged.core.records.timers import DrillDue
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import page_stats
from triaged.store.tables import incidents
from triaged.store.tables.practice_rows import drills

STARTED = DrillStarted("carol", "d1", CHECKOUT, ("alice", "bob"), received_at=1)


async def test_drill_is_read_back_as_it_is_after_each_injection(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, drilled())
    await desk.handle(STARTED)
    clock.at += 6 * MINUTE

    await desk.handle(TimerFired(DrillDue(1, clock.at)))

    async with database.reading() as tx:
        run = await drills.of(tx, 1)
        assert await drills.running(tx) == 1
        assert await drills.of(tx, 2) is None
    assert run is not None
    assert (run.scenario, run.done, run.state) == (CHECKOUT, 2, DrillState.RUNNING)
    assert (await desk.incident(1)).firing == {"SEV-1": 1, "SEV-2": 1}


async def test_timer_that_fires_twice_injects_once(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, drilled())
    await desk.handle(STARTED)
    clock.at += 6 * MINUTE
    timer = TimerFired(DrillDue(1, clock.at))

    await desk.handle(timer, timer)
    await desk.handle(timer)

    assert (await desk.incident(1)).firing == {"SEV-1": 1, "SEV-2": 1}


async def test_last_drill_of_a_scenario_is_one_that_ended(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, drilled())
    await desk.handle(STARTED)
    clock.at += 2 * HOUR
    await desk.handle(TimerFired(DrillDue(1, clock.at)))
    for identity in ("d2", "d3"):
        await desk.handle(DrillStarted("carol", identity, CHECKOUT, received_at=1))
    await desk.handle(DrillAborted(2, "carol"))

    async with database.reading() as tx:
        third, first = await drills.of(tx, 3), await drills.of(tx, 1)
        assert third is not None
        assert first is not None
        last, none = await drills.last_before(tx, third), await drills.last_before(tx, first)
        page, cursor = await drills.find(tx, None, 2)

    assert last is not None
    assert (last.incident, none) == (1, None)
    assert [run.incident for run in page] == [3, 2]
    assert cursor is not None


async def test_drill_is_in_no_count_of_incidents(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, drilled())
    await desk.handle(desk.fires(severity="SEV-2", service="checkout"))
    await desk.handle(STARTED, Acknowledged(1, "alice"))
    clock.at += 20 * HOUR

    async with database.reading() as tx:
        counts = await incidents.counts(tx)
        exhausted = await incidents.exhausted(tx)
        live = await incidents.live_of(tx, ["checkout"], 10)
        (of_rule, _) = await page_stats.of_rule(tx, "rule:label-SEV-2", 0)

    assert sum(number for _, _, number in counts) == 1
    assert (exhausted, [one.number for one in live], of_rule.incidents) == (0, [1], 1)
