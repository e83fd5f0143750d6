import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.core.alerts.test_expectations import WATCHDOG, ByName
from tests.core.world import settings
from tests.engine.timekeeping import TURNS_MAX, Patient, keeping
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, Resolved, SilenceSet, TimerFired
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Incident, Response, Severity, State
from triaged.core.records.timers import HolderWarningDue, StepDue, UnacknowledgeDue
from triaged.core.response.holding import WARNING_MAX_US
from triaged.core.settings import Settings
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.engine.timekeeper import RETRY_US, SWEEP_EVERY_US
from triaged.store.database.connect import Database, open_database
from triaged.store.database.sqlite import SqliteDatabase
from triaged.store.tables import incidents, timers, watches


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock())
    yield opened
    await opened.close()


async def until(desk: Desk, holds: Callable[[Incident], bool]) -> None:
    """Return when that holds of INC-1."""
    for _ in range(TURNS_MAX):
        if holds(await desk.incident()):
            return
        await asyncio.sleep(0)
    raise AssertionError(await desk.incident())


async def test_what_is_due_fires_and_what_is_not_waits(database: Database) -> None:
    clock = Patient()
    async with keeping(database, clock) as (desk, kept):
        await desk.handle(desk.fires(severity="SEV-2"))
        await clock.move(12 * MINUTE)
        await asyncio.wait_for(until(desk, lambda one: one.response is Response.AT_RISK), 30)

        place = (await desk.incident()).escalation
        assert (place.step, place.next_at) == (3, clock.at + 3 * MINUTE)
        assert all(late >= 0 for late in kept.lateness)


async def test_a_store_in_trouble_puts_no_timer_off(database: Database) -> None:
    clock = Patient()
    assert isinstance(database, SqliteDatabase)
    async with keeping(database, clock) as (desk, _):
        await desk.handle(desk.fires(severity="SEV-2"))
        await clock.move(8 * MINUTE)
        await until(desk, lambda one: one.escalation.step == 3)
        await database.on_writer(lambda c: c.execute("PRAGMA query_only = ON"))
        with capture_logs() as logs:
            await clock.move(4 * MINUTE)
            await until_logged(logs, "timers.waited")
        await database.on_writer(lambda c: c.execute("PRAGMA query_only = OFF"))

        await clock.move(RETRY_US)

        await until(desk, lambda one: one.response is Response.AT_RISK)


async def until_logged(logs: Sequence[Mapping[str, object]], event: str) -> None:
    """Return when this has been logged."""
    for _ in range(TURNS_MAX):
        if event in [line["event"] for line in logs]:
            return
        await asyncio.sleep(0)
    raise AssertionError(logs)


async def test_everything_overdue_fires_after_an_outage(database: Database) -> None:
    clock = Patient()
    await Desk(database, clock).handle(
        *[Desk(database, clock).fires(alertname=str(n), severity="SEV-1") for n in range(40)]
    )
    clock.at += HOUR

    async with keeping(database, clock) as (desk, kept):
        await asyncio.wait_for(until(desk, lambda one: one.response is Response.MISSED), 30)

        assert max(kept.lateness) >= 55 * MINUTE
    assert kept.repairs == 0


async def test_a_step_whose_timer_was_lost_is_found_and_fired(database: Database) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM timers WHERE kind = 'step'")

    async with keeping(database, clock) as (desk, kept):
        await clock.move(8 * MINUTE + SWEEP_EVERY_US)
        await until(desk, lambda one: one.escalation.step == 3)
    assert kept.repairs == 1


async def test_an_acknowledgement_whose_timer_was_lost_ends_all_the_same(
    database: Database,
) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(Acknowledged(1, "alice"))
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM timers")

    async with keeping(database, clock) as (desk, kept):
        await clock.move(HOUR + SWEEP_EVERY_US)
        await until(desk, lambda one: one.escalation.epoch == 2)
    assert (await desk.incident()).state is State.OPEN
    assert kept.repairs == 1


async def test_a_muted_incident_whose_look_was_lost_is_found_and_looked_at(
    database: Database,
) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    now = clock.now()
    matchers = (Matcher("pod", "=", "a"),)
    await desk.handle(
        SilenceSet("s", matchers, now, now + MINUTE, "bob", "why"),
        desk.fires(pod="a", severity="SEV-2"),
    )
    place = (await desk.incident()).escalation
    await desk.handle(TimerFired(StepDue(1, now, place.epoch, place.round, place.step)))
    resting = await desk.incident()
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM timers")

    async with keeping(database, clock) as (desk, kept):
        await clock.move(MINUTE + SWEEP_EVERY_US)
        await until(desk, lambda one: one.escalation.epoch == 2)
    assert resting.rests
    assert not (await desk.incident()).rests
    assert kept.repairs == 1


async def test_what_fires_on_is_taken_over_though_the_timer_of_that_was_lost(
    database: Database,
) -> None:
    clock = Patient()
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(Resolved(1, "alice"))
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM timers")

    async with keeping(database, clock) as (desk, kept):
        await clock.move(desk.engine.settings.reopen_within + SWEEP_EVERY_US)
        await until(desk, lambda one: one.next == 2)
    assert (await desk.incident(2)).state is State.OPEN
    assert kept.repairs == 1


async def test_a_timer_of_no_known_kind_is_put_off_and_the_others_fire(database: Database) -> None:
    clock = Patient()
    async with keeping(database, clock) as (desk, _):
        await desk.handle(desk.fires(severity="SEV-2"))
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO timers (incident, kind, due_at) VALUES (1, 'dance', 0)")

        await clock.move(12 * MINUTE)

        await until(desk, lambda one: one.response is Response.AT_RISK)
    async with database.reading() as tx:
        assert await tx.fetch("SELECT due_at FROM timers WHERE kind = 'dance'") > [(clock.at,)]


async def test_a_timer_of_an_incident_that_is_gone_goes_too(database: Database) -> None:
    clock = Patient()
    async with database.transaction() as tx:
        await timers.save(tx, [StepDue(77, clock.at - SECOND, 1, 1, 1)], [])

    async with keeping(database, clock):
        for _ in range(TURNS_MAX):
            async with database.reading() as tx:
                left = await timers.due(tx, clock.at, 10)
            if not left:
                break
            await asyncio.sleep(0)
    assert left == []


async def test_what_the_settings_expect_is_missed_from_the_start_and_not_after_a_reload(
    database: Database,
) -> None:
    clock = Patient()
    async with keeping(database, clock) as (desk, _):
        watchdog = {WATCHDOG.name: WATCHDOG}
        desk.engine.settings = settings(expectations=watchdog, expected=ByName())
        await clock.move(SECOND)
        await expecting(desk, [WATCHDOG.name])
        await clock.move(WATCHDOG.every_us)
        await asyncio.wait_for(being(desk, State.OPEN), 30)

        desk.engine.settings = settings()
        await clock.move(SECOND)

        await asyncio.wait_for(being(desk, State.RESOLVED), 30)
        await expecting(desk, [])


async def test_an_end_of_acknowledgements_that_a_reload_brings_is_armed_and_no_repair(
    database: Database,
) -> None:
    clock = Patient()
    async with keeping(database, clock) as (desk, kept):
        await desk.handle(desk.fires(severity="SEV-3"), Acknowledged(1, "bob"))
        await clock.move(2 * HOUR)

        desk.engine.settings = ending_after(HOUR)
        await clock.move(SECOND)
        await asyncio.wait_for(until(desk, lambda one: one.acknowledged_until is not None), 30)
        ends_at = (await desk.incident()).acknowledged_until
        async with desk.database.reading() as tx:
            armed = (await timers.dues_of(tx, [1]))[1]
        await clock.move(WARNING_MAX_US + SWEEP_EVERY_US)
        await asyncio.wait_for(being(desk, State.OPEN), 30)

        assert armed[UnacknowledgeDue] == ends_at
        assert armed[HolderWarningDue] < armed[UnacknowledgeDue]
        assert kept.repairs == 0


async def test_a_window_to_reopen_that_a_reload_shortens_ends_then_and_is_no_repair(
    database: Database,
) -> None:
    clock = Patient()
    async with keeping(database, clock) as (desk, kept):
        await desk.handle(desk.fires(severity="SEV-3"), Resolved(1, "bob"))
        await clock.move(5 * MINUTE)

        desk.engine.settings = settings(reopen_within=10 * MINUTE)
        await clock.move(5 * MINUTE)
        await asyncio.wait_for(until(desk, lambda one: one.next is not None), 30)

        assert kept.repairs == 0


def ending_after(after_us: int) -> Settings:
    """Settings in which an acknowledgement of a SEV-3 ends after so long."""
    severities = settings().severities
    changed = replace(severities[Severity.SEV3], unacknowledge_after=after_us)
    return settings(severities={**severities, Severity.SEV3: changed})


async def expecting(desk: Desk, names: list[str]) -> None:
    """Return when these are expected."""
    for _ in range(TURNS_MAX):
        async with desk.database.reading() as tx:
            found = list(await watches.every(tx))
        if found == names:
            return
    raise AssertionError(found)


async def being(desk: Desk, state: State) -> None:
    """Return when INC-1 is in this state."""
    for _ in range(TURNS_MAX):
        async with desk.database.reading() as tx:
            found = await incidents.fetch(tx, 1)
        if found is not None and found.state is state:
            return
    raise AssertionError(found)
