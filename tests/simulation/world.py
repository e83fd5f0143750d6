"""A daemon without its HTTP, senders, a person and a provider, and everything that may go wrong."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import msgspec

from tests.core.world import DEFAULT_PLAN, ByLabels, person, settings, step
from tests.simulation.time import VirtualClock
from triaged.channels import HttpRequest, HttpResponse, Message, NoAnswer, Result, webhook
from triaged.core.records.events import Acknowledged, Event
from triaged.core.records.model import Alert
from triaged.core.settings import Settings, StormLimit
from triaged.core.time.durations import MINUTE, SECOND
from triaged.daemon.connections import Connections
from triaged.delivery import Delivery, Equipment
from triaged.engine.engine import Engine
from triaged.engine.timekeeper import Timekeeper
from triaged.errors import StoreError, StoreUnavailable
from triaged.ingest import Parsed, Received
from triaged.intake.backlog import Backlog
from triaged.intake.decode import events_of
from triaged.metrics import Metrics
from triaged.process.supervision import run_all
from triaged.store.database.base import Reader, Transaction
from triaged.store.database.migrating import migrate
from triaged.store.database.sqlite import SqliteDatabase
from triaged.wire import Secret, encode

TROUBLE_US = 40 * MINUTE
"""Until then things go wrong; after that there is time to make good."""

END_US = 240 * MINUTE
"""An acknowledgement of the last minute ends after 60, and two rounds take 45."""
ATTEMPT_S = 10.0
PEOPLE = ("alice", "bob", "carol")


BURSTS_S = 480
"""Between the instants at which many senders send at once."""


async def events_in(received: Received) -> list[Event]:
    """A body is a list of alerts in our own words."""
    return events_of(Parsed(_ALERTS.decode(received.body)), received)


_ALERTS = msgspec.json.Decoder(list[Alert])


class Trouble:
    """When the disk and the provider do not do their part."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.over = False
        self.dead = False
        """The process has been killed: whatever it still does comes to nothing."""
        self.disk = 0.02
        self.provider = 0.3

    def strikes(self) -> bool:
        """Whether the disk says no now."""
        return self.dead or (not self.over and self.dice.random() < self.disk)

    def strike(self) -> None:
        """Perhaps the disk says no. Raises StoreUnavailable."""
        if self.strikes():
            raise StoreUnavailable("the disk says no")


class TroubledStore(SqliteDatabase):
    """SQLite on the loop's one thread, on a disk with moods."""

    def __init__(self, path: Path, trouble: Trouble) -> None:
        super().__init__(path, None)
        self.trouble = trouble

    async def open(self) -> None:
        """The lanes alone: other readers would have threads of their own."""
        await self.open_lanes(("journal_mode = WAL", "synchronous = OFF"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """As SQLite's, unless the disk says no before or at the end."""
        self.trouble.strike()
        async with super().transaction() as tx:
            yield tx
            self.trouble.strike()

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """On the lane for looking ahead."""
        self.trouble.strike()
        yield self.looking_ahead()


class Sent(msgspec.Struct, frozen=True):
    """What the provider took."""

    key: str
    at: int
    incident: int
    kind: str
    possible_duplicate: bool


class Provider:
    """Takes pages, late, twice, or not; what it took is in its ledger, whatever it answered."""

    def __init__(self, trouble: Trouble, clock: VirtualClock, ledger: list[Sent]) -> None:
        self.trouble, self._clock, self._ledger = trouble, clock, ledger

    async def send(self, message: Message) -> Result:
        """Take a page, or do something else."""
        assert isinstance(message, HttpRequest)
        dice = self.trouble.dice
        await asyncio.sleep(dice.random() * 0.3)
        fate = 1.0 if self.trouble.over else dice.random() / self.trouble.provider
        if fate < 0.3:
            return HttpResponse(503, {}, b"")
        if fate < 0.6:
            await asyncio.sleep(ATTEMPT_S - 1)
            return NoAnswer("timed out", maybe_accepted=True)
        self.take(message)
        await asyncio.sleep(dice.random() * 0.1)
        if fate < 1.0:
            await asyncio.sleep(ATTEMPT_S - 1)
            return NoAnswer("timed out", maybe_accepted=True)
        return HttpResponse(200, {}, b"ok")

    def take(self, message: HttpRequest) -> None:
        """Note it in the ledger."""
        body = msgspec.json.decode(message.body)
        page = body["page"]
        number = int(body["incident"]["id"].removeprefix("INC-"))
        self._ledger.append(
            Sent(
                message.headers["idempotency-key"],
                self._clock.now(),
                number,
                body["type"],
                page["possible_duplicate"],
            )
        )

    async def close(self) -> None:
        """Nothing to let go of."""


class Configured(msgspec.Struct, frozen=True):
    """A channel."""

    name: str
    kind: str
    settings: object


def chosen(storm: StormLimit | None) -> Settings:
    """Three people on a hook each; two steps and a third, then once more."""
    people = {name: person(name, "hook", notify="hook") for name in PEOPLE}
    plan = msgspec.structs.replace(
        DEFAULT_PLAN,
        steps=(step(0, "person:alice"), step(0.5, "person:alice"), step(1, "person:bob")),
        repeat_times=1,
    )
    return settings(
        people=people,
        policies={"default": plan},
        rules=ByLabels(),
        channels=frozenset({"hook"}),
        public_url="https://triaged.example.org",
        stale_after={},
        storm=storm,
    )


class Parts(msgspec.Struct, frozen=True):
    """What the process is made of; a test takes a guard out of one of them."""

    engine: type[Engine] = Engine
    store: type[TroubledStore] = TroubledStore
    backlog: type[Backlog] = Backlog
    carrier: type[Provider] = Provider
    storm: StormLimit | None = None
    disk: float = 0.02
    """How often the disk says no."""


class World:
    """Everything outside the process, and the process, which comes and goes."""

    def __init__(self, folder: Path, dice: Random, parts: "Parts") -> None:
        self.dice = dice
        self.parts = parts
        self.clock = VirtualClock()
        self.trouble = Trouble(dice)
        self.path = folder / "triaged.db"
        self.engine: Engine | None = None
        self.backlog: Backlog | None = None
        self.put_off = 0
        """Bodies that were answered before they were decided."""
        self.metrics = Metrics()
        self.accepted: set[tuple[str, str]] = set()
        """What senders were told is on disk."""
        self.acknowledged: dict[int, int] = {}
        """Incident → when the person was told that it is acknowledged."""
        self.sent: list[Sent] = []
        self.deaths: list[int] = []

    @asynccontextmanager
    async def store(self, trouble: Trouble) -> AsyncIterator[TroubledStore]:
        """The file, open."""
        opened = self.parts.store(self.path, trouble)
        await opened.open()
        try:
            yield opened
        finally:
            await opened.close()

    async def live(self) -> None:
        """Processes, one after the other, until the end; some are killed."""
        calm = Trouble(self.dice)
        calm.over = True
        async with self.store(calm) as opened:
            await migrate(opened, self.clock.now())
        begin = self.clock.now()
        while (lived := self.clock.now() - begin) < END_US:
            left_s = (END_US - lived) / SECOND
            in_trouble = lived < TROUBLE_US
            await self._process(self.dice.uniform(60, 600) if in_trouble else left_s)
            if in_trouble:
                self.deaths.append(self.clock.now())
                await asyncio.sleep(self.dice.uniform(1, 60))

    async def _process(self, seconds: float) -> None:
        """One life of the process; at its end it is killed, in the middle of anything."""
        trouble = Trouble(self.dice)
        trouble.disk = self.parts.disk
        trouble.over = self.trouble.over
        self.trouble = trouble
        async with self.store(trouble) as opened:
            connections = Connections(self.metrics)
            engine = self.parts.engine(opened, self.clock, chosen(self.parts.storm), connections)
            timekeeper = Timekeeper(engine, opened, self.clock, connections)
            hook = Configured("hook", "webhook", webhook.Settings("https://hooks.example.org/x"))
            carrier = self.parts.carrier(trouble, self.clock, self.sent)
            equipment = Equipment({"hook": hook}, Secret("key"), carrier)
            delivery = Delivery(engine, opened, self.clock, equipment)
            connections.timekeeper, connections.delivery = timekeeper, delivery
            loops = {"engine": engine.run, "timekeeper": timekeeper.run, "delivery": delivery.run}
            stop = asyncio.Event()
            self.engine = engine
            async with asyncio.TaskGroup() as tasks:
                backlog = self.parts.backlog(engine, opened, self.clock, events_in)
                tasks.create_task(run_all({**loops, **backlog.loops()}, self.clock, stop))
                tasks.create_task(self._open(backlog))
                await asyncio.sleep(seconds)
                trouble.dead = True
                self.engine = self.backlog = None
                stop.set()

    async def _open(self, backlog: Backlog) -> None:
        """Take what senders send as soon as it is known what the last process left."""
        while self.backlog is None and self.engine is not None:
            try:
                await backlog.open()
            except StoreUnavailable:
                await asyncio.sleep(1)
            else:
                self.backlog = backlog

    async def send_all(self) -> None:
        """Senders and a person, each in its own time."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(60):
                tasks.create_task(self._sender(number))
            tasks.create_task(self._person())
            await asyncio.sleep(TROUBLE_US / SECOND)
            self.trouble.over = True

    async def _sender(self, number: int) -> None:
        """An alert, sent again until it is accepted, as Alertmanager does; some end later.

        Most of them come when others do.
        """
        at_s = self.dice.uniform(0, TROUBLE_US / SECOND)
        await asyncio.sleep(at_s // BURSTS_S * BURSTS_S if self.dice.random() < 0.8 else at_s)
        many = self.dice.choice((1, 1, 1, 40, 150))
        labels = {"alertname": f"A{self.dice.randrange(12)}", "severity": "SEV-1"}
        if self.dice.random() < 0.5:
            labels["severity"] = "SEV-2"
        alerts = [
            Alert("am", f"{number}-{pod}", firing=True, labels=labels, annotations={})
            for pod in range(many)
        ]
        await self._until_accepted(alerts)
        self.accepted |= {(alert.source, alert.fingerprint) for alert in alerts}
        if self.dice.random() < 0.3:
            await asyncio.sleep(self.dice.uniform(1, 1200))
            await self._until_accepted([msgspec.structs.replace(a, firing=False) for a in alerts])

    async def _until_accepted(self, alerts: Sequence[Alert]) -> None:
        while True:
            backlog = self.backlog
            if backlog is not None:
                received = Received("am", encode(alerts), {}, self.clock.now())
                try:
                    answers = await backlog.take(received, Parsed(list(alerts)))
                except StoreError:
                    pass
                else:
                    self.put_off += answers is None
                    return
            await asyncio.sleep(self.dice.uniform(1, 10))

    async def _person(self) -> None:
        """Acknowledges now and then what was paged."""
        while not self.trouble.over:
            await asyncio.sleep(self.dice.uniform(30, 300))
            engine, paged = self.engine, sorted({one.incident for one in self.sent})
            if engine is None or not paged:
                continue
            number = self.dice.choice(paged)
            try:
                await engine.submit([Acknowledged(number, "alice")], urgent=True)
            except StoreError:
                continue
            self.acknowledged[number] = self.clock.now()
