"""Loops that must not stop: restarted when they fail, given up on when they fail too often.

One loop's failure restarts that loop alone; more than `FAILURES_MAX` within `FAILURES_WITHIN_US`
end the process with an error, for systemd to start it anew (Erlang's restart intensity).
"""

import asyncio
import faulthandler
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

import structlog

from triaged.clock import Clock
from triaged.core.durations import SECOND

FAILURES_MAX = 5
FAILURES_WITHIN_US = 60 * SECOND
PAUSE_US = SECOND // 4
BLOCKED_MAX_S = 20
"""A loop that has not turned for so long is stuck in a call: dump every stack, exit, start anew."""

log = structlog.get_logger()
Loop = Callable[[], Awaitable[None]]


class GivenUp(Exception):
    """A loop has failed too often."""


async def supervise(name: str, loop: Loop, clock: Clock) -> None:
    """Run `loop` until it returns; after an error, again. Raises `GivenUp`."""
    failures: deque[int] = deque(maxlen=FAILURES_MAX)
    while True:
        try:
            await loop()
        except Exception as error:
            now = clock.now()
            if len(failures) == FAILURES_MAX and now - failures[0] < FAILURES_WITHIN_US:
                raise GivenUp(f"{name} has failed {FAILURES_MAX + 1} times in a minute") from error
            failures.append(now)
            log.exception("loop.failed", loop=name, failures=len(failures))
            await clock.sleep_until(now + PAUSE_US)
        else:
            return


async def run_all(loops: Mapping[str, Loop], clock: Clock, stop: asyncio.Event) -> None:
    """Supervise all `loops` until `stop` is set; then cancel what still runs."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(supervise(name, loop, clock), name=name)
            for name, loop in loops.items()
        ]
        await stop.wait()
        for task in tasks:
            task.cancel()


async def keep_turning(clock: Clock, ping: Callable[[], None]) -> None:
    """Call `ping` each second, and end the process if this loop is blocked for too long."""
    try:
        while True:
            faulthandler.dump_traceback_later(BLOCKED_MAX_S, exit=True)
            ping()
            await clock.sleep_until(clock.now() + SECOND)
    finally:
        faulthandler.cancel_dump_traceback_later()
