"""The real engine on a store, with a clock that a test moves."""

from collections.abc import Sequence

from tests.core.world import World, settings
from tests.store.conftest import StillClock
from triaged.core.records.answers import Answer
from triaged.core.records.effects import Effect
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import Incident, Page
from triaged.core.settings import Settings
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.tables import incidents, pages


class Ignorant:
    """An observer that does nothing."""

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Nothing."""


class Desk:
    """Events in, rows to look at."""

    def __init__(
        self, database: Database, clock: StillClock, chosen: Settings | None = None
    ) -> None:
        self.database, self.clock = database, clock
        self.engine = Engine(database, clock, chosen or settings(), Ignorant())
        self._alerts = World()

    async def handle(self, *events: Event) -> list[Answer]:
        """Decide and commit a batch."""
        return await self.engine.handle(events)

    def fires(self, **labels: str) -> AlertReceived:
        """An alert fires now."""
        return AlertReceived(self._alerts.alert("am", labels, firing=True), self.clock.now())

    def ends(self, **labels: str) -> AlertReceived:
        """An alert ends now."""
        return AlertReceived(self._alerts.alert("am", labels, firing=False), self.clock.now())

    async def incident(self, number: int = 1) -> Incident:
        """The stored incident."""
        async with self.database.reading() as tx:
            found = await incidents.fetch(tx, number)
        assert found is not None
        return found

    async def pages(self, number: int = 1) -> list[Page]:
        """The stored pages of an incident."""
        async with self.database.reading() as tx:
            return await pages.of(tx, number)
