from msgspec.structs import replace

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.muting.muters import Suppressor
from triaged.core.records.events import SilenceLooked
from triaged.core.records.matching import Matcher
from triaged.core.records.silences import Silence
from triaged.core.time.durations import HOUR, SECOND
from triaged.store.database.connect import Database
from triaged.store.queries import firing
from triaged.store.tables import silences
from triaged.store.tables.observed_alerts import ObservedAlert, walk_firing

NODE = Suppressor("node", (Matcher("alertname", "=", "Node"),), (Matcher("pod", "=~", ".+"),))


async def found(database: Database) -> list[ObservedAlert]:
    return [alert async for part in walk_firing(database, firing.PAGE) for alert in part]


async def test_what_suppresses_is_marked_by_the_rules_of_now(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="Node"), desk.fires(pod="a"))

    changed = [await firing.mark(database, [NODE]) for _ in range(2)]

    assert changed == [1, 0]
    assert [a.labels["alertname"] for a in await found(database) if a.inhibits] == ["Node"]
    assert await firing.mark(database, []) == 1
    assert not any(alert.inhibits for alert in await found(database))


async def test_silences_that_end_when_clear_are_looked_at(
    database: Database, clock: StillClock
) -> None:
    desk, now = Desk(database, clock), clock.now()
    pod = (Matcher("pod", "=", "a"),)
    one = Silence("one", pod, now, now + HOUR, "bob", "why", now, expire_when_clear=True)
    async with database.transaction() as tx:
        await silences.save(tx, [one, replace(one, id="two", expire_when_clear=False)])
    before = await firing.looks(database, now)
    await desk.handle(desk.fires(pod="a"))

    looks = await firing.looks(database, now)

    assert before == []
    assert looks == [SilenceLooked("one", met=True)]
    await desk.handle(*looks, desk.ends(pod="a"))
    assert await firing.looks(database, now) == [SilenceLooked("one", met=False)]


async def test_a_silence_is_met_by_what_ended_before_anybody_looked(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(pod="before"))
    await desk.handle(desk.ends(pod="before"))
    clock.at += SECOND
    await desk.handle(desk.fires(pod="a"))
    pods = {name: (Matcher("pod", "=", name),) for name in ("a", "before")}
    made = [
        Silence(name, match, clock.at, clock.at + HOUR, "bob", "why", clock.at, True)
        for name, match in pods.items()
    ]
    async with database.transaction() as tx:
        await silences.save(tx, made)
    clock.at += SECOND
    await desk.handle(desk.ends(pod="a"))

    looks = await firing.looks(database, clock.at)

    assert looks == [SilenceLooked("a", met=True)]
    await desk.handle(*looks)
    assert await firing.looks(database, clock.at) == [SilenceLooked("a", met=False)]
