"""The real engine and an SQLite store, with lanes of requests whose third parties are in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
from msgspec.structs import replace

from tests.api.site import ACTION_KEY
from tests.delivery.clocks import HandClock
from tests.delivery.world import PATIENCE_S, Watch, World
from triaged.channels import Channel, HttpRequest, HttpResponse, Message, Result
from triaged.core.records.effects import ByKind, Effect, SaveRow
from triaged.core.records.practice.requests import Request, RequestState
from triaged.core.time.durations import DAY, SECOND
from triaged.delivery.requests import Requests
from triaged.integrations import Integration, webhook
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import requests

ROOM = b'{"url": "https://chat.example.org/c1", "name": "#c1"}'


class Given(msgspec.Struct, frozen=True):
    """A configured integration."""

    name: str
    kind: str
    settings: object


class Configured(msgspec.Struct, frozen=True):
    """The parts of a configuration that requests need."""

    integrations: dict[str, Integration]
    channels: dict[str, Channel] = {}


def rooms(*names: str) -> Configured:
    """A configuration with makers of rooms."""
    settings = webhook.Settings("https://bot.example.org/rooms")
    return Configured({name: Given(name, "webhook", settings) for name in names})


def request(identity: str, at: int, lane: str = "integration/bot", **changes: object) -> Request:
    """A request for a room, due at once."""
    plain = Request(
        id=identity,
        incident=None,
        kind="room.create",
        lane=lane,
        created_at=at,
        due_at=at,
        gives_up_at=at + DAY,
        body={"incident": {"id": "INC-1"}},
    )
    return replace(plain, **changes)


class Bot:
    """A carrier behind which a third party answers; `hangs` until it is told to go on."""

    def __init__(self, *answers: Result) -> None:
        self.keys: list[str] = []
        self.arrived: asyncio.Queue[str] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()
        self._answers = list(answers)

    async def send(self, message: Message) -> Result:
        """Answer, as soon as it is open."""
        assert isinstance(message, HttpRequest)
        key = message.headers["idempotency-key"]
        self.keys.append(key)
        self.arrived.put_nowait(key)
        await self.open.wait()
        return self._answers.pop(0) if self._answers else HttpResponse(200, {}, ROOM)

    async def close(self) -> None:
        """Nothing is open."""

    async def next(self, number: int = 1) -> None:
        """Wait for so many requests."""
        for _ in range(number):
            async with asyncio.timeout(PATIENCE_S):
                await self.arrived.get()


class RequestWatch(Watch):
    """Observes the engine: wakes the lanes, and tells a test of changed requests."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: list[Requests] = []
        self.requests: dict[str, Request] = {}
        self._changed = asyncio.Event()

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Keep the requests that a commit wrote."""
        super().committed(effects, seconds, alerts)
        found = ByKind(effects)
        for effect in found.of(SaveRow):
            if isinstance(effect.row, Request):
                self.requests[effect.row.id] = effect.row
        for lanes in self.lanes:
            lanes.committed(found)
        self._changed.set()

    async def until_request(self, holds: Callable[[Request], bool]) -> Request:
        """Wait for a request of which this holds; gives it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for one in self.requests.values():
                    if holds(one):
                        return one
                self._changed.clear()
                await self._changed.wait()

    async def until_state(self, identity: str, state: RequestState) -> Request:
        """Wait until a request is in a state; gives it."""
        return await self.until_request(lambda one: one.id == identity and one.state is state)


async def put(w: World, *rows: Request) -> None:
    """Put requests in the outbox, and wake nobody."""
    async with w.database.transaction() as tx:
        await practice.save(tx, rows)


async def stored(w: World, identity: str) -> Request:
    """A request as the store has it."""
    async with w.database.reading() as tx:
        found = await requests.fetch(tx, identity)
    assert found is not None
    return found


@asynccontextmanager
async def asking(w: World, configured: Configured, bot: Bot) -> AsyncIterator[Requests]:
    """Lanes at work; stopped in order at the end."""
    async with interrupted(w, configured, bot) as lanes:
        yield lanes
        lanes.stop()


@asynccontextmanager
async def interrupted(w: World, configured: Configured, bot: Bot) -> AsyncIterator[Requests]:
    """Lanes at work; cancelled in the middle unless they were told to stop."""
    assert isinstance(w.watch, RequestWatch)
    lanes = Requests(w.engine, w.database, w.clock, bot, ACTION_KEY)
    lanes.reload(configured)
    w.watch.lanes.append(lanes)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(lanes.run())
        told = False
        try:
            yield lanes
            told = True
        finally:
            w.watch.lanes.remove(lanes)
            if not told or not lanes.stopping:
                running.cancel()


STEP_US = SECOND // 10


@asynccontextmanager
async def moving(w: World, clock: HandClock, step_us: int = STEP_US) -> AsyncIterator[None]:
    """Time passes, in steps that leave everybody a look at the store."""

    async def move() -> None:
        while True:
            await clock.pass_us(step_us)
            await until_looked(w)

    async with asyncio.TaskGroup() as group:
        moves = group.create_task(move())
        try:
            yield
        finally:
            moves.cancel()


async def until_looked(w: World) -> None:
    """Return when the store has answered twice."""
    for _ in range(2):
        async with w.database.reading() as tx:
            await tx.fetch("SELECT 1")
