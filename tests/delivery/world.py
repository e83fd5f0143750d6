"""The real engine and an SQLite store, with a delivery whose channels are receivers on loopback."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from tests.core.world import DEFAULT_PLAN, ByLabels, settings, step, target
from tests.delivery.servers import receiver
from triaged.channels import Channel, Mail, Message, Result, webhook
from triaged.clock import Clock
from triaged.core.records.answers import Attached
from triaged.core.records.effects import AddPage, Effect, SavePage
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import Alert, Page, PageState
from triaged.core.settings import Contact, ContactStep, Person, Settings
from triaged.delivery import Delivery, Equipment
from triaged.delivery.carriers.transports import Carrier, Transports
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database, open_database
from triaged.wire import Secret

KEY = Secret("k" * 32)
PATIENCE_S = 20
"""A test that waits longer has found a bug."""


class Configured(msgspec.Struct, frozen=True):
    """A channel as configured."""

    name: str
    kind: str
    settings: object


def hook(name: str, url: str) -> Configured:
    """A webhook channel."""
    return Configured(name, "webhook", webhook.Settings(url, Secret("s3cret")))


def people(*contacts: str, then: Sequence[str] = ()) -> Settings:
    """Settings in which Alice is paged on `contacts` at once, and has further ones."""
    ways = {name: Contact(name) for name in (*contacts, *then)}
    steps = tuple(ContactStep(name) for name in contacts)
    alice = Person("alice", "Alice", "Europe/Berlin", ways, steps, steps)
    plan = msgspec.structs.replace(
        DEFAULT_PLAN, steps=(step(0, "person:alice"),), catch_all=target("person:alice")
    )
    return settings(
        people={"alice": alice},
        policies={"default": plan},
        rules=ByLabels(),
        channels=frozenset(ways),
        public_url="https://triaged.example.org",
    )


class Inbox:
    """A receiver that keeps what arrives, and answers what it is told to (200 by default)."""

    def __init__(self, *answers: web.Response) -> None:
        self.arrived: asyncio.Queue[web.Request] = asyncio.Queue()
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self._answers = list(answers)

    async def take(self, request: web.Request) -> web.Response:
        """Handle a request."""
        self.bodies.append(msgspec.json.decode(await request.read()))
        self.keys.append(request.headers["Idempotency-Key"])
        self.arrived.put_nowait(request)
        return self._answers.pop(0) if self._answers else web.Response()

    async def next(self, number: int = 1) -> None:
        """Wait for so many requests."""
        for _ in range(number):
            async with asyncio.timeout(PATIENCE_S):
                await self.arrived.get()


class Watch:
    """Observes the engine: wakes the delivery, and tells a test of changed pages."""

    def __init__(self) -> None:
        self.delivery: Delivery | None = None
        self.pages: dict[str, Page] = {}
        self._ring = asyncio.Event()

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Keep the pages that a commit wrote."""
        for effect in effects:
            if isinstance(effect, AddPage | SavePage):
                self.pages[effect.page.id] = effect.page
                if self.delivery is not None:
                    self.delivery.wake(effect.page.channel)
        self._ring.set()

    def find(self, channel: str, state: PageState) -> Page | None:
        """A page of `channel` in `state`, if there is one now."""
        found = (page for page in self.pages.values() if page.channel == channel)
        return next((page for page in found if page.state is state), None)

    async def until(self, channel: str, state: PageState) -> Page:
        """Wait until a page of `channel` is in `state`; gives it."""
        return await self.until_page(lambda page: page.channel == channel and page.state is state)

    async def until_page(self, holds: Callable[[Page], bool]) -> Page:
        """Wait for a page of which this holds; gives it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for page in self.pages.values():
                    if holds(page):
                        return page
                self._ring.clear()
                await self._ring.wait()


class Mixed:
    """Takes mails to the carrier of a test, if it has one, and everything else to the world."""

    def __init__(self, mails: Carrier | None, others: Transports) -> None:
        self._mails = mails or others
        self._others = others

    async def send(self, message: Message) -> Result:
        """Send `message`."""
        return await (self._mails if isinstance(message, Mail) else self._others).send(message)

    async def close(self) -> None:
        """Let go of the world."""
        await self._others.close()


class World:
    """What a test of delivery acts on."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, watch: Watch) -> None:
        self.database = database
        self.engine = engine
        self.clock = clock
        self.watch = watch
        self.console = io.StringIO()
        self.stopped = asyncio.Event()
        self._alerts = 0

    async def fires(self, severity: str = "SEV-1") -> int:
        """A new alert opens an incident; gives its number."""
        self._alerts += 1
        name = f"Down{self._alerts}"
        labels = {"alertname": name, "severity": severity}
        alert = Alert("am", name, firing=True, labels=labels, annotations={})
        now = self.clock.now()
        (answer,) = await self.submit(AlertReceived(alert, now))
        assert isinstance(answer, Attached)
        assert answer.incident is not None
        return answer.incident

    async def submit(self, *events: Event) -> Sequence[object]:
        """Let events happen."""
        answers = await self.engine.submit(events, urgent=False)
        return list(answers)

    @asynccontextmanager
    async def delivering(
        self, *channels: Channel, carrier: Carrier | None = None
    ) -> AsyncIterator[Delivery]:
        """Delivery at work with these channels; stopped in order at the end."""
        async with self.interrupted(*channels, carrier=carrier) as delivery:
            yield delivery
            delivery.stop()
            await self.stopped.wait()

    @asynccontextmanager
    async def interrupted(
        self, *channels: Channel, carrier: Carrier | None = None
    ) -> AsyncIterator[Delivery]:
        """Delivery at work with these channels; cancelled in the middle at the end."""
        carrier = Mixed(carrier, Transports(self.clock, self.console))
        equipment = Equipment({channel.name: channel for channel in channels}, KEY, carrier)
        delivery = Delivery(self.engine, self.database, self.clock, equipment)
        self.watch.delivery = delivery
        async with asyncio.TaskGroup() as group:
            running = group.create_task(delivery.run())
            running.add_done_callback(lambda _: self.stopped.set())
            try:
                yield delivery
            finally:
                running.cancel()


@asynccontextmanager
async def world(
    folder: Path, clock: Clock, ours: Settings, watch: Watch | None = None
) -> AsyncIterator[World]:
    """An engine over a new SQLite file."""
    database = await open_database(f"sqlite:{folder / 'triaged.db'}", clock)
    watch = watch or Watch()
    engine = Engine(database, clock, ours, watch)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(engine.run())
            try:
                yield World(database, engine, clock, watch)
            finally:
                await engine.stop()
                running.cancel()
    finally:
        await database.close()


__all__ = ["Configured", "Inbox", "Watch", "World", "hook", "people", "receiver", "world"]
