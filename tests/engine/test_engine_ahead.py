"""Deciding while the batch before is being committed gives what deciding after it would."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from tests.core.world import ByLabels, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk, Ignorant
from triaged.core.records.effects import Acted, Attached
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Event,
    PackDecided,
    SettingsLoaded,
)
from triaged.core.records.expectations import Expectation
from triaged.core.records.model import Alert, Severity, State
from triaged.core.records.severity import ManyAlerts, Raise
from triaged.core.settings import FlapLimit, Settings, StormLimit
from triaged.core.time.durations import SECOND
from triaged.engine.engine import AHEAD_MIN, BATCH_MAX, Engine
from triaged.errors import StoreUnavailable
from triaged.store.database.base import Database, Reader, Transaction
from triaged.store.database.connect import open_database
from triaged.store.queries.verify import verify
from triaged.store.tables import backlog
from triaged.store.tables.backlog import Body, Pack

TABLES = (
    *("alerts", "observations", "incidents", "timers", "pages", "timeline", "counters"),
    *("storms", "expectations"),
)
WATCHDOG = Expectation("rule:watchdog", 300 * SECOND)


class First:
    """Alerts of the first name are expected."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """Its expectation."""
        return [WATCHDOG.name] if alert.labels["alertname"] == "A0" else []


COUNTING = settings(
    storm=StormLimit(10, 300 * SECOND),
    flapping=FlapLimit(3, 300 * SECOND),
    expectations={WATCHDOG.name: WATCHDOG},
    expected=First(),
    rules=ByLabels(None, Raise(Severity.SEV1, ManyAlerts(20, 300 * SECOND))),
)
"""Everything that is counted over time, with limits within reach."""


class Gated(Database):
    """A store whose commits wait until they may, and some of which fail."""

    name = "sqlite"

    def __init__(self, real: Database) -> None:
        self.url = real.url
        self.real = real
        self.open = asyncio.Event()
        self.wanted = 0
        """Commits begun so far."""
        self.begun = asyncio.Semaphore(0)
        """Released by each commit that begins."""
        self.looked = asyncio.Semaphore(0)
        """Released by each batch that is decided ahead."""
        self.failing: set[int] = set()
        """Which of them the disk refuses."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """The real one's, when the gate is open."""
        self.wanted += 1
        number = self.wanted
        self.begun.release()
        await self.open.wait()
        async with self.real.transaction() as tx:
            yield tx
            if number in self.failing:
                raise StoreUnavailable("the disk is full")

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """The real one's."""
        async with self.real.reading(urgent=urgent) as tx:
            yield tx

    def looking_ahead(self) -> Reader | None:
        """The real one's."""
        self.looked.release()
        return self.real.looking_ahead()

    async def close(self) -> None:
        """Close the real one."""
        await self.real.close()


@pytest.fixture
async def gated(tmp_path: Path) -> AsyncIterator[Gated]:
    opened = Gated(await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock()))
    yield opened
    await opened.close()


@asynccontextmanager
async def running(database: Database, chosen: Settings | None = None) -> AsyncIterator[Engine]:
    """An engine whose loop turns."""
    engine = Engine(database, StillClock(), chosen or settings(), Ignorant())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        try:
            yield engine
        finally:
            await engine.stop()


def fires(desk: Desk, first: int) -> list[Event]:
    """As many alerts of one key as are worth deciding ahead."""
    return [desk.fires(pod=str(first + n)) for n in range(AHEAD_MIN)]


async def test_what_follows_a_part_that_failed_is_left(gated: Gated) -> None:
    desk = Desk(gated, StillClock())
    pack = Pack(1, [Body("am", 0, {}, b"x")], 1, 1)
    async with gated.real.transaction() as tx:
        await backlog.keep(tx, backlog.rows_of([pack]))
    alerts = [desk.fires(pod=str(n)) for n in range(BATCH_MAX + AHEAD_MIN)]
    gated.failing = {1, 2}  # the first part, ahead and once more
    async with running(gated) as engine, asyncio.TaskGroup() as tasks:
        tasks.create_task(_refused(engine, [*alerts, PackDecided(1)]))
        await gated.begun.acquire()
        await gated.looked.acquire()
        await gated.looked.acquire()
        gated.open.set()

    async with gated.reading() as tx:
        assert await backlog.oldest(tx, 0, 10) == [pack], "its alerts are not there"


async def _refused(engine: Engine, events: Sequence[Event]) -> None:
    with pytest.raises(StoreUnavailable):
        await engine.submit(events, urgent=False)


async def test_alerts_join_an_incident_whose_opening_is_being_committed(gated: Gated) -> None:
    desk = Desk(gated, StillClock())
    async with running(gated) as engine, asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(engine.submit(fires(desk, 0), urgent=False))
        await gated.begun.acquire()
        await gated.looked.acquire()
        joining = tasks.create_task(engine.submit(fires(desk, AHEAD_MIN), urgent=False))
        await gated.looked.acquire()
        other = tasks.create_task(engine.submit([desk.fires(alertname="Other")], urgent=False))
        assert not opening.done()
        gated.open.set()

    assert {*opening.result(), *joining.result()} == {Attached(1)}
    assert other.result() == [Attached(2)]
    assert (await desk.incident(1)).firing == {"": 2 * AHEAD_MIN}
    assert (await verify(gated)).problems == ()


async def test_nothing_is_answered_before_it_is_committed(gated: Gated) -> None:
    desk = Desk(gated, StillClock())
    async with running(gated) as engine, asyncio.TaskGroup() as tasks:
        waiting = [
            tasks.create_task(engine.submit(fires(desk, n * AHEAD_MIN), urgent=False))
            for n in range(3)
        ]
        await gated.begun.acquire()
        await gated.looked.acquire()

        assert not any(job.done() for job in waiting)
        assert gated.wanted == 1, "the second is committed after the first"
        gated.open.set()


async def test_what_was_decided_on_a_failed_commit_is_decided_anew(gated: Gated) -> None:
    desk = Desk(gated, StillClock())
    gated.failing = {1}
    async with running(gated) as engine, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(engine.submit(fires(desk, 0), urgent=False))
        await gated.begun.acquire()
        await gated.looked.acquire()
        second = tasks.create_task(engine.submit(fires(desk, AHEAD_MIN), urgent=False))
        await gated.looked.acquire()
        gated.open.set()

    assert {*first.result(), *second.result()} == {Attached(1)}
    assert (await desk.incident(1)).firing == {"": 2 * AHEAD_MIN}
    assert (await verify(gated)).problems == ()


async def test_a_store_that_stays_in_trouble_refuses_and_the_next_goes_on(gated: Gated) -> None:
    desk = Desk(gated, StillClock())
    gated.failing = {1, 2}
    gated.open.set()
    async with running(gated) as engine:
        with pytest.raises(StoreUnavailable, match="full"):
            await engine.submit(fires(desk, 0), urgent=False)

        assert set(await engine.submit(fires(desk, 0), urgent=False)) == {Attached(1)}
    assert (await desk.incident(1)).firing == {"": AHEAD_MIN}


async def test_a_person_acts_on_what_is_being_committed(gated: Gated) -> None:
    desk = Desk(gated, StillClock())
    async with running(gated) as engine, asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.submit(fires(desk, 0), urgent=False))
        await gated.begun.acquire()
        acted = tasks.create_task(engine.submit([Acknowledged(1, "bob")], urgent=True))
        gated.open.set()

    assert acted.result() == [Acted(1)]
    assert (await desk.incident(1)).state is State.ACKNOWLEDGED


@pytest.mark.parametrize("chosen", [settings(), COUNTING], ids=["plain", "counting"])
@pytest.mark.parametrize("seed", range(4))
async def test_ahead_or_after_gives_the_same_rows(
    tmp_path: Path, seed: int, chosen: Settings
) -> None:
    stores = [
        await open_database(f"sqlite:{tmp_path / name}.db", StillClock())
        for name in ("after", "ahead")
    ]
    desks = [Desk(store, StillClock(), chosen) for store in stores]
    dice = Random(seed)
    spoken = [[_labels(dice) for _ in range(BATCH_MAX)] for _ in range(4)]
    after, ahead = [[[_said(desk, one) for one in batch] for batch in spoken] for desk in desks]

    for desk in desks:
        await desk.handle(SettingsLoaded(started=True))
    for batch in after:
        await desks[0].handle(*batch)
    async with running(stores[1], chosen) as engine:
        await asyncio.gather(*[engine.submit(batch, urgent=False) for batch in ahead])

    for table in TABLES:
        assert await _rows(stores[0], table) == await _rows(stores[1], table), table
    for store in stores:
        await store.close()


async def _rows(store: Database, table: str) -> list[list[object]]:
    """A table, its documents decoded: a share of 0 read back is 0.0."""
    async with store.reading() as tx:
        rows = await tx.fetch(f"SELECT * FROM {table} ORDER BY 1, 2")
    return [[_decoded(value) for value in row] for row in rows]


def _decoded(value: object) -> object:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def _labels(dice: Random) -> tuple[bool, dict[str, str]]:
    """Whether it fires, and which: few enough for repeats, ends and re-openings in a batch."""
    labels = {"alertname": f"A{dice.randrange(40)}", "pod": str(dice.randrange(30))}
    if dice.random() < 0.3:
        labels["severity"] = dice.choice(["SEV-1", "SEV-2", "SEV-3"])
    if dice.random() < 0.1:
        labels["_starts"] = str(dice.randrange(0, 60, 5))
    return dice.random() < 0.6, labels


def _said(desk: Desk, one: tuple[bool, dict[str, str]]) -> AlertReceived:
    fires_now, labels = one
    return desk.fires(**labels) if fires_now else desk.ends(**labels)
