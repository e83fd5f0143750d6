"""What rules did, counted from episodes and incidents, on both databases."""

from tests.core.world import MONDAY
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, Unacknowledged
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries.rule_stats import EPISODES_AT_ONCE, RuleStats, of_rules


async def test_episodes_incidents_and_answers_are_counted(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(
        desk.fires(alertname="A", severity="SEV-1", pod="1"),
        desk.fires(alertname="A", severity="SEV-1", pod="2"),
        desk.fires(alertname="B", severity="SEV-1"),
        desk.fires(alertname="C"),
    )
    clock.at += HOUR
    await desk.handle(desk.fires(alertname="D", severity="SEV-3"), Acknowledged(2, "alice"))

    found = await of_rules(database, MONDAY)

    assert found["label-SEV-1"] == RuleStats(matches=0, decided=3, incidents=2, acted=1)
    assert (found["label-SEV-3"].decided, found["label-SEV-3"].incidents) == (1, 1)
    assert list(await of_rules(database, clock.at)) == ["label-SEV-3"]


async def test_whoever_acted_once_has_acted_however_it_went_on(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    labels = {"alertname": "A", "severity": "SEV-2"}
    await desk.handle(desk.fires(**labels))
    await desk.handle(Acknowledged(1, "alice"))
    await desk.handle(desk.ends(**labels))
    clock.at += 10 * MINUTE
    await desk.handle(desk.fires(**labels))
    await desk.handle(Unacknowledged(1, "alice"))
    await desk.handle(desk.ends(**labels))

    assert (await of_rules(database, 0))["label-SEV-2"].acted == 1


async def test_nothing_is_counted_of_nothing(database: Database) -> None:
    assert await of_rules(database, 0) == {}


async def test_many_episodes_are_counted_in_parts(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    count = EPISODES_AT_ONCE + 7
    events = [desk.fires(severity="SEV-2", pod=str(n)) for n in range(count)]
    for start in range(0, count, 500):
        await desk.handle(*events[start : start + 500])

    assert (await of_rules(database, 0))["label-SEV-2"].decided == count
