"""`triaged serve`: read the configuration, open the store, and run the daemon if it can run."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from triaged.access.action_links import KEY_NAME
from triaged.access.tokens import new_secret
from triaged.clock import SystemClock
from triaged.config.read import Loaded, load
from triaged.crashpoints import CrashPoint, no_crash
from triaged.daemon.daemon import EXIT_FAILED, Daemon, Parts
from triaged.errors import StoreError
from triaged.http.connection_limits import allow_many_files
from triaged.process import logs
from triaged.process.last_good_rules import startable
from triaged.process.reload import needs_stored_token
from triaged.process.start_messages import (
    refuse_configuration,
    refuse_without_tokens,
)
from triaged.store.database.connect import open_database
from triaged.store.tables import pages
from triaged.store.tables.own import secrets, tokens
from triaged.wire import Secret

new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
try:
    import uvloop
except ImportError:
    pass  # the extra `uvloop`: a tenth less work a request
else:
    new_event_loop = uvloop.new_event_loop

log = structlog.get_logger()


def serve(path: Path, crash_point: CrashPoint = no_crash) -> int:
    """Run the daemon until it is told to stop; the exit status."""
    loaded = load(path, os.environ)
    configuration = loaded.configuration
    if configuration is None or (loaded.unusable and not loaded.bad_rule_files):
        return refuse_configuration(loaded.problems)
    allow_many_files()
    with logs.standing_for_stderr() as outlet:
        logs.configure(configuration.log.level, configuration.log.format)
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                store = configuration.store
                return runner.run(_run((path, loaded), store, outlet, crash_point))
        except (StoreError, OSError) as error:
            print(f"triaged: {error}", file=sys.stderr)
            return refuse_configuration(loaded.problems) if loaded.unusable else EXIT_FAILED


async def _run(
    read: tuple[Path, Loaded], store: str, outlet: logs.Outlet, crash_point: CrashPoint
) -> int:
    """Run on what was read from a path, if a daemon can; the exit status."""
    path, loaded = read
    clock = SystemClock()
    database = await open_database(store, clock, crash_point=crash_point)
    try:
        start = await startable(path, loaded, database)
        if start is None:
            return refuse_configuration(loaded.problems)
        configuration = start.configuration
        if (at := await database.now()) is not None:
            clock.follow(at)
        await database.check_free_space()
        async with database.transaction() as tx:
            is_shut = needs_stored_token(configuration) and not await tokens.listing(tx)
            key = await secrets.ensure(tx, KEY_NAME, new_secret())
            released = await pages.release_leases(tx)
        if released:
            log.warning("leases.released", pages=released)
        if is_shut:
            return refuse_without_tokens(path, configuration.store)
        parts = Parts(path, start, clock, database, Secret(key), crash_point)
        daemon = Daemon(parts)
        outlet.dropped = daemon.metrics.log_lines_dropped.inc
        return await daemon.run()
    finally:
        await database.close()
