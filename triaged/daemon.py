"""The one place that builds the parts and connects them: start, reload, stop."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog
from aiohttp import web
from msgspec.structs import replace

from triaged import __version__
from triaged.access.action_links import KEY_NAME
from triaged.access.tokens import new_secret
from triaged.api.scrape import expect
from triaged.clock import SystemClock, Turns
from triaged.config.access import lets_everybody_in
from triaged.config.files import STATE
from triaged.config.model import Configuration
from triaged.config.read import Loaded, in_order, load
from triaged.config.rule_files import lost_rules
from triaged.core.records.effects import AddPage, ArmTimer, ByKind, Effect, LookAgain, SavePage
from triaged.core.records.model import PageState
from triaged.core.settings import Settings
from triaged.core.time.durations import SECOND
from triaged.crashpoints import crash_point
from triaged.delivery import Delivery, Equipment
from triaged.delivery.transports import Transports
from triaged.engine.engine import Engine
from triaged.engine.timekeeper import Timekeeper
from triaged.errors import Problem, StoreError
from triaged.http.connection_limits import allow_many_files
from triaged.http.context import Context
from triaged.http.server import Server
from triaged.metrics import Metrics
from triaged.process import logs
from triaged.process.disk_space import DiskWatch
from triaged.process.listeners import listen
from triaged.process.maintenance import Upkeep
from triaged.process.supervision import GivenUp, Loop, keep_turning, run_all, supervise
from triaged.process.systemd import notify, watchdog_us
from triaged.rules.difference import difference
from triaged.rules.evaluate import RuleSet
from triaged.store.database.connect import Database, open_database
from triaged.store.tables import secrets, tokens
from triaged.wire import Secret

EXIT_FAILED = 1
EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h: systemd does not restart into the same mistake."""

REQUESTS_END_S = 20
"""How long requests under way may take at a stop; the unit gives 40 s for everything."""

RELOAD_WORK_US, RELOAD_REST_US = 1_500, 2_000
"""The turns in which a reload works and rests. An alert that comes in wants the interpreter dozens
of times, on three threads; it gets it in the rests. 1,000 rules are 80 to 120 ms of work."""

GC_THRESHOLD = (20_000, 20, 50)
"""A request of 64 alerts makes some hundred objects, which reference counting frees at once."""

STUCK_US = 15 * SECOND
"""A loop that has not turned for so long is not healthy."""

NO_TOKENS = (
    "auth is `tokens`, and there is none in the configuration and none in {store}: make one with\n"
    "  {state}triaged token create --offline --scope admin NAME --config {path}\n"
    "or, for a daemon on loopback that nobody else can reach, set `auth: none`"
)

NO_CALLERS = (
    "auth is `tokens`, and there is none in the configuration and none in the store: nobody would "
    "be let in; make one with `triaged token create` first"
)

new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
try:
    import uvloop
except ImportError:
    pass  # the extra `uvloop`: a tenth less work a request
else:
    new_event_loop = uvloop.new_event_loop

log = structlog.get_logger()


def serve(path: Path) -> int:
    """Run the daemon until it is told to stop; the exit status."""
    loaded = load(path, os.environ)
    if loaded.configuration is None or loaded.unusable:
        for problem in loaded.problems:
            print(problem, file=sys.stderr)
        return EXIT_CONFIG
    configuration = loaded.configuration
    allow_many_files()
    with logs.standing_for_stderr() as outlet:
        logs.configure(configuration.log.level, configuration.log.format)
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                return runner.run(_run(path, configuration, outlet))
        except (StoreError, OSError) as error:
            print(f"triaged: {error}", file=sys.stderr)
            return EXIT_FAILED


async def _run(path: Path, configuration: Configuration, outlet: logs.Outlet) -> int:
    clock = SystemClock()
    database = await open_database(configuration.store, clock)
    try:
        if (at := await database.now()) is not None:
            clock.follow(at)
        await database.look_at_room()
        async with database.transaction() as tx:
            is_shut = _needs_stored_token(configuration) and not await tokens.listing(tx)
            key = await secrets.ensure(tx, KEY_NAME, new_secret())
        if is_shut:
            print(f"triaged: {_no_tokens(path, configuration.store)}", file=sys.stderr)
            return EXIT_CONFIG
        daemon = Daemon(path, configuration, clock, database)
        outlet.dropped = daemon.metrics.log_lines_dropped.inc
        return await daemon.run(Secret(key))
    finally:
        await database.close()


def _needs_stored_token(configuration: Configuration) -> bool:
    """Whether nobody can come in unless the store has a token."""
    return configuration.auth == "tokens" and not configuration.tokens


def _no_tokens(path: Path, store: str) -> str:
    state = os.environ.get(STATE)
    return NO_TOKENS.format(
        path=path, store=store, state=f"STATE_DIRECTORY={state} " if state else ""
    )


class Connections:
    """What hears of each commit: counters, live views, and the loops that it gives work to."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.context: Context | None = None
        self.timekeeper: Timekeeper | None = None
        self.delivery: Delivery | None = None

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Count, show, and wake whoever has something to do now."""
        found = ByKind(effects)
        self.metrics.committed(found, seconds, alerts)
        if self.context is not None:
            self.context.hub.committed(found)
        pages = [effect.page for effect in found.of(AddPage)]
        pages += [one.page for one in found.of(SavePage) if one.page.state is PageState.DUE]
        dues = [effect.timer.due_at for effect in found.of(ArmTimer)]
        dues += [effect.at for effect in found.of(LookAgain)]
        if self.delivery is not None:
            for channel in {page.channel for page in pages}:
                self.delivery.wake(channel)
        if self.timekeeper is not None and dues:
            self.timekeeper.wake(min(dues))

    def fired(self, lateness_us: Sequence[int]) -> None:
        """Timers fired, so late."""
        for us in lateness_us:
            self.metrics.timer_lateness.observe(us / SECOND)

    def repaired(self, count: int) -> None:
        """The sweep found forgotten work."""
        self.metrics.auditor_repairs.inc(count)


class Daemon:
    """One running triaged."""

    def __init__(
        self, path: Path, configuration: Configuration, clock: SystemClock, database: Database
    ) -> None:
        self._path = path
        self._clock = clock
        self._database = database
        self._stop = asyncio.Event()
        self._reloading = asyncio.Lock()
        self.metrics = Metrics()
        self._connections = Connections(self.metrics)
        self._engine = Engine(database, clock, configuration.settings, self._connections)
        self._timekeeper = Timekeeper(self._engine, database, clock, self._connections)
        self._context = Context(
            engine=self._engine,
            database=database,
            clock=clock,
            configuration=configuration,
            metrics=self.metrics,
            reload=self.reload,
            health=self.health,
        )
        self._server = Server(self._context)
        self._upkeep = Upkeep(self._context)
        self._connections.context = self._context
        self._connections.timekeeper = self._timekeeper

    async def run(self, action_key: Secret) -> int:
        """Serve until a signal or a failure; the exit status."""
        equipment = Equipment(
            channels=self._context.configuration.channels,
            action_key=action_key,
            carrier=Transports(self._clock, sys.stdout),
        )
        self._delivery = Delivery(self._engine, self._database, self._clock, equipment)
        self._connections.delivery = self._delivery
        self._context.metrics.reloaded(self._clock.now(), successful=True)
        expect(self._context)
        self._listen_to_signals()
        runner = web.ServerRunner(self._server, shutdown_timeout=REQUESTS_END_S)
        await runner.setup()
        await self._context.backlog.open()
        _spare_the_collector()
        engine_stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            engine = tasks.create_task(run_all(self._ways_in(), self._clock, engine_stop))
            try:
                return await self._serve(runner)
            finally:
                await runner.cleanup()
                await self._engine.stop()
                engine_stop.set()
                await engine

    def _ways_in(self) -> Mapping[str, Loop]:
        """What has to turn for as long as somebody is answered."""
        return {"engine": self._engine.run, **self._context.backlog.loops()}

    async def _serve(self, runner: web.ServerRunner) -> int:
        """Listen, run the loops, and stop them in the order that loses nothing."""
        configuration = self._context.configuration
        try:
            places = await listen(runner, configuration, os.environ, os.getpid())
        except OSError as error:
            reason = (
                f"cannot listen: {error.strerror or error}; `listen` in {self._path} says where"
            )
            print(f"triaged: {reason}", file=sys.stderr)
            return EXIT_FAILED
        self._say_ready(places)
        loops = {
            "timekeeper": self._timekeeper.run,
            "upkeep": self._upkeep.run,
            "disk": DiskWatch(self._context).run,
            "heartbeat": lambda: keep_turning(self._clock, self._beat),
        }
        status = 0
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(supervise("delivery", self._delivery.run, self._clock))
                await run_all(loops, self._clock, self._stop)
                self._delivery.stop()  # what is under way gets its verdict
        except* GivenUp:
            log.exception("daemon.failed")
            status = EXIT_FAILED
        return status

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._upkeep.reload_soon)

    def _told_to_stop(self) -> None:
        """The first signal stops in order; the second at once."""
        if self._stop.is_set():
            os._exit(EXIT_FAILED)
        self._stop.set()
        self._context.stop.tell()
        log.info("daemon.stopping")
        notify(os.environ, "STOPPING=1")

    def _say_ready(self, places: Sequence[str]) -> None:
        notify(os.environ, "READY=1", f"STATUS=listening on {', '.join(places)}")
        log.info("daemon.started", version=__version__, listen=places)
        if self._context.configuration.auth == "none":
            # In one piece: the log, on its way by a thread, would get in before the last newline.
            print(f"{_invitation(places[0], self._clock.now())}\n", end="", flush=True)

    def health(self) -> Mapping[str, bool]:
        """By loop: whether it has turned lately."""
        since = self._clock.now() - STUCK_US
        return {
            "engine": self._engine.turned_at > since,
            "timekeeper": self._timekeeper.turned_at > since,
            "delivery": self._delivery.turned_at > since,
            "backlog": not self._context.backlog.waits or self._context.backlog.turned_at > since,
        }

    def _beat(self) -> None:
        """Show idle strangers the door; tell systemd that we live, if we do."""
        self._context.metrics.requests_refused.labels("stranger").inc(self._server.look())
        if watchdog_us(os.environ, os.getpid()) and all(self.health().values()):
            notify(os.environ, "WATCHDOG=1")

    async def reload(self) -> tuple[Problem, ...]:
        """Take the configuration anew, whole or not at all; what is wrong with it."""
        async with self._reloading:
            notify(os.environ, "RELOADING=1", f"MONOTONIC_USEC={_monotonic_us()}")
            loaded = await self._fitting(await asyncio.to_thread(_load_in_turns, self._path))
            crash_point("in_reload")
            taken = loaded.configuration is not None and not loaded.unusable
            self._context.metrics.reloaded(self._clock.now(), successful=taken)
            before = self._context.configuration
            if loaded.configuration is not None and taken:
                self._take(loaded.configuration)
            notify(os.environ, "READY=1", f"STATUS=reload {'done' if taken else 'failed'}")
            _say_reloaded(before, loaded, taken=taken)
            return loaded.problems

    async def _fitting(self, loaded: Loaded) -> Loaded:
        """`loaded`, with what keeps it from taking the place of the running configuration."""
        configuration, document = loaded.configuration, loaded.document
        if configuration is None or document is None:
            return loaded
        running = self._context.configuration.rule_files
        if lost := lost_rules(running, configuration.rule_files, str(self._path)):
            return replace(loaded, problems=in_order([*loaded.problems, *lost]))
        found = lets_everybody_in(configuration, self._context.configuration.listen)
        if _needs_stored_token(configuration):
            try:
                async with self._database.reading() as tx:
                    found = "" if await tokens.listing(tx) else NO_CALLERS
            except StoreError as error:
                found = f"whether there is a token cannot be seen now: {error}"
        if not found:
            return loaded
        problem = Problem(document.where(("auth",)), found)
        return replace(loaded, problems=in_order([*loaded.problems, problem]))

    def _take(self, configuration: Configuration) -> None:
        """Go on with it, but for what a restart alone can change."""
        before = self._context.configuration
        for name in ("listen", "store", "tls"):
            if getattr(before, name) != getattr(configuration, name):
                log.warning("reload.needs_restart", key=name)
        configuration = replace(
            configuration, listen=before.listen, store=before.store, tls=before.tls
        )
        logs.configure(configuration.log.level, configuration.log.format)
        settings: Settings = configuration.settings
        self._context.configuration = configuration
        self._engine.settings = settings
        self._delivery.reload(configuration.channels)
        expect(self._context)


def _spare_the_collector() -> None:
    """What stands after the start stands for ever, and alerts hold no cycles: look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)


def _load_in_turns(path: Path) -> Loaded:
    """Read the configuration on a thread beside the event loop, which has more to do.

    The collector is spared all that is made: to look through it takes 10 ms in one piece. Nothing
    of it is in a cycle, so that reference counting frees it when the next takes its place.
    """
    gc.disable()
    try:
        return load(path, os.environ, breathe=Turns(RELOAD_WORK_US, RELOAD_REST_US))
    finally:
        gc.freeze()
        gc.enable()


def _say_reloaded(before: Configuration, loaded: Loaded, *, taken: bool) -> None:
    for problem in loaded.problems:
        (log.warning if taken else log.error)("reload.found", problem=str(problem))
    if not taken or loaded.configuration is None:
        log.error("reload.refused", kept="the running one")
        return
    old, new = before.settings.rules, loaded.configuration.settings.rules
    if isinstance(old, RuleSet) and isinstance(new, RuleSet):
        log.info("reload.done", **difference(old, new).words())


def _monotonic_us() -> int:
    return int(asyncio.get_running_loop().time() * 1_000_000)


def _invitation(place: str, now: int) -> str:
    """What a newcomer can do next: a line that raises an incident, new at each start."""
    alert = (
        f'[{{"labels": {{"alertname": "Demo{now // SECOND % 100_000}", "severity": "critical"}}}}]'
    )
    return (
        f"triaged {__version__} listens on {place}; raise an incident with:\n"
        f"  curl -H 'Content-Type: application/json' -d '{alert}' {place}/api/v2/alerts"
    )
