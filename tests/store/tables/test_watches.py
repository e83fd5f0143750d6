import pytest

from tests.core.alerts.test_expectations import SILENCE, WATCHDOG, ByName
from tests.core.alerts.test_expected_value_sets import CHAINS, ByCluster
from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Resolved, SettingsLoaded, SilenceSet, TimerFired
from triaged.core.records.expectations import Watch
from triaged.core.records.matching import Matcher
from triaged.core.records.model import State
from triaged.core.records.timers import ExpectDue, MuteDue
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.store.database.connect import Database
from triaged.store.tables import incidents, watches

BY_NAME = {each.name: each for each in (WATCHDOG, SILENCE)}


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    return Desk(database, clock, settings(expectations=BY_NAME, expected=ByName()))


async def due(desk: Desk) -> list[ExpectDue]:
    async with desk.database.reading() as tx:
        return await watches.due(tx, desk.clock.now(), 10)


async def test_rows_are_written_changed_and_removed(database: Database) -> None:
    first = Watch("rule:a", 10, 30)
    second = Watch("rule:b", 10, 20, 15, "am", "f", overdue=True)
    async with database.transaction() as tx:
        await watches.save(tx, [first, second], [])
    async with database.transaction() as tx:
        await watches.save(tx, [Watch("rule:b", 10, 25)], ["rule:a"])

    async with database.reading() as tx:
        assert await watches.every(tx) == {"rule:b": Watch("rule:b", 10, 25)}
        assert await watches.due(tx, 24, 10) == []
        assert await watches.due(tx, 25, 10) == [ExpectDue("rule:b", 25)]
        assert await watches.next_due(tx) == 25


async def test_a_look_that_is_put_off_waits(database: Database) -> None:
    async with database.transaction() as tx:
        await watches.save(tx, [Watch("rule:a", 10, 20)], [])
        await watches.postpone(tx, ExpectDue("rule:a", 20), 50)

    async with database.reading() as tx:
        assert await watches.due(tx, 49, 10) == []


async def test_repeats_count_though_they_do_not_write_the_row(desk: Desk) -> None:
    watchdog = {"alertname": "Watchdog", "incident": "no"}
    await desk.handle(SettingsLoaded(started=True))
    await desk.handle(desk.fires(**watchdog))
    desk.clock.at += 60 * SECOND
    await desk.handle(desk.fires(**watchdog))
    desk.clock.at += 4 * MINUTE

    first = await due(desk)
    await desk.handle(*(TimerFired(timer) for timer in first))

    assert [timer.name for timer in first] == ["rule:watchdog"]
    async with desk.database.reading() as tx:
        found = await watches.every(tx)
    assert found["rule:watchdog"].due_at == desk.clock.now() + MINUTE
    assert not found["rule:watchdog"].overdue


async def test_what_is_missed_opens_an_incident_that_ends_when_it_comes(desk: Desk) -> None:
    await desk.handle(SettingsLoaded(started=True))
    desk.clock.at += 5 * MINUTE
    await desk.handle(*(TimerFired(timer) for timer in await due(desk)))
    assert (await desk.incident(1)).state is State.OPEN

    await desk.handle(desk.fires(alertname="Watchdog", incident="no"))

    assert (await desk.incident(1)).state is State.RESOLVED


async def test_a_silent_source_is_found_by_when_it_was_heard(desk: Desk) -> None:
    await desk.handle(SettingsLoaded(started=True))
    await desk.handle(desk.fires(severity="SEV-3"))
    desk.clock.at += 15 * MINUTE

    await desk.handle(*(TimerFired(timer) for timer in await due(desk)))

    keys = {(await desk.incident(n)).key for n in (2, 3)}
    assert keys == {(("expect", "watchdog"),), (("silent_source", "am"),)}
    desk.clock.at += MINUTE
    await desk.handle(desk.ends(severity="SEV-3"))
    await desk.handle(*(TimerFired(timer) for timer in await due(desk)))
    numbers = {(await desk.incident(n)).key[0][0]: n for n in (2, 3)}
    assert (await desk.incident(numbers["silent_source"])).state is State.RESOLVED


async def test_a_reload_that_expects_nothing_ends_what_was_missed(desk: Desk) -> None:
    await desk.handle(SettingsLoaded(started=True))
    desk.clock.at += 5 * MINUTE
    await desk.handle(*(TimerFired(timer) for timer in await due(desk)))

    desk.engine.settings = settings()
    await desk.handle(SettingsLoaded(started=False))

    assert (await desk.incident(1)).state is State.RESOLVED
    async with desk.database.reading() as tx:
        assert await watches.every(tx) == {}


async def test_a_missing_alert_is_muted_by_the_labels_that_it_had(desk: Desk) -> None:
    await desk.handle(SettingsLoaded(started=True))
    await desk.handle(desk.fires(alertname="Watchdog", incident="no", cluster="a"))
    desk.clock.at += 5 * MINUTE
    now = desk.clock.now()
    await desk.handle(*map(TimerFired, await due(desk)))
    found = await desk.incident()
    cluster = (Matcher("cluster", "=", "a"),)

    await desk.handle(SilenceSet("s1", cluster, now, now + 60 * MINUTE, "bob", "why"))
    await desk.handle(TimerFired(MuteDue(found.number, now)))

    assert (await desk.incident(found.number)).held_by == ("silence:s1",)


async def test_each_value_set_is_missed_found_and_dropped_for_itself(desk: Desk) -> None:
    desk.engine.settings = settings(expectations={CHAINS.name: CHAINS}, expected=ByCluster())
    await desk.handle(SettingsLoaded(started=True))
    eu, us = ({"alertname": "Watchdog", "incident": "no", "cluster": c} for c in ("eu1", "us1"))
    await desk.handle(desk.fires(**eu), desk.fires(**us))
    desk.clock.at += 4 * MINUTE
    await desk.handle(desk.fires(**us))
    desk.clock.at += MINUTE

    await desk.handle(*map(TimerFired, await due(desk)))

    missed = await desk.incident(1)
    assert (missed.key, missed.state) == ((("expect", "chains"), ("cluster", "eu1")), State.OPEN)
    await desk.handle(desk.fires(**eu))
    assert (await desk.incident(1)).state is State.RESOLVED
    async with desk.database.reading() as tx:
        known = await watches.every(tx)
    assert sorted(known) == ['rule:chains{cluster="eu1"}', 'rule:chains{cluster="us1"}']
    desk.engine.settings = settings()
    await desk.handle(SettingsLoaded(started=False))
    async with desk.database.reading() as tx:
        assert await watches.every(tx) == {}


async def test_a_value_set_whose_incident_a_person_resolved_stays_known(desk: Desk) -> None:
    desk.engine.settings = settings(expectations={CHAINS.name: CHAINS}, expected=ByCluster())
    await desk.handle(SettingsLoaded(started=True))
    await desk.handle(desk.fires(alertname="Watchdog", incident="no", cluster="eu1"))
    desk.clock.at += 5 * MINUTE
    await desk.handle(*map(TimerFired, await due(desk)))
    await desk.handle(Resolved(1, "bob"))

    for _ in range(3):
        desk.clock.at += HOUR
        await desk.handle(*map(TimerFired, await due(desk)))

    async with desk.database.reading() as tx:
        (known,) = (await watches.every(tx)).values()
        assert await incidents.fetch(tx, 2) is None
    assert (known.name, known.overdue) == ('rule:chains{cluster="eu1"}', True)
