"""The one place that knows what time it is."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

_ELAPSED_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """The clock of the shell; the core gets `now` as an argument."""

    def now(self) -> int:
        """The present instant in µs UTC; it never goes backwards."""

    async def sleep_until(self, at: int) -> None:
        """Return when `now()` has reached `at` (µs UTC); at once if it has."""


class ThreadClock(Clock, Protocol):
    """A clock that also reports the calling thread's processor time."""

    def spent(self) -> int:
        """Processor time that the calling thread has used, in µs."""


class SystemClock:
    """Wall-clock time at start, or the database's, plus what has passed since, suspends included.

    Steps of the wall clock after the start do not move deadlines; `step_us` tells how far the
    wall clock has drifted from ours, for a log line and a metric.
    """

    def __init__(self) -> None:
        self._anchor_us = time.time_ns() // 1000 - self._elapsed_us()

    @staticmethod
    def _elapsed_us() -> int:
        return time.clock_gettime_ns(_ELAPSED_CLOCK) // 1000

    def now(self) -> int:
        """Now, in µs UTC."""
        return self._anchor_us + self._elapsed_us()

    def follow(self, at: int) -> None:
        """Take for now what another clock has just said (µs UTC): at the start, not later."""
        self._anchor_us = at - self._elapsed_us()

    def step_us(self) -> int:
        """Lead of the wall clock over ours, in µs."""
        return time.time_ns() // 1000 - self.now()

    async def sleep_until(self, at: int) -> None:
        """Sleep until `at`, looking again each second: a suspend does not count as sleep."""
        while (left_us := at - self.now()) > 0:
            await asyncio.sleep(min(left_us / 1e6, 1.0))

    def spent(self) -> int:
        """The thread's processor time, in µs."""
        return time.thread_time_ns() // 1000


class Turns:
    """Work in small turns, between which other threads have the interpreter to themselves.

    Whoever works calls it every few hundred µs. Without it they would wait for each other at
    every hand-over, and one alert needs some 45 of them.
    """

    def __init__(
        self, work_us: int, rest_us: int, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._work_s, self._rest_s = work_us / 1e6, rest_us / 1e6
        self._sleep = sleep
        self._until = time.perf_counter() + self._work_s

    def __call__(self) -> None:
        """Go on, or rest when the turn is over."""
        if time.perf_counter() < self._until:
            return
        self._sleep(self._rest_s)
        self._until = time.perf_counter() + self._work_s
