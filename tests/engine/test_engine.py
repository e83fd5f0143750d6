import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.world import ByLabels, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.answers import Acted, Attached
from triaged.core.records.effects import Effect, SaveIncident
from triaged.core.records.events import Acknowledged, Event, NoteAdded, TimerFired
from triaged.core.records.model import Alert, Outcome
from triaged.core.records.timers import StepDue
from triaged.core.settings import Settings
from triaged.engine.engine import Engine
from triaged.engine.queue import (
    ATTENTIVE_US,
    BATCH_MAX,
    BESIDE_URGENT_MAX,
    INGEST_MAX,
    SMALL_BATCH_MAX,
    URGENT_MAX,
)
from triaged.errors import StoreError, StoreUnavailable
from triaged.store.database.connect import Database, open_database
from triaged.store.tables import incidents, quarantine


class Seen:
    """Keeps what the engine tells of commits."""

    def __init__(self) -> None:
        self.commits: list[tuple[int, int]] = []

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Count effects and alerts of a commit."""
        self.commits.append((len(effects), alerts))


class Stumbling(ByLabels):
    """Rules that have a bug for one alert."""

    severity: Any = "SEV-0"

    def classify(self, alert: Alert, now: int) -> Outcome:
        """A severity that there is not, for `pod="poison"`."""
        if alert.labels.get("pod") == "poison":
            return Outcome(incident=True, key=(("a", "b"),), title="x", severity=self.severity)
        return super().classify(alert, now)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock())
    yield opened
    await opened.close()


@asynccontextmanager
async def running(
    database: Database, chosen: Settings | None = None, clock: StillClock | None = None
) -> AsyncIterator[tuple[Engine, Seen]]:
    """An engine whose loop turns."""
    seen = Seen()
    engine = Engine(database, clock or StillClock(), chosen or settings(), seen)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        try:
            yield engine, seen
        finally:
            await engine.stop()


def fires(desk: Desk, count: int) -> list[Event]:
    """So many alerts of one key."""
    return [desk.fires(severity="SEV-2", pod=str(n)) for n in range(count)]


async def test_answers_come_in_order_after_the_commit(database: Database) -> None:
    desk = Desk(database, StillClock())
    async with running(database) as (engine, _):
        answers = await engine.submit(
            [desk.fires(alertname="A"), desk.fires(alertname="B"), desk.fires(alertname="A")],
            urgent=False,
        )

        assert answers == [Attached(1), Attached(2), Attached(1)]
        async with database.reading() as tx:
            assert await incidents.fetch(tx, 2) is not None


async def test_what_arrives_during_a_commit_is_one_batch(database: Database) -> None:
    desk = Desk(database, StillClock())
    async with running(database) as (engine, seen):
        jobs = [engine.submit([event], urgent=False) for event in fires(desk, 50)]

        await asyncio.gather(*jobs)

    assert sum(alerts for _, alerts in seen.commits) == 50
    assert len(seen.commits) <= 3


async def test_people_go_before_alerts(database: Database) -> None:
    desk = Desk(database, StillClock())
    await desk.handle(*fires(desk, 1))
    order: list[str] = []

    async def note(name: str, event: Event, *, urgent: bool) -> None:
        await engine.submit([event], urgent=urgent)
        order.append(name)

    async with running(database) as (engine, _), asyncio.TaskGroup() as tasks:
        for event in fires(desk, 5):
            tasks.create_task(note("alert", event, urgent=False))
        tasks.create_task(note("person", Acknowledged(1, "bob"), urgent=True))

    assert order[0] == "person"


async def test_too_many_waiting_alerts_are_told_to_come_again(database: Database) -> None:
    desk = Desk(database, StillClock())
    engine = Engine(database, StillClock(), settings(), Seen())

    with pytest.raises(StoreUnavailable, match="too many"):
        await engine.submit(fires(desk, 1) * (INGEST_MAX + 1), urgent=False)


async def test_too_many_waiting_requests_are_told_to_come_again(database: Database) -> None:
    engine = Engine(database, StillClock(), settings(), Seen())
    event = NoteAdded(1, "alice", "hm")

    with pytest.raises(StoreUnavailable, match="too many"):
        await engine.submit([event] * (URGENT_MAX + 1), urgent=True)


async def test_a_stopping_engine_finishes_what_waits_and_refuses_more(database: Database) -> None:
    desk = Desk(database, StillClock())
    async with running(database) as (engine, _):
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(engine.submit(fires(desk, 3), urgent=False))
            await asyncio.sleep(0)
            await engine.stop()

            with pytest.raises(StoreUnavailable, match="stopping"):
                await engine.submit(fires(desk, 1), urgent=False)

        assert waiting.result() == [Attached(1)] * 3


async def test_an_alert_that_cannot_be_decided_costs_no_neighbour(database: Database) -> None:
    desk = Desk(database, StillClock())
    poison = desk.fires(severity="SEV-2", pod="poison")
    async with running(database, settings(rules=Stumbling())) as (engine, _):
        answers = await engine.submit(
            [desk.fires(alertname="A"), poison, desk.fires(alertname="B")], urgent=False
        )

    assert len(answers) == 3
    async with database.reading() as tx:
        kept, _ = await quarantine.find(tx, None, 10)
        titles = [(await incidents.fetch(tx, number)) for number in (1, 2, 3)]
    assert [k.reason for k in kept] == ["decision_failed"]
    assert all(titles)


class Unwritable(ByLabels):
    """Rules whose outcome for one alert no table takes."""

    title: Any = None

    def classify(self, alert: Alert, now: int) -> Outcome:
        """No title, for `pod="poison"`."""
        outcome = super().classify(alert, now)
        poison = alert.labels.get("pod") == "poison"
        return replace(outcome, title=self.title) if poison else outcome


async def test_an_alert_that_cannot_be_written_costs_no_neighbour(database: Database) -> None:
    desk = Desk(database, StillClock())
    events = [desk.fires(alertname=name, pod=pod) for name, pod in ("Ax", "By", "Cz")]
    poison = desk.fires(alertname="P", pod="poison")
    async with running(database, settings(rules=Unwritable())) as (engine, _):
        jobs = [engine.submit([event], urgent=False) for event in [*events, poison]]

        answers = await asyncio.gather(*jobs)

    assert all(isinstance(answer, Attached) for (answer,) in answers)
    async with database.reading() as tx:
        kept, _ = await quarantine.find(tx, None, 10)
    assert [k.reason for k in kept] == ["decision_failed"]


async def test_a_timer_for_nothing_harms_nobody(database: Database) -> None:
    desk = Desk(database, StillClock())
    await desk.handle(*fires(desk, 1))
    async with running(database) as (engine, _):
        answers = await engine.submit_each(
            [TimerFired(StepDue(99, 0, 1, 1, 1)), Acknowledged(1, "bob")]
        )

    assert answers[1] == [Acted(1)]


async def test_each_commit_is_told_with_its_effects(database: Database) -> None:
    told: list[Effect] = []

    class Keeps(Seen):
        def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
            told.extend(effects)

    desk = Desk(database, StillClock())
    engine = Engine(database, StillClock(), settings(), Keeps())

    await engine.handle(fires(desk, 1))

    opened = [e for e in told if isinstance(e, SaveIncident) and e.opened]
    assert [effect.incident.number for effect in opened] == [1]


async def test_a_large_body_is_decided_in_parts_and_answered_whole(database: Database) -> None:
    desk = Desk(database, StillClock())
    count = 2 * BATCH_MAX + 5
    events = fires(desk, count)
    events[-1] = desk.fires(alertname="Last")
    async with running(database) as (engine, seen):
        answers = await engine.submit(events, urgent=False)

    assert answers == [Attached(1)] * (count - 1) + [Attached(2)]
    assert [alerts for _, alerts in seen.commits] == [BATCH_MAX, BATCH_MAX, 5]


async def test_a_person_waits_for_a_small_batch_only(database: Database) -> None:
    desk = Desk(database, StillClock())
    await desk.handle(*fires(desk, 1))
    async with running(database) as (engine, seen), asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.submit(fires(desk, BATCH_MAX), urgent=False))
        tasks.create_task(engine.submit([Acknowledged(1, "bob")], urgent=True))

    assert [alerts for _, alerts in seen.commits] == [
        BESIDE_URGENT_MAX,
        SMALL_BATCH_MAX,
        SMALL_BATCH_MAX,
        BATCH_MAX - BESIDE_URGENT_MAX - 2 * SMALL_BATCH_MAX,
    ]


async def test_batches_are_large_again_when_nobody_has_come_for_a_while(
    database: Database,
) -> None:
    desk, clock = Desk(database, StillClock()), StillClock()
    await desk.handle(*fires(desk, 1))
    async with running(database, clock=clock) as (engine, seen):
        await engine.submit([Acknowledged(1, "bob")], urgent=True)
        clock.at += ATTENTIVE_US - 1
        await engine.submit(fires(desk, SMALL_BATCH_MAX + 1), urgent=False)
        clock.at += 1
        await engine.submit(fires(desk, BATCH_MAX), urgent=False)

    assert [alerts for _, alerts in seen.commits] == [0, SMALL_BATCH_MAX, 1, BATCH_MAX]


async def test_an_action_that_cannot_be_written_costs_no_neighbour(database: Database) -> None:
    desk = Desk(database, StillClock())
    await desk.handle(*fires(desk, 1))
    surrogate = NoteAdded(1, "bob", "\ud800")
    async with running(database) as (engine, _):
        answers = await engine.submit_each([Acknowledged(1, "bob"), surrogate, *fires(desk, 2)])

    assert answers[0] == [Acted(1)]
    assert isinstance(answers[1], StoreError)
    assert answers[2:] == [[Attached(1)], [Attached(1)]]


async def test_an_alert_that_not_even_quarantine_takes_is_refused(database: Database) -> None:
    desk = Desk(database, StillClock())
    async with running(database) as (engine, _):
        answers = await engine.submit_each([desk.fires(pod="\ud800"), *fires(desk, 1)])

    assert isinstance(answers[0], StoreError)
    assert answers[1] == [Attached(1)]


async def test_a_cancelled_engine_lets_nobody_wait(database: Database) -> None:
    desk = Desk(database, StillClock())
    engine = Engine(database, StillClock(), settings(), Seen())
    told: list[str] = []

    async def submit() -> None:
        try:
            await engine.submit(fires(desk, BATCH_MAX), urgent=False)
        except StoreUnavailable as error:
            told.append(str(error))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(submit())
        turning = tasks.create_task(engine.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        turning.cancel()

    assert told == ["triaged is stopping"] * 3


async def test_the_store_in_trouble_fails_the_batch_and_not_the_engine(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database, StillClock())
    other = sqlite3.connect(tmp_path / "triaged.db", isolation_level=None)
    async with running(database) as (engine, _):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await engine.submit(fires(desk, 1), urgent=False)
        other.execute("ROLLBACK")

        assert await engine.submit(fires(desk, 1), urgent=False) == [Attached(1)]
    other.close()
