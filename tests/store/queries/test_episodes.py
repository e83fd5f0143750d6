"""The episodes of an incident are found again, in the order of arrival."""

from tests.core.world import MONDAY, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Resolved, TimerFired
from triaged.core.records.timers import ReopenWindowDue
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import episodes
from triaged.store.queries.episodes import StoredEpisode


async def found(desk: Desk, number: int, after: int = 0, limit: int = 10) -> list[StoredEpisode]:
    async with desk.database.reading() as tx:
        return await episodes.of_incident(tx, number, after, limit)


async def test_every_episode_is_told_with_its_end(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, settings())
    await desk.handle(desk.fires(severity="SEV-1", pod="a"), desk.fires(pod="b"))
    clock.at += MINUTE
    await desk.handle(desk.ends(severity="SEV-1", pod="a"))
    clock.at += MINUTE
    await desk.handle(desk.fires(severity="SEV-1", pod="a"), desk.fires(alertname="Other"))

    rows = await found(desk, 1)

    assert [(row.labels["pod"], row.episode, row.received_at, row.ended_at) for row in rows] == [
        ("a", 1, MONDAY, MONDAY + MINUTE),
        ("b", 1, MONDAY, None),
        ("a", 2, MONDAY + 2 * MINUTE, None),
    ]
    assert [row.ended_by for row in rows] == ["resolved", None, None]
    assert rows[0].verdict.rule == "label-SEV-1"
    assert await found(desk, 1, rows[0].id, 1) == [rows[1]]


async def test_what_an_incident_took_over_is_its_own_too(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, settings())
    await desk.handle(desk.fires(severity="SEV-1"))
    await desk.handle(Resolved(1, "alice"))
    clock.at += HOUR
    due_at = MONDAY + settings().reopen_within
    await desk.handle(TimerFired(ReopenWindowDue(1, due_at, 0)))

    assert await found(desk, 2) == await found(desk, 1)
    assert len(await found(desk, 2)) == 1
