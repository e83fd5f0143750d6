"""A backlog before an engine, on a disk with moods."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.core.world import World, settings
from tests.store.conftest import StillClock
from tests.store.desk import Ignorant
from triaged.core.records.answers import Answer
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import Alert
from triaged.engine.engine import Engine
from triaged.errors import StoreError, StoreUnavailable
from triaged.ingest import Parsed, Received
from triaged.intake.backlog import PROMPT_MAX, USUAL, Backlog, Limits
from triaged.intake.decode import events_of
from triaged.store.database.base import Transaction
from triaged.store.database.sqlite import SqliteDatabase
from triaged.store.tables import backlog
from triaged.wire import encode

ALERTS = msgspec.json.Decoder(list[Alert])
MANY = PROMPT_MAX + 1


async def read(received: Received) -> list[Event]:
    """A body is a list of alerts in our own words."""
    return events_of(Parsed(ALERTS.decode(received.body)), received)


class Moody(Engine):
    """An engine that a test lets fail."""

    failures: Sequence[Exception | None] = ()
    batches: Sequence[int] = ()
    pressed = 0
    """Buttons that people press while alerts are decided."""

    async def submit(self, events: Sequence[Event], *, urgent: bool) -> list[Answer]:
        """The next failure, if one is left."""
        self.urgent += self.pressed
        self.batches = [*self.batches, sum(isinstance(one, AlertReceived) for one in events)]
        if self.failures:
            failure, *self.failures = self.failures
            if failure is not None:
                raise failure
        return await super().submit(events, urgent=urgent)


class Disk(SqliteDatabase):
    """A store whose disk says no when a test wants it."""

    refuses: StoreError | None = None
    """What the next transaction comes to."""
    cuts = 0
    """Commits whose answer is lost."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """As SQLite's, or not."""
        refusal, self.refuses = self.refuses, None
        if refusal is not None:
            raise refusal
        async with super().transaction() as tx:
            yield tx
        if self.cuts:
            self.cuts -= 1
            raise StoreUnavailable("the answer to COMMIT was lost")


class Place:
    """A backlog before an engine on a store. What is sent is sent inside of `async with`."""

    def __init__(
        self, database: Disk, limits: Limits = USUAL, clock: StillClock | None = None
    ) -> None:
        self.database, self.clock = database, clock or StillClock()
        self.engine = Moody(database, self.clock, settings(), Ignorant())
        self.backlog = Backlog(self.engine, database, self.clock, read, limits)
        self._world = World()
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> "Place":
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._tasks.__aexit__(*error)

    @asynccontextmanager
    async def turning(self) -> AsyncIterator[None]:
        """Both turn; at the end everything is decided."""
        engine = self._tasks.create_task(self.engine.run())
        async with self.writing():
            deciding = self._tasks.create_task(self.backlog.decide())
            yield
            await self.quiet()
            deciding.cancel()
        await self.engine.stop()
        await engine

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """What comes is written, and not decided."""
        writing = self._tasks.create_task(self.backlog.write())
        yield
        writing.cancel()
        await asyncio.wait([writing])

    async def quiet(self) -> None:
        """Nothing waits any more."""
        async with asyncio.timeout(20):
            while self.backlog.waits:
                await self.stored()

    def alerts(self, count: int, name: str = "a", *, firing: bool = True) -> list[Alert]:
        """So many alerts of one incident."""
        labels = [{"severity": "SEV-2", "alertname": name, "pod": str(n)} for n in range(count)]
        return [self._world.alert("am", one, firing=firing) for one in labels]

    async def take(self, alerts: list[Alert]) -> list[Answer] | None:
        """Send a body."""
        received = Received("am", encode(alerts), {"user-agent": "test"}, self.clock.now())
        return await self.backlog.take(received, Parsed(alerts))

    def sent(self, alerts: list[Alert]) -> "asyncio.Task[list[Answer] | None]":
        """A sender that waits for its answer."""
        return self._tasks.create_task(self.take(alerts))

    async def held_up(self) -> "asyncio.Task[list[Answer] | None]":
        """A body that the engine has not decided: those that follow are put off."""
        first = self.sent(self.alerts(MANY, "first"))
        await asyncio.sleep(0)
        return first

    async def waiting(self) -> list[int]:
        """How many alerts each pack on disk has."""
        async with self.database.reading() as tx:
            return [pack.alerts for pack in await backlog.oldest(tx, 0, 1000)]

    async def stored(self) -> int:
        """How many alerts there are."""
        async with self.database.reading() as tx:
            row = await tx.fetch_one("SELECT COUNT(*) FROM alerts")
            assert row is not None
            count: int = row[0]
            return count
