"""A whole triaged behind its API: the real engine and store, a clock that a test moves."""

import contextlib
from asyncio import TaskGroup
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientResponse, web
from aiohttp.test_utils import BaseTestServer, TestClient
from yarl import URL

from triaged.calls.answering import Calls
from triaged.calls.parts import Parts
from triaged.channels import HttpResponse, Message, Result
from triaged.clock import SystemClock
from triaged.config.model import Configuration
from triaged.config.read import load
from triaged.core.records.effects import ByKind, Effect
from triaged.core.records.events import Event
from triaged.engine.engine import Engine
from triaged.errors import Problem, StoreUnavailable
from triaged.http.auth import KnownTokens
from triaged.http.bodies import Stop
from triaged.http.connection_limits import ConnectionLimits
from triaged.http.context import Context
from triaged.http.event_stream import EventStream
from triaged.http.server import Server
from triaged.http.sessions import KnownSessions
from triaged.ingest import Received
from triaged.intake.backlog import Backlog
from triaged.intake.decode import events_in
from triaged.intake.limits import Intake
from triaged.metrics import Metrics
from triaged.store.database.base import Reader, Transaction
from triaged.store.database.connect import Database, open_database
from triaged.wire import Secret

ACTION_KEY = Secret("k" * 43)
TOKENS = {
    "admin": "trg_admin-admin-admin-admin-admin-admin-admin-admin",
    "respond": "trg_respond-respond-respond-respond-respond-respond",
    "read": "trg_read-read-read-read-read-read-read-read-read-read",
    "ingest": "trg_ingest-ingest-ingest-ingest-ingest-ingest-ingest",
    "prometheus": "trg_prometheus-prometheus-prometheus-prometheus-pr",
}
"""By name; their scopes are in CONFIG."""

CONFIG = """
listen: 127.0.0.1:9099
public_url: http://triaged.example.org
auth: {auth}
public: [status]
store: sqlite:{folder}/triaged.db
rules: []
max_body: 1MiB
tokens:
  - {{name: admin, token: {admin}, scopes: [admin], person: alice}}
  - {{name: respond, token: {respond}, scopes: [respond]}}
  - {{name: read, token: {read}, scopes: [read]}}
  - {{name: ingest, token: {ingest}, scopes: ["ingest:*"]}}
  - {{name: prometheus, token: {prometheus}, scopes: ["ingest:prometheus"]}}
trusted_proxies: [10.0.0.0/8]
sources:
  signed: {{kind: grafana, hmac_secret: s3cr3t-hmac}}
  legacy: {{kind: generic, token_in_url: true}}
  deploys: {{kind: changes, services: {{octo/shop: checkout}}}}
channels:
  console: {{kind: console}}
  hook: {{kind: webhook, url: "https://hooks.example.org/x", secret: canary-channel-secret}}
people:
  alice:
    name: Alice <Example>
    timezone: Europe/Berlin
    contacts: {{desk: {{channel: console}}}}
  bob: {{name: Bob Example, timezone: Asia/Tokyo, contacts: {{desk: {{channel: console}}}}}}
schedules:
  primary:
    timezone: UTC
    rotations:
      - {{people: [alice, bob], every: 1w, from: "2026-01-05T09:00"}}
policies:
  default:
    steps:
      - {{notify: ["schedule:primary"]}}
      - {{after: 50%, notify: ["person:bob"]}}
    catch_all: person:alice
teams: {{payments: {{policy: default, people: [alice, bob]}}}}
services: {{checkout: {{team: payments, runbook: "https://runbooks.example.org/checkout"}}}}
"""


class MovedClock(SystemClock):
    """The system's clock, moved ahead as a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_us = 0

    def now(self) -> int:
        """Now, so far ahead."""
        return super().now() + self.ahead_us


class Recorder:
    """Hears of every commit, as the daemon's connections do."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.effects: list[Effect] = []
        self.context: Context | None = None
        self.words: list[Message] = []
        """What was sent to providers for whoever pressed or typed."""

    async def send(self, message: Message) -> Result:
        """Keep a message; its provider takes it."""
        self.words.append(message)
        return HttpResponse(200, {}, b'{"ok":true}')

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Remember, count, and show to live views."""
        self.effects += effects
        found = ByKind(effects)
        self.metrics.committed(found, seconds, alerts)
        if self.context is not None:
            self.context.event_stream.committed(found)


class Away(Database):
    """A store that cannot be used: a disk that is gone, a server that does not answer."""

    name = "sqlite"
    url = "sqlite:away.db"

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or StoreUnavailable("the disk is gone")

    def transaction(self) -> contextlib.AbstractAsyncContextManager[Transaction]:
        """Nothing: it is away."""
        raise self._error

    def reading(self, *, urgent: bool = False) -> contextlib.AbstractAsyncContextManager[Reader]:
        """Nothing: it is away."""
        raise self._error

    async def close(self) -> None:
        """Nothing to let go of."""


class Site:
    """What a test asks: requests with a token, and the parts behind them."""

    def __init__(self, client: "Client", context: Context, clock: MovedClock) -> None:
        self.client = client
        self.context = context
        self.clock = clock
        self.reload_problems: tuple[Problem, ...] = ()
        self.turning = {"engine": True}

    def lose_store(self, error: Exception | None = None) -> None:
        """From now on the API's store is away."""
        self.context.database = Away(error)
        self.context.known_tokens = KnownTokens(self.context.database, self.clock)
        self.context.known_sessions = KnownSessions(self.context.database, self.clock)

    async def ask(
        self, method: str, path: str, token: str | None = "admin", **more: Any
    ) -> ClientResponse:
        """A request with the token of this name."""
        headers: dict[str, str] = dict(more.pop("headers", {}))
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {TOKENS.get(token, token)}")
        more.setdefault("allow_redirects", False)
        root = str(self.client.make_url("/")).rstrip("/")
        self.client.session.cookie_jar.clear()  # a test says which cookie it sends
        # the client's own `request` reads `//a` as a host
        return await self.client.session.request(method, URL(root + path), headers=headers, **more)

    async def get(self, path: str, token: str | None = "admin", **more: Any) -> Any:
        """The JSON answer to a GET that succeeds."""
        response = await self.ask("GET", path, token, **more)
        assert response.status == 200, await response.text()
        return await response.json()

    async def post(self, path: str, body: object = None, token: str | None = "admin") -> Any:
        """The JSON answer to a POST of JSON that succeeds."""
        response = await self.ask("POST", path, token, json={} if body is None else body)
        assert response.status in {200, 201}, await response.text()
        return await response.json()

    async def declare(self, title: str = "Checkout is down", **more: object) -> str:
        """The id of a new incident."""
        body = {"title": title, "severity": "SEV-2", **more}
        answer = await self.post("/api/v1/incidents", body)
        return str(answer["id"])

    async def fire(self, *names: str, **labels: str) -> Any:
        """The answer to alerts of these names, sent as Prometheus sends them."""
        return await self.post("/api/v2/alerts", [alert(name, **labels) for name in names])

    async def quarantined(self) -> list[dict[str, Any]]:
        """What is in quarantine."""
        rows: list[dict[str, Any]] = (await self.get("/api/v1/quarantine"))["quarantine"]
        return rows


class SiteServer(BaseTestServer):
    """The server of a site on a free port."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    async def _make_runner(self, **_: object) -> web.ServerRunner:
        return web.ServerRunner(Server(self._context))


Client = TestClient[web.BaseRequest, None]


def alert(name: str, **labels: str) -> dict[str, object]:
    """A firing alert as Prometheus posts it."""
    return {"labels": {"alertname": name, **labels}, "annotations": {"summary": f"{name} fires"}}


def configuration_of(folder: Path, auth: str = "tokens") -> Configuration:
    """The configuration CONFIG, read as the daemon reads it."""
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(auth=auth, folder=folder, **TOKENS), encoding="utf-8")
    loaded = load(path, {})
    assert loaded.configuration is not None, loaded.problems
    return loaded.configuration


@contextlib.asynccontextmanager
async def serving(folder: Path, auth: str = "tokens", **changes: object) -> AsyncIterator[Site]:
    """A site on an empty store in `folder`; `changes` replace values of its configuration."""
    configuration = msgspec.structs.replace(configuration_of(folder, auth), **changes)
    clock = MovedClock()
    database = await open_database(configuration.store, clock)
    recorder = Recorder()
    engine = Engine(database, clock, configuration.settings, recorder)
    sites: list[Site] = []

    async def reload() -> tuple[Problem, ...]:
        return sites[0].reload_problems

    def health() -> Mapping[str, bool]:
        return sites[0].turning

    async def events(received: Received) -> list[Event]:
        return await events_in(context.configuration.sources.get(received.source), received)

    context = Context(
        engine=engine,
        database=database,
        clock=clock,
        configuration=configuration,
        metrics=recorder.metrics,
        reload=reload,
        health=health,
        known_tokens=KnownTokens(database, clock),
        known_sessions=KnownSessions(database, clock),
        event_stream=EventStream(clock.now()),
        intake=Intake(recorder.metrics),
        backlog=Backlog(engine, database, clock, events),
        connection_limits=ConnectionLimits(),
        stop=Stop(),
        action_key=ACTION_KEY,
        calls=Calls(Parts(engine, database, clock, ACTION_KEY, recorder)),
        started_at=clock.now(),
    )
    recorder.context = context
    site_client: Client = TestClient(SiteServer(context))
    try:
        async with TaskGroup() as tasks, site_client as client:
            backlog = [tasks.create_task(loop()) for loop in context.backlog.loops().values()]
            tasks.create_task(engine.run())
            tasks.create_task(context.calls.run())
            sites.append(Site(client, context, clock))
            try:
                yield sites[0]
            finally:
                context.calls.stop()
                await engine.stop()
                for task in backlog:
                    task.cancel()
    finally:
        await database.close()
