"""Loops that must not stop: restarted when they fail, given up on when they fail too often.

One loop's failure restarts that loop alone; more than `FAILURES_MAX` within `FAILURES_WITHIN_US`
end the process with an error, for systemd to start it anew (Erlang's restart intensity).
"""

import asyncio
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

import structlog

from triaged.clock import Clock
from triaged.core.time.durations import SECOND

FAILURES_MAX = 5
FAILURES_WITHIN_US = 60 * SECOND
PAUSE_US = SECOND // 4
CHECK_S = 1.0
BLOCKED_CHECKS_MAX = 20
"""An event loop that has not turned between so many checks is stuck in a call: every stack is
logged, and the process exits, for systemd to start it anew."""

EXIT_BLOCKED = 1

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


class Sentry:
    """Checks, on a thread, that the event loop turns; ends the process when it does not.

    It counts checks and not time: a process that is stopped (SIGSTOP, a frozen machine) does not
    check either, and is not blocked. What keeps the whole interpreter from working
    is left to systemd's watchdog.
    """

    def __init__(self) -> None:
        self._checks = 0
        self._over = threading.Event()

    def turned(self) -> None:
        """The loop turns."""
        self._checks = 0

    def check(self) -> bool:
        """True if the loop has been blocked for too long."""
        self._checks += 1
        return self._checks > BLOCKED_CHECKS_MAX

    def watch(self) -> None:
        """Check until `stop`; end the process when the loop is blocked."""
        while not self._over.wait(CHECK_S):
            if self.check():
                try:
                    log.error("loop.blocked", exception=stacks())
                    self._over.wait(CHECK_S)  # the line gets out, if somebody reads
                finally:
                    os._exit(EXIT_BLOCKED)

    def stop(self) -> None:
        """End the checks."""
        self._over.set()


def stacks() -> str:
    """The stack of every thread."""
    frames = sys._current_frames()
    return "\n".join("".join(traceback.format_stack(frame)) for frame in frames.values())


async def keep_turning(clock: Clock, ping: Callable[[], None]) -> None:
    """Call `ping` each second, and end the process if this loop is blocked for too long."""
    sentry = Sentry()
    threading.Thread(target=sentry.watch, name="sentry", daemon=True).start()
    try:
        while True:
            sentry.turned()
            ping()
            await clock.sleep_until(clock.now() + SECOND)
    finally:
        sentry.stop()
