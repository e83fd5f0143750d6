"""Random lives of incidents, and what the simulator and the daemon on SQLite make of them.

A walk is a script whose settings hold what the oracle knows, with restarts among its moves.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.world import MONDAY, ByLabels, settings
from tests.simulation.oracle.lives import Sent
from tests.simulation.oracle.oracle import Oracle
from tests.simulation.runs import Carrier, Instant, hooks
from tests.simulation.scripts import (
    ACTS,
    ALERTS,
    NAMES,
    PEOPLE,
    SILENCES,
    people,
    plans,
    timed,
)
from tests.simulation.time import VirtualClock, VirtualLoop
from tests.simulation.world import Trouble, TroubledStore
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Event,
    SettingsChanged,
    SettingsLoaded,
    SilenceSet,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import (
    Incident,
    Page,
    PageKind,
    PageState,
    ResolvePolicy,
    ResolveWhen,
    Severity,
)
from triaged.core.records.pages import HOLDER
from triaged.core.response.rearming import moves
from triaged.core.settings import Settings, SeverityTarget
from triaged.core.time.durations import SECOND
from triaged.daemon.connections import Connections
from triaged.delivery import Delivery, Equipment
from triaged.dry_run.simulator import Simulator
from triaged.engine.engine import Engine
from triaged.engine.timekeeper import Timekeeper
from triaged.metrics import Metrics
from triaged.process.supervision import run_all
from triaged.store.database.migrating import migrate
from triaged.store.tables import incidents, pages
from triaged.store.tables.incidents import IncidentFilter
from triaged.wire import Secret

SOON_US = 100
"""After a move: everything has been done by then that is due at once."""

TAIL = tuple(second * SECOND for second in (1, 5, 12, 20, 31, 45, 60, 90, 150))
"""Instants after the last move at which it is compared."""


class Restart(msgspec.Struct, frozen=True):
    """The process ends, and another begins so long after it."""

    down_us: int


class Move(NamedTuple):
    """What happens so long after the end of the move before it."""

    after_us: int
    what: Event | Settings | Restart


class Walk(msgspec.Struct, frozen=True):
    """Settings, and what happens under them."""

    settings: Settings
    moves: tuple[Move, ...]

    def instants(self) -> Iterator[tuple[int, Event | Settings | Restart | None]]:
        """(µs UTC, what happens or None: only compare) in order."""
        at, silences = MONDAY, 0
        for after_us, move in self.moves:
            what = move
            if isinstance(move, SilenceSet):
                silences += 1
                what = replace(move, new_id=f"s{silences}")
            if after_us > SECOND:
                yield at + after_us // 2, None
            at += after_us + 1
            yield at, what if isinstance(what, Restart) else timed(what, at)
            if isinstance(what, Restart):
                at += what.down_us
            at += SOON_US
            yield at, None
        for us in TAIL:
            yield at + us, None


class Known(NamedTuple):
    """What an incident is at an instant, as far as the oracle knows it."""

    state: str
    severity: str
    holder: str | None
    until: int | None
    response: str
    rests: bool
    exhausted: bool
    next_at: int | None
    firing: int


Told = tuple[int, str, str, str]
"""(incident, `acknowledged` or `resolved`, person, contact)."""


class Seen(NamedTuple):
    """Everything that is compared at an instant."""

    at: int
    incidents: dict[int, Known]
    sent: list[Sent]
    told: frozenset[Told]
    """Who hears of acknowledgement and resolve, at least."""


def known(incident: Incident) -> Known:
    """An incident of the core."""
    place = incident.escalation
    return Known(
        str(incident.state),
        str(incident.severity),
        incident.holder,
        incident.acknowledged_until if incident.holder else None,
        str(incident.response),
        incident.rests,
        incident.live and place.exhausted_at is not None and not incident.rests,
        place.next_at,
        sum(incident.firing.values()),
    )


def seen(at: int, found: list[Incident], rows: list[Page]) -> Seen:
    """What the rows say, once the invariants hold that need no oracle."""
    live = [one.key for one in found if one.live and one.key]
    assert len(live) == len(set(live)), "one open incident per key"
    for one in found:
        idle = one.escalation.next_at is None and one.escalation.exhausted_at is None
        assert one.state != "open" or one.rests or not idle, "an open one pages, or is exhausted"
    sent = [page for page in rows if page.state is PageState.SENT and page.kind is PageKind.PAGE]
    sent = [page for page in sent if page.target != HOLDER]
    return Seen(
        at,
        {one.number: known(one) for one in found},
        sorted(
            Sent(page.incident, page.sent_at or 0, page.recipient.person, page.recipient.contact)
            for page in sent
        ),
        frozenset(
            (page.incident, page.target, page.recipient.person, page.recipient.contact)
            for page in rows
            if page.kind is PageKind.UPDATE and page.target in ("acknowledged", "resolved")
        ),
    )


def foretold(walk: Walk) -> list[Seen]:
    """What the oracle says."""
    oracle = Oracle(walk.settings, MONDAY)
    found = []
    for at, what in walk.instants():
        oracle.pass_until(at)
        match what:
            case Settings():
                oracle.reload(what)
            case Restart(down_us=down_us):
                oracle.pass_until(at + down_us, up_at=at + down_us)
            case None:
                found.append(foretold_at(oracle))
            case _:
                oracle.handle(what)
    return found


def foretold_at(oracle: Oracle) -> Seen:
    """What the oracle says now."""
    lives = {
        life.number: Known(
            life.state,
            str(life.severity),
            life.holder if life.state == "acknowledged" else None,
            life.until if life.state == "acknowledged" else None,
            life.response,
            life.rests,
            life.live and life.exhausted and not life.rests,
            life.next_at,
            oracle.firing(life),
        )
        for life in oracle.lives.values()
    }
    told = ((life.number, *one) for life in oracle.lives.values() for one in life.told)
    return Seen(oracle.now, lives, sorted(oracle.sent), frozenset(told))


def agree(found: list[Seen], foretold: list[Seen]) -> bool:
    """Whether it is as foretold at each instant, and nobody is left out who has to hear of it."""
    return all(
        one._replace(told=other.told) == other and one.told >= other.told
        for one, other in zip(found, foretold, strict=True)
    )


def simulated(walk: Walk, simulator_of: Callable[..., Simulator] = Simulator) -> list[Seen]:
    """What the simulator makes of it."""
    simulator = simulator_of(walk.settings, MONDAY)
    simulator.handle(SettingsLoaded(started=True))
    found = []
    for at, what in walk.instants():
        simulator.run_until(at)
        match what:
            case Settings():
                simulator.settings = what
                load(simulator, started=False)
            case Restart(down_us=down_us):
                simulator.now = at + down_us
                load(simulator, started=True)
            case None:
                rows = list(simulator.view.pages.values())
                found.append(seen(at, list(simulator.view.incidents.values()), rows))
            case _:
                simulator.handle(what)
    return found


def load(simulator: Simulator, *, started: bool) -> None:
    """What the timekeeper does with settings that are new to it."""
    simulator.handle(SettingsLoaded(started))
    for incident in list(simulator.view.incidents.values()):
        own = [each for each in simulator.timers.values() if each.incident == incident.number]
        dues = {type(timer): timer.due_at for timer in own}
        if moves(incident, dues, simulator.settings):
            simulator.handle(SettingsChanged(incident.number))


class Daemon:
    """Engine, timekeeper and delivery on one store, which can be restarted."""

    def __init__(self, store: TroubledStore, clock: VirtualClock, tasks: asyncio.TaskGroup) -> None:
        self._store, self._clock, self._tasks = store, clock, tasks
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, chosen: Settings) -> None:
        """Begin."""
        store, clock, connections = self._store, self._clock, Connections(Metrics())
        self._engine = Engine(store, clock, chosen, connections)
        self._timekeeper = Timekeeper(self._engine, store, clock, connections)
        equipment = Equipment(hooks(chosen), Secret("key"), Carrier(frozenset()))
        self._delivery = Delivery(self._engine, store, clock, equipment)
        connections.timekeeper, connections.delivery = self._timekeeper, self._delivery
        loops = {
            "engine": self._engine.run,
            "timekeeper": self._timekeeper.run,
            "delivery": self._delivery.run,
        }
        self._stop = asyncio.Event()
        self._task = self._tasks.create_task(run_all(loops, clock, self._stop))

    async def end(self) -> None:
        """Stop."""
        self._stop.set()
        assert self._task is not None
        await self._task

    def reload(self, chosen: Settings) -> None:
        """Take other settings."""
        self._engine.settings = chosen
        self._delivery.reload(hooks(chosen))
        self._timekeeper.wake(self._clock.now())

    async def submit(self, event: Event) -> None:
        """Have it decided."""
        await self._engine.submit([event], urgent=not isinstance(event, AlertReceived))


def lived(walk: Walk, folder: Path) -> list[Seen]:
    """What the daemon makes of it, on SQLite."""
    dice = Instant()

    async def main() -> list[Seen]:
        calm = Trouble(dice)
        calm.over = True
        store = TroubledStore(folder / "triaged.db", calm)
        await store.open()
        try:
            await migrate(store, VirtualClock().now())
            return await _walked(walk, store)
        finally:
            await store.close()

    with asyncio.Runner(loop_factory=lambda: VirtualLoop(dice)) as runner:
        return runner.run(main())


async def _walked(walk: Walk, store: TroubledStore) -> list[Seen]:
    clock, chosen, found = VirtualClock(), walk.settings, []
    async with asyncio.TaskGroup() as tasks:
        daemon = Daemon(store, clock, tasks)
        daemon.start(chosen)
        for at, what in walk.instants():
            await clock.sleep_until(at)
            match what:
                case Settings():
                    chosen = what
                    daemon.reload(what)
                case Restart(down_us=down_us):
                    await daemon.end()
                    await clock.sleep_until(at + down_us)
                    daemon.start(chosen)
                case None:
                    found.append(await _stored(store, at))
                case _:
                    await daemon.submit(what)
        await daemon.end()
    return found


async def _stored(store: TroubledStore, at: int) -> Seen:
    """What the rows say."""
    async with store.reading() as tx:
        found, _ = await incidents.find(tx, IncidentFilter(limit=1000))
        rows = [page for one in found for page in await pages.of(tx, one.number)]
    return seen(at, found, rows)


@st.composite
def configurations(draw: st.DrawFn) -> Settings:
    """Targets of seconds, and what the oracle knows of holding, muting and ending."""
    work = Maintenance(
        "work", (Matcher("pod", "=", "a"),), start=MONDAY + 30 * SECOND, end=MONDAY + 80 * SECOND
    )
    ends = st.sampled_from([None, 50 * SECOND, 90 * SECOND])
    return settings(
        severities={
            Severity.SEV1: SeverityTarget(20 * SECOND, "page", draw(ends)),
            Severity.SEV2: SeverityTarget(40 * SECOND, "page", draw(ends)),
            Severity.SEV3: SeverityTarget(60 * SECOND, "page"),
            Severity.SEV4: SeverityTarget(60 * SECOND, draw(st.sampled_from(["notify", "page"]))),
        },
        people={name: draw(people(name)) for name in NAMES},
        policies={"default": draw(plans())},
        rules=ByLabels(draw(RESOLVES)),
        channels=frozenset({"desk", "mail"}),
        reopen_within=draw(st.sampled_from([25, 60])) * SECOND,
        muters=draw(st.sampled_from([Muters(), Muters((), (work,))])),
        public_url="https://triaged.example.org",
    )


RESOLVES = st.builds(
    ResolvePolicy,
    st.sampled_from([ResolveWhen.ALL, ResolveWhen.ALL, ResolveWhen.FIRST, ResolveWhen.LAST]),
    st.sampled_from([0, 0, 15 * SECOND]),
)


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """Some moves of every kind."""
    gaps = st.sampled_from([0, 0, SECOND, 9 * SECOND, 21 * SECOND, 47 * SECOND])
    restarts = st.builds(Restart, st.sampled_from([0, 3 * SECOND, 26 * SECOND]))
    answers = st.builds(Acknowledged, st.sampled_from([1, 1, 2]), PEOPLE)
    whats = (ALERTS, ALERTS, ALERTS, answers, ACTS, ACTS, SILENCES, configurations(), restarts)
    moves = draw(st.lists(st.builds(Move, gaps, st.one_of(*whats)), min_size=1, max_size=12))
    return Walk(draw(configurations()), tuple(moves))
