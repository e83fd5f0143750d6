"""One running daemon: its parts are built and connected, serve, are reloaded, and stop in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import structlog
from aiohttp import web

from triaged import __version__
from triaged.access.tokens import new_secret
from triaged.calls.answering import Calls
from triaged.calls.following import Following
from triaged.calls.parts import Parts as CallParts
from triaged.calls.self_tests import SelfTests
from triaged.clock import SystemClock
from triaged.config.model import Configuration
from triaged.core.records.events import Event
from triaged.core.situation import outage_since
from triaged.core.time.durations import SECOND
from triaged.crashpoints import CrashPoint
from triaged.daemon.connections import Connections
from triaged.delivery import Delivery, Equipment
from triaged.delivery.carriers.feed_source import FeedSource
from triaged.delivery.carriers.transports import Transports
from triaged.delivery.listeners.keeping import Listeners
from triaged.delivery.listeners.polling import Tools as ListenerTools
from triaged.delivery.requests import Requests
from triaged.engine.engine import Engine
from triaged.engine.timekeeper import Timekeeper
from triaged.errors import Problem
from triaged.http.auth import KnownTokens
from triaged.http.bodies import Stop
from triaged.http.connection_limits import ConnectionLimits
from triaged.http.context import Context
from triaged.http.event_stream import EventStream
from triaged.http.scrape import expect
from triaged.http.server import Server
from triaged.http.sessions import KnownSessions
from triaged.ingest import Received
from triaged.intake.backlog import Backlog
from triaged.intake.decode import events_in
from triaged.intake.limits import Intake
from triaged.mail_in.listener import MailListener
from triaged.mail_in.recipients import Recipients
from triaged.metrics import Metrics
from triaged.process import logs
from triaged.process.feeds.parsing import parsed
from triaged.process.feeds.polling import FeedPolling, Means
from triaged.process.garbage import spare_the_collector
from triaged.process.holiday_keeping import HolidayKeeping
from triaged.process.last_good_rules import Startable
from triaged.process.listeners import listen
from triaged.process.maintenance import jobs
from triaged.process.maintenance.clock_comparison import ClockComparison
from triaged.process.maintenance.contact_ends import ContactEnds
from triaged.process.maintenance.disk_space import DiskSpace
from triaged.process.maintenance.duty_ahead import DutyAhead
from triaged.process.maintenance.duty_keeping import DutyKeeping
from triaged.process.maintenance.quiet_digests import QuietDigests
from triaged.process.maintenance.reload_watch import ReloadWatch
from triaged.process.maintenance.restore_notice import RestoreNotice
from triaged.process.maintenance.retention import Retention
from triaged.process.maintenance.rule_comparison import RuleComparison
from triaged.process.maintenance.rule_keeping import RuleKeeping
from triaged.process.maintenance.silence_ends import SilenceEnds
from triaged.process.maintenance.similar_words import SimilarWords
from triaged.process.maintenance.status_mailings import StatusMailings
from triaged.process.maintenance.status_page import StatusPageKeeper
from triaged.process.maintenance.suppression_marks import SuppressionMarks
from triaged.process.maintenance.swap_ends import SwapEnds
from triaged.process.maintenance.weekly_review import WeeklyReview
from triaged.process.reload import Reload
from triaged.process.start_messages import (
    invitation,
)
from triaged.process.supervision import GivenUp, Loop, keep_turning, run_all, supervise
from triaged.process.systemd import notify, watchdog_us
from triaged.store.database.connect import Database
from triaged.store.tables import senders
from triaged.terminal import unbuffered
from triaged.web.status import StatusSite
from triaged.wire import Secret

EXIT_FAILED = 1
REQUESTS_END_S = 20
"""Time limit of requests under way at a stop; the unit gives 40 s for everything."""

STUCK_US = 15 * SECOND
"""A loop that has not turned for so long is not healthy."""

log = structlog.get_logger()


class Parts(msgspec.Struct, frozen=True):
    """The parts that exist before the daemon is built."""

    path: Path
    """The file of the configuration."""
    start: Startable
    clock: SystemClock
    database: Database
    action_key: Secret
    crash_point: CrashPoint


class Daemon:
    """One running triaged."""

    def __init__(self, parts: Parts) -> None:
        self._path = parts.path
        self._clock = clock = parts.clock
        self._database = database = parts.database
        self._stop = asyncio.Event()
        self.metrics = Metrics()
        self._connections = Connections(self.metrics)
        self._stand_ins = parts.start.stand_ins
        configuration, crash_point = parts.start.configuration, parts.crash_point
        self._engine = Engine(
            database, clock, configuration.settings, self._connections, crash_point
        )
        self._timekeeper = Timekeeper(self._engine, database, clock, self._connections)
        self._reload = Reload(parts.path, database, self, crash_point, clock)
        self._answers = Transports(clock, sys.stdout)
        """Takes the words for whoever pressed or typed to providers."""
        self._context = Context(
            engine=self._engine,
            database=database,
            clock=clock,
            configuration=configuration,
            metrics=self.metrics,
            reload=self.reload,
            health=self.health,
            known_tokens=KnownTokens(database, clock),
            known_sessions=KnownSessions(database, clock),
            event_stream=EventStream(clock.now()),
            intake=Intake(self.metrics),
            backlog=Backlog(self._engine, database, clock, self._events_in),
            connection_limits=ConnectionLimits(),
            stop=Stop(),
            action_key=parts.action_key,
            calls=Calls(CallParts(self._engine, database, clock, parts.action_key, self._answers)),
            started_at=clock.now(),
        )
        self._self_tests = SelfTests(
            self._context.calls,
            lambda: self.current().channels,
            lambda name, usable: self.metrics.channel_usable.labels(name).set(usable),
        )
        self._context.channel_tests = self._self_tests.found
        self._server = Server(self._context)
        self._reload_watch = ReloadWatch(self.current, self.reload)
        recipients = Recipients(
            self._engine, database, clock, self.current, self._context.action_key
        )
        self._mail = MailListener(self._engine, clock, recipients, self.metrics)
        site = StatusSite(self._context.published)
        self._status_page = StatusPageKeeper(self._engine, database, clock, self.current, site)
        self._connections.status_page = self._status_page
        self._connections.context = self._context
        self._connections.timekeeper = self._timekeeper

    async def run(self) -> int:
        """Serve until a signal or a failure; the exit status."""
        engine, database, clock = self._engine, self._database, self._clock
        equipment = Equipment(
            channels=self._context.configuration.channels,
            action_key=self._context.action_key,
            carrier=Transports(clock, unbuffered(sys.stdout)),
        )
        self._connections.delivery = self._delivery = Delivery(engine, database, clock, equipment)
        carrier = Transports(clock, sys.stdout)
        lanes = Requests(engine, database, clock, carrier, self._context.action_key)
        lanes.reload(self._context.configuration)
        self._connections.requests = self._requests = lanes
        self._feeds = Means(FeedSource(carrier.send), parsed)
        tools = ListenerTools(
            self._context.calls, database, clock, self._answers, new_secret()[:16]
        )
        self._listeners = Listeners(tools)
        self._listen_to_providers(self._context.configuration)
        self.reloaded(successful=not self._stand_ins)
        expect(self._context)
        self._listen_to_signals()
        runner = web.ServerRunner(self._server, shutdown_timeout=REQUESTS_END_S)
        await runner.setup()
        async with self._database.reading() as tx:
            last_heard_at = await senders.last_heard(tx)
        self._engine.outage = outage_since(last_heard_at, self._clock.now())
        await self._context.backlog.open()
        spare_the_collector()
        engine_stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            turning = tasks.create_task(run_all(self._ways_in(), self._clock, engine_stop))
            try:
                return await self._serve(runner)
            finally:
                await self._mail.close()
                await runner.cleanup()
                await self._answers.close()
                await engine.stop()
                engine_stop.set()
                await turning

    def _ways_in(self) -> Mapping[str, Loop]:
        """The loops that must run for as long as requests are answered."""
        return {"engine": self._engine.run, **self._context.backlog.loops()}

    async def _serve(self, runner: web.ServerRunner) -> int:
        """Listen, run the loops, and stop them in the order that loses nothing."""
        await jobs.attempt(self._status_page)  # there is a page before anybody asks for it
        configuration = self._context.configuration
        try:
            places = await listen(runner, configuration, os.environ, os.getpid())
            if configuration.mail_in is not None:
                await self._mail.open(configuration.mail_in.listen)
        except OSError as error:
            reason = (
                f"cannot listen: {error.strerror or error}; `listen` in {self._path} says where"
            )
            print(f"triaged: {reason}", file=sys.stderr)
            return EXIT_FAILED
        self._say_ready(places)
        loops = {
            "timekeeper": self._timekeeper.run,
            "heartbeat": lambda: keep_turning(self._clock, self._beat),
            **jobs.loops(self._jobs(), self._clock),
        }
        status = 0
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(supervise("delivery", self._delivery.run, self._clock))
                tasks.create_task(supervise("requests", self._requests.run, self._clock))
                tasks.create_task(supervise("calls", self._context.calls.run, self._clock))
                tasks.create_task(supervise("listeners", self._listeners.run, self._clock))
                await run_all(loops, self._clock, self._stop)
                self._delivery.stop()  # what is under way gets its verdict
                self._requests.stop()
                self._listeners.stop()
                self._context.calls.stop()
        except* GivenUp:
            log.exception("daemon.failed")
            status = EXIT_FAILED
        return status

    def _jobs(self) -> Sequence[jobs.Job]:
        engine, database, clock = self._engine, self._database, self._clock
        return (
            self._reload_watch,
            self._self_tests,
            RuleKeeping(engine, database, clock, self.current, self._stand_ins),
            DutyKeeping(engine, database, clock, self.current),
            DiskSpace(engine, database, clock),
            RestoreNotice(engine, database),
            SuppressionMarks(engine, database),
            SilenceEnds(engine, database, clock),
            SwapEnds(engine, database, clock),
            RuleComparison(database, self.current),
            SimilarWords(database),
            self._status_page,
            StatusMailings(engine, database, clock, self.current),
            WeeklyReview(engine, database, clock, self.current),
            QuietDigests(engine, database, clock, self.current),
            HolidayKeeping(database, clock, self.current),
            FeedPolling(engine, database, clock, self.current, self._feeds),
            Following(self._context.calls, lambda: self.current().channels),
            DutyAhead(engine, database, clock, self.current),
            ContactEnds(engine, database, clock, self.current),
            Retention(database, clock, self.current, engine.crash_point),
            ClockComparison(clock),
        )

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._request_stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload_watch.request)

    def _request_stop(self) -> None:
        """The first signal stops in order; the second at once."""
        if self._stop.is_set():
            os._exit(EXIT_FAILED)
        self._stop.set()
        self._context.stop.begin()
        log.info("daemon.stopping")
        notify(os.environ, "STOPPING=1")

    def _say_ready(self, places: Sequence[str]) -> None:
        notify(os.environ, "READY=1", f"STATUS=listening on {', '.join(places)}")
        log.info("daemon.started", version=__version__, listen=places)
        if self._context.configuration.auth == "none":
            hint = invitation(__version__, places[0], self._clock.now())
            logs.Outlet(sys.stdout).write(f"{hint}\n")

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
        """Close idle connections; notify systemd's watchdog if every loop turns."""
        self._context.metrics.requests_refused.labels("stranger").inc(self._server.close_unused())
        if watchdog_us(os.environ, os.getpid()) and all(self.health().values()):
            notify(os.environ, "WATCHDOG=1")

    async def reload(self) -> tuple[Problem, ...]:
        """Load the configuration anew, and apply it whole or not at all; its problems."""
        return await self._reload.run()

    def current(self) -> Configuration:
        """The configuration in force."""
        return self._context.configuration

    def apply(self, configuration: Configuration) -> None:
        """Go on with `configuration`."""
        logs.configure(configuration.log.level, configuration.log.format)
        self._context.configuration = configuration
        self._engine.settings = configuration.settings
        self._delivery.reload(configuration.channels)
        self._requests.reload(configuration)
        self._listen_to_providers(configuration)
        expect(self._context)

    def _listen_to_providers(self, configuration: Configuration) -> None:
        self._listeners.reload(configuration.channels, configuration.public_url)

    def reloaded(self, *, successful: bool) -> None:
        """Show in the metrics how a reload ended."""
        self.metrics.reloaded(self._clock.now(), successful=successful)

    async def _events_in(self, received: Received) -> list[Event]:
        source = self._context.configuration.sources.get(received.source)
        return await events_in(source, received)
