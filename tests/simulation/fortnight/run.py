"""The fortnight through the engine, the timekeeper and delivery on SQLite, and its report."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from tests.simulation.fortnight.script import FOLDER, ZONE, Change, Move, Refusal, Scene, moves
from tests.simulation.runs import Instant
from tests.simulation.time import VirtualClock, VirtualLoop
from tests.simulation.world import Trouble, TroubledStore
from triaged.channels import Channel, HttpRequest, HttpResponse, Message, Result
from triaged.config.model import Configuration
from triaged.config.read import load
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import ChainedEntry, Incident, incident_number
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE, SECOND
from triaged.daemon.connections import Connections
from triaged.delivery import Delivery, Equipment
from triaged.engine.engine import Engine
from triaged.engine.timekeeper import Timekeeper
from triaged.metrics import Metrics
from triaged.process.supervision import run_all
from triaged.store.database.migrating import migrate
from triaged.store.tables import alerts, incidents, pages, timeline, timers, watches
from triaged.store.tables.incidents import IncidentFilter
from triaged.wire import Secret

AWAKE_US = 3 * SECOND
"""So long before and after something is due, time passes second by second."""

EVERYBODY = "everybody"
"""The person of a refusal that concerns all."""

TAIL_US = 60 * MINUTE
"""After the last move."""

OTHERWISE_SAID = frozenset({"page.sent", "update.sent", "phase.changed"})
"""Kinds of entries that the report leaves out: the lines of pages say it better."""

LEGEND = (
    "# Who is paged when, through what and why, in local time in Berlin.",
    "#   *   what happens, by script.txt",
    "#   INC  what is decided, as the timeline of the incident says it",
    "#   ->  what a provider gets, for whom, and the time where that person lives",
    "# Written anew by: pytest tests/simulation/test_fortnight.py --golden",
)


class Sent(msgspec.Struct, frozen=True):
    """`page` in the body of a message."""

    person: str | None
    round: int
    step: int


class Named(msgspec.Struct, frozen=True):
    """`incident` in the body of a message."""

    id: str

    @property
    def number(self) -> int:
        """12 for `INC-12`."""
        return incident_number(self.id) or 0


class Body(msgspec.Struct, frozen=True):
    """The part of a message that the report reads."""

    type: str
    page: Sent
    incident: Named
    subject: str

    def __str__(self) -> str:
        place = f" (round {self.page.round}, step {self.page.step})" if self.type == "page" else ""
        return f"{self.subject}{place}"


class Line(msgspec.Struct, frozen=True, order=True):
    """One line of the report."""

    at: int
    rank: int
    """Order within an instant: the script, then what was decided, then messages."""
    order: tuple[int, int]
    text: str


class Carrier:
    """Providers that answer at once, and a ledger of what they got."""

    def __init__(self, clock: VirtualClock, zones: Mapping[str, str]) -> None:
        self.clock, self.zones = clock, zones
        self.refusing: set[tuple[str, str]] = set()
        self.ledger: list[Line] = []

    async def send(self, message: Message) -> Result:
        """Take a message, or refuse it."""
        assert isinstance(message, HttpRequest)
        channel = message.url.removeprefix("https://").partition(".")[0]
        body = msgspec.json.decode(message.body, type=Body)
        refused = not self.refusing.isdisjoint({(channel, body.page.person), (channel, EVERYBODY)})
        verb = "refused" if refused else body.type
        now = self.clock.now()
        text = f"    -> {self._whom(body, channel, now)}: {verb} {body}"
        self.ledger.append(Line(second(now), 2, (body.incident.number, 0), text))
        return HttpResponse(400 if refused else 200, {}, b"")

    def _whom(self, body: Body, channel: str, now: int) -> str:
        """`bob by mail (06:45 JST)`."""
        person = body.page.person
        if person is None:
            return f"everybody in {channel}"
        there = local(now, ZoneInfo(self.zones[person]))
        clock = "" if there.tzinfo == ZONE else f" ({there:%H:%M %Z})"
        return f"{person} by {channel}{clock}"

    async def close(self) -> None:
        """Nothing to let go of."""


def report(script: Sequence[Scene], folder: Path) -> str:
    """What came of the script, a line for each event, in local time."""
    dice = Instant()
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(dice)) as runner:
        lines = runner.run(_lines(script, folder))
    return "\n".join(written(script, lines)) + "\n"


async def _lines(script: Sequence[Scene], folder: Path) -> list[Line]:
    configuration = load(FOLDER / "config.yaml", {}).configuration
    assert configuration is not None
    return await lines_of(script, folder, configuration, Fortnight)


async def lines_of(
    script: Sequence[Scene], folder: Path, configuration: Configuration, kind: "type[Fortnight]"
) -> list[Line]:
    """The lines of a report on a script, which `kind` carries out."""
    clock = VirtualClock(next(moves(script)).at - MINUTE)
    calm = Trouble(Instant())
    calm.over = True
    store = TroubledStore(folder / "triaged.db", calm)
    await store.open()
    try:
        await migrate(store, clock.now())
        zones = {name: one.timezone for name, one in configuration.settings.people.items()}
        fortnight = kind(configuration, store, clock, Carrier(clock, zones))
        await fortnight.live([(move.at, partial(fortnight.do, move)) for move in moves(script)])
        return sorted([*fortnight.said, *fortnight.carrier.ledger, *await _entries(store)])
    finally:
        await store.close()


class Configured(Protocol):
    """The part of a configuration that pages need."""

    @property
    def settings(self) -> Settings:
        """What decisions ask."""

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels by name."""


Timed = tuple[int, Callable[[], Awaitable[None]]]
"""An instant (µs UTC), and what is done then."""


class Fortnight:
    """The daemon's loops, and time that jumps to what is due next."""

    tail_us = TAIL_US

    def __init__(
        self,
        configuration: Configured,
        store: TroubledStore,
        clock: VirtualClock,
        carrier: Carrier,
    ) -> None:
        self.store, self.clock = store, clock
        self.connections = connections = self.connected()
        settings = configuration.settings
        self.engine = engine = Engine(store, clock, settings, connections)
        self._channels = sorted(configuration.channels)
        self.carrier = carrier
        self.said: list[Line] = []
        timekeeper = Timekeeper(engine, store, clock, connections)
        equipment = Equipment(configuration.channels, Secret("key"), self.carrier)
        delivery = Delivery(engine, store, clock, equipment)
        connections.timekeeper, connections.delivery = timekeeper, delivery
        self.loops: dict[str, Callable[[], Awaitable[None]]] = {
            "engine": engine.run,
            "timekeeper": timekeeper.run,
            "delivery": delivery.run,
        }

    def connected(self) -> Connections:
        """What hears of commits."""
        return Connections(Metrics())

    async def live(self, script: Sequence[Timed]) -> None:
        """Through the script, and an hour more."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_all(self.loops, self.clock, stop))
            for at, do in script:
                await self._pass(at)
                await do()
            await self._pass(script[-1][0] + self.tail_us)
            stop.set()

    async def do(self, move: Move) -> None:
        """Do what a line of the script says."""
        self.said.append(Line(move.at, 0, (0, len(self.said)), f"  * {move.text}"))
        if isinstance(move.event, Change):
            await self.change(move.event)
            return
        numbers = await self._numbers()
        event = move.event(lambda title: numbers[title])
        (answer,) = await self.engine.submit([event], urgent=not isinstance(event, AlertReceived))
        self.answered(event, answer)

    async def change(self, change: Change) -> None:
        """Change the world around triaged."""
        assert isinstance(change, Refusal)
        one = {(change.channel, change.person)}
        refusing = self.carrier.refusing
        self.carrier.refusing = refusing | one if change.refuses else refusing - one

    def answered(self, event: Event, answer: object) -> None:
        """An event of the script was decided."""

    async def _numbers(self) -> dict[str, int]:
        async with self.store.reading() as tx:
            found, _ = await incidents.find(tx, IncidentFilter(limit=1000))
        return {one.title: one.number for one in reversed(found)}

    async def _pass(self, until: int) -> None:
        """Let time pass; it jumps where nothing is due, as that of a machine that slept."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        while (now := self.clock.now()) < until:
            await self.clock.sleep_until(min(until, now + 2 * AWAKE_US))
            due_at = min(until, await self._next_due() or until)
            idle_us = due_at - self.clock.now() - AWAKE_US
            if idle_us > 0:
                loop.pass_time(idle_us / SECOND)

    async def _next_due(self) -> int | None:
        async with self.store.reading() as tx:
            dues = [await timers.next_due(tx), await alerts.next_lapse(tx)]
            dues += [await watches.next_due(tx)]
            dues += [await pages.next_due(tx, channel) for channel in self._channels]
        return min((at for at in dues if at is not None), default=None)


async def _entries(store: TroubledStore) -> Iterator[Line]:
    async with store.reading() as tx:
        found, _ = await incidents.find(tx, IncidentFilter(limit=1000))
        entries = [
            (one, entry) for one in found for entry in await timeline.of(tx, one.number, 0, 10_000)
        ]
    return (
        Line(second(entry.at), 1, (incident.number, entry.seq), _entry(incident, entry))
        for incident, entry in entries
        if entry.kind not in OTHERWISE_SAID
        and not (entry.kind == "alerts.joined" and entry.at == incident.opened_at)
    )


def _entry(incident: Incident, entry: ChainedEntry) -> str:
    return f"    {incident.id} {entry.kind}: {entry.text} (by {entry.actor})"


def written(
    script: Sequence[Scene], lines: Sequence[Line], legend: Sequence[str] = LEGEND
) -> Iterator[str]:
    """Under the headings of the script; each scene ends where the next begins."""
    starts = [*(scene.moves[0].at for scene in script), lines[-1].at + 1]
    yield from legend
    for scene, (start, end) in zip(script, pairwise(starts), strict=True):
        yield f"\n= {scene.heading}"
        day = ""
        for line in lines:
            if start <= line.at < end:
                at = local(line.at)
                if day != (day := f"{at:%A %d %B %Y}"):
                    yield day
                yield f"{at:%H:%M:%S %Z} {line.text}"


def second(at: int) -> int:
    """The beginning of its second: lanes that send at one instant take their turns in any order."""
    return at // SECOND * SECOND


def local(at: int, zone: ZoneInfo = ZONE) -> datetime:
    """An instant on somebody's wall."""
    return datetime.fromtimestamp(at / 1e6, zone)
