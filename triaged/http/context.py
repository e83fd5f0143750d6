"""What every route may use: built once by the daemon, its configuration replaced by a reload."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from triaged.access.action_links import KEY_NAME
from triaged.access.tokens import new_secret
from triaged.clock import ThreadClock
from triaged.config.model import Configuration
from triaged.core.records.events import Event
from triaged.engine.engine import Engine
from triaged.errors import Problem
from triaged.http.auth import Authority
from triaged.http.bodies import Stop
from triaged.http.connection_limits import Doorway
from triaged.http.hub import Hub
from triaged.ingest import Received
from triaged.intake.backlog import Backlog
from triaged.intake.decode import events_in
from triaged.intake.limits import Intake
from triaged.metrics import Metrics
from triaged.store.database.connect import Database
from triaged.store.tables import secrets
from triaged.wire import Secret


@dataclass
class Context:
    """The parts of a running daemon."""

    engine: Engine
    database: Database
    clock: ThreadClock
    configuration: Configuration
    metrics: Metrics
    reload: Callable[[], Awaitable[tuple[Problem, ...]]]
    """Load the configuration anew; nothing but warnings is wrong when it was taken."""
    health: Callable[[], Mapping[str, bool]]
    """By loop: whether it turns."""
    authority: Authority = field(init=False)
    hub: Hub = field(init=False)
    """Wants to hear of each commit, like `metrics`."""
    intake: Intake = field(init=False)
    backlog: Backlog = field(init=False)
    """Needs its loops `write` and `decide`."""
    doorway: Doorway = field(init=False)
    """Hears of each request's connection."""
    stop: Stop = field(init=False, default_factory=Stop)
    """Wants to hear of it first when we stop."""
    started_at: int = field(init=False)
    counted_at: int | None = field(init=False, default=None)
    """When the gauges that the store feeds were last brought up to date."""
    _action_key: Secret | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.started_at = self.clock.now()
        self.authority = Authority(self.database, self.clock)
        self.hub = Hub(self.started_at)
        self.intake = Intake(self.metrics)
        self.doorway = Doorway()
        self.backlog = Backlog(self.engine, self.database, self.clock, self._events_in)

    def _events_in(self, received: Received) -> list[Event]:
        return events_in(self.configuration.sources.get(received.source), received)

    async def action_key(self) -> Secret:
        """The key of the links in pages, from the store. Raises StoreUnavailable."""
        if self._action_key is None:
            async with self.database.transaction() as tx:
                self._action_key = Secret(await secrets.ensure(tx, KEY_NAME, new_secret()))
        return self._action_key
