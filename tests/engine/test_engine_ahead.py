"""Deciding while the batch before is being committed gives what deciding after it would."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from tests.core.world import MONDAY, ByLabels, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk, Ignorant
from triaged.core.muting.muters import Maintenance, Muters, Suppressor
from triaged.core.records.answers import Acted, Attached
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Event,
    PackDecided,
    SettingsLoaded,
    TimerFired,
)
from triaged.core.records.expectations import Expectation, with_values
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Incident, Severity, State
from triaged.core.records.severity import ManyAlerts, Raise
from triaged.core.records.timers import StepDue
from triaged.core.settings import FlapLimit, Settings, StormLimit
from triaged.core.time.durations import SECOND
from triaged.engine.engine import AHEAD_MIN, Engine
from triaged.engine.queue import BATCH_MAX
from triaged.errors import StoreUnavailable
from triaged.store.database.base import Database, Reader, Transaction
from triaged.store.database.connect import open_database
from triaged.store.queries.verify import verify
from triaged.store.tables import backlog, incidents
from triaged.store.tables.backlog import Body, Pack

TABLES = (
    *("alerts", "observations", "incidents", "timers", "pages", "timeline", "counters"),
    *("storms", "expectations"),
)
WATCHDOG = Expectation("rule:watchdog", 300 * SECOND)
CHAIN = Expectation("rule:chain", 300 * SECOND, by=("pod",))


class First:
    """Alerts of the first two names are expected, those of the second for each pod."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The names of the expectations."""
        match alert.labels["alertname"]:
            case "A0":
                return [WATCHDOG.name]
            case "A1":
                return [with_values(CHAIN.name, [("pod", alert.labels["pod"])])]
            case _:
                return []


SOURCES = Matcher("alertname", "=~", "A[0-9]")
TARGETS = Matcher("alertname", "=~", "A[1-3][0-9]")
SUPPRESSOR = Suppressor("node", (SOURCES,), (TARGETS,), equal=("pod",))
"""While an alert of the first ten names fires, the others of its pod are muted."""

WINDOW = Maintenance("work", (Matcher("pod", "=", "worked-on"),), end=MONDAY + 3600 * SECOND)


COUNTING = settings(
    storm=StormLimit(10, 300 * SECOND),
    flapping=FlapLimit(3, 300 * SECOND),
    expectations={WATCHDOG.name: WATCHDOG, CHAIN.name: CHAIN},
    expected=First(),
    rules=ByLabels(None, Raise(Severity.SEV1, ManyAlerts(20, 300 * SECOND))),
)
"""Everything that is counted over time, with limits within reach."""

MUTING = settings(
    storm=StormLimit(10, 300 * SECOND),
    muters=Muters((SUPPRESSOR,), (WINDOW,)),
    rules=ByLabels(inhibits=frozenset(f"A{n}" for n in range(10))),
)
"""Alerts that suppress others, and a maintenance window."""


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
        self.ahead = real
        """The store on which batches are decided ahead."""
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
        """The other one's, if there is one."""
        self.looked.release()
        return self.ahead.looking_ahead()

    async def close(self) -> None:
        """Close the real one."""
        await self.real.close()


@pytest.fixture
async def gated(tmp_path: Path) -> AsyncIterator[Gated]:
    opened = Gated(await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock()))
    yield opened
    await opened.close()


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Database]:
    """A second store, for what the first one held before a commit."""
    opened = await open_database(f"sqlite:{tmp_path / 'before.db'}", StillClock())
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


@pytest.mark.parametrize("suppresses", [True, False], ids=["starts", "ends"])
async def test_a_source_that_starts_or_ends_is_known_to_the_next_batch(
    gated: Gated, before: Database, *, suppresses: bool
) -> None:
    desks = [Desk(store, StillClock(), MUTING) for store in (gated.real, before)]
    for desk in desks:
        await desk.handle(*[] if suppresses else [desk.fires(alertname="A1", pod="x")])
        await desk.handle(desk.fires(alertname="A20", pod="worked-on"))
        await desk.handle(await _step(desk))
    assert (await _a20(gated.real)).held_by == ("maintenance:work",)
    gated.ahead = before
    say = desks[0].fires if suppresses else desks[0].ends
    joining = [desks[0].fires(alertname="A20", pod="x", n=str(n)) for n in range(AHEAD_MIN)]

    async with running(gated, MUTING) as engine, asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.submit([say(alertname="A1", pod="x")], urgent=False))
        await gated.begun.acquire()
        await gated.looked.acquire()
        tasks.create_task(engine.submit(joining, urgent=False))
        await gated.looked.acquire()
        gated.open.set()

    assert (await _a20(gated.real)).held_by == (("maintenance:work",) if suppresses else ())


async def _step(desk: Desk) -> TimerFired:
    """The next step of the escalation of A20."""
    incident = await _a20(desk.database)
    place = incident.escalation
    step = StepDue(incident.number, place.next_at or 0, place.epoch, place.round, place.step)
    return TimerFired(step)


async def _a20(store: Database) -> Incident:
    async with store.reading() as tx:
        found = [await incidents.fetch(tx, number) for number in (1, 2)]
    return next(one for one in found if one is not None and one.title == "A20")


@pytest.mark.parametrize(
    "chosen", [settings(), COUNTING, MUTING], ids=["plain", "counting", "muting"]
)
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
