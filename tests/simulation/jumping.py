"""The engine and its store from one instant at which anything is due to the next: years at once."""

from tests.core.world import LEASE_US, MONDAY
from tests.simulation.walks import Seen, seen
from tests.simulation.world import TroubledStore
from tests.store.conftest import StillClock
from tests.store.desk import Ignorant
from triaged.core.records.answers import Send
from triaged.core.records.events import (
    Delivered,
    DeliveryEnded,
    Event,
    PageDue,
    SettingsLoaded,
    TimerFired,
)
from triaged.core.settings import Settings
from triaged.engine.engine import Engine
from triaged.store.tables import incidents, pages, timers
from triaged.store.tables.incidents import IncidentFilter
from triaged.store.tables.pages import Room
from triaged.store.tables.timers import Unknown

CHANNEL = "desk"
DUE_MAX = 500


class Jumper:
    """Stands in for the daemon's loops, which turn each second."""

    def __init__(self, store: TroubledStore, chosen: Settings) -> None:
        self.clock = StillClock()
        self.clock.at = MONDAY
        self._store, self._chosen = store, chosen
        self.engine = Engine(store, self.clock, chosen, Ignorant())

    async def start(self) -> None:
        """A process begins, after the one before it, if there was one."""
        self.engine = Engine(self._store, self.clock, self._chosen, Ignorant())
        await self.handle(SettingsLoaded(started=True))

    async def handle(self, *events: Event) -> None:
        """Decide and commit."""
        await self.engine.handle(events)

    async def run_until(self, end: int) -> None:
        """Do everything that is due until then, at its instant."""
        while True:
            async with self._store.reading() as tx:
                nexts = [await timers.next_due(tx), await pages.next_due(tx, CHANNEL)]
            due_at = min((at for at in nexts if at is not None), default=end + 1)
            if due_at > end:
                break
            self.clock.at = max(self.clock.at, due_at)
            await self._fire()
            await self._send()
        self.clock.at = max(self.clock.at, end)

    async def _fire(self) -> None:
        async with self._store.reading() as tx:
            due = await timers.due(tx, self.clock.at, DUE_MAX)
        events = [TimerFired(timer) for timer in due if not isinstance(timer, Unknown)]
        if events:
            await self.handle(*events)

    async def _send(self) -> None:
        async with self._store.reading() as tx:
            due_at = await timers.next_due(tx)
        if due_at is not None and due_at <= self.clock.at:
            return  # timers fire before pages go out
        async with self._store.transaction() as tx:
            claimed = await pages.claim(tx, CHANNEL, self.clock.at, LEASE_US, Room(100))
        for page in claimed:
            (answer,) = await self.engine.handle([PageDue(page)])
            if isinstance(answer, Send):
                verdict = DeliveryEnded(page.id, page.token, Delivered(), page.attempts)
                await self.handle(verdict)

    async def seen(self, *, sent: bool) -> Seen:
        """What the rows say; with what was `sent`, which takes long."""
        async with self._store.reading() as tx:
            found, _ = await incidents.find(tx, IncidentFilter(limit=1000))
            rows = [page for one in found for page in await pages.of(tx, one.number) if sent]
        return seen(self.clock.at, found, rows)
