"""One script through the simulator, and through the engine, its loops and SQLite."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.core.world import MONDAY
from tests.simulation.scripts import Course, Script, course
from tests.simulation.time import VirtualClock, VirtualLoop
from tests.simulation.world import Configured, Trouble, TroubledStore
from triaged.channels import HttpRequest, HttpResponse, Message, Result, webhook
from triaged.core.records.events import (
    AlertReceived,
    Delivered,
    Refused,
    SettingsLoaded,
    Verdict,
)
from triaged.core.records.model import Entry, Page
from triaged.core.settings import Settings
from triaged.daemon.connections import Connections
from triaged.delivery import Delivery, Equipment
from triaged.dry_run.simulator import Simulator
from triaged.engine.engine import Engine
from triaged.engine.timekeeper import Timekeeper
from triaged.metrics import Metrics
from triaged.process.supervision import run_all
from triaged.store.database.migrating import migrate
from triaged.store.tables import incidents, pages, timeline
from triaged.store.tables.incidents import IncidentFilter
from triaged.wire import Secret

REFUSAL = HttpResponse(400, {}, b"no")


class Instant(Random):
    """Dice with which nothing takes any time."""

    def random(self) -> float:
        """Always the least."""
        return 0.0


class Carrier:
    """Providers that answer at once: some refuse everything, the others take it."""

    def __init__(self, refusing: frozenset[str]) -> None:
        self._refusing = refusing

    async def send(self, message: Message) -> Result:
        """Answer."""
        assert isinstance(message, HttpRequest)
        refuses = any(f"//{name}." in message.url for name in self._refusing)
        return REFUSAL if refuses else HttpResponse(200, {}, b"ok")

    async def close(self) -> None:
        """Nothing to let go of."""


def hooks(chosen: Settings) -> dict[str, Configured]:
    """A webhook for each channel of the settings."""
    return {
        name: Configured(name, "webhook", webhook.Settings(f"https://{name}.example.org/x"))
        for name in chosen.channels
    }


def simulated(script: Script, simulator_of: Callable[..., Simulator] = Simulator) -> Course:
    """What the simulator makes of a script."""
    refused = webhook.verdict(REFUSAL)
    assert isinstance(refused, Refused)

    def provider(page: Page, _now: int) -> Verdict:
        return refused if page.channel in script.refusing else Delivered()

    simulator = simulator_of(script.settings, MONDAY, provider)
    simulator.handle(SettingsLoaded(started=True))
    for at, what in script.instants():
        simulator.run_until(at)
        if isinstance(what, Settings):
            simulator.settings = what
            simulator.handle(SettingsLoaded(started=False))
        else:
            simulator.handle(what)
    simulator.run_until(script.end_at)
    numbers = sorted(simulator.view.incidents)
    return course(
        [simulator.view.incidents[number] for number in numbers],
        list(simulator.view.pages.values()),
        [simulator.entries[number] for number in numbers],
    )


def lived(script: Script, folder: Path) -> Course:
    """What the engine, the timekeeper and delivery make of a script, on SQLite."""

    dice = Instant()

    async def main() -> Course:
        calm = Trouble(dice)
        calm.over = True
        store = TroubledStore(folder / "triaged.db", calm)
        await store.open()
        try:
            await migrate(store, VirtualClock().now())
            await _live(script, store)
            return await _stored(store)
        finally:
            await store.close()

    with asyncio.Runner(loop_factory=lambda: VirtualLoop(dice)) as runner:
        return runner.run(main())


async def _live(script: Script, store: TroubledStore) -> None:
    clock, connections, stop = VirtualClock(), Connections(Metrics()), asyncio.Event()
    engine = Engine(store, clock, script.settings, connections)
    timekeeper = Timekeeper(engine, store, clock, connections)
    equipment = Equipment(hooks(script.settings), Secret("key"), Carrier(script.refusing))
    delivery = Delivery(engine, store, clock, equipment)
    connections.timekeeper, connections.delivery = timekeeper, delivery
    loops = {"engine": engine.run, "timekeeper": timekeeper.run, "delivery": delivery.run}
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_all(loops, clock, stop))
        for at, what in script.instants():
            await clock.sleep_until(at)
            if isinstance(what, Settings):
                engine.settings = what
                delivery.reload(hooks(what))
                timekeeper.wake(at)
            else:
                await engine.submit([what], urgent=not isinstance(what, AlertReceived))
        await clock.sleep_until(script.end_at)
        stop.set()


async def _stored(store: TroubledStore) -> Course:
    """What the rows say."""
    async with store.reading() as tx:
        found, _ = await incidents.find(tx, IncidentFilter(limit=1000))
        found.sort(key=lambda incident: incident.number)
        entries = [await timeline.of(tx, one.number, 0, 10_000) for one in found]
        rows = [page for one in found for page in await pages.of(tx, one.number)]
    return course(
        found,
        rows,
        [[Entry(e.at, e.kind, e.actor, e.text, e.data) for e in each] for each in entries],
    )
