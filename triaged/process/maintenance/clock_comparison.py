"""Warn when the wall clock was stepped: deadlines go by triaged's own clock, logs may not."""

from typing import Protocol

import structlog

from triaged.core.time.durations import MINUTE, SECOND

STEP_WARN_US = MINUTE
"""A wall clock this far from ours is worth a warning."""

log = structlog.get_logger()


class SteppedClock(Protocol):
    """A clock that knows how far the wall clock is from it."""

    def step_us(self) -> int:
        """How far the wall clock is ahead, in µs."""


class ClockComparison:
    """Compares once a second."""

    name = "clock_comparison"
    every_us = SECOND

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        self._warned_us = 0
        """The step of the last warning."""

    async def once(self) -> None:
        """Warn, if the wall clock was stepped since the last warning."""
        step_us = self._clock.step_us()
        if abs(step_us - self._warned_us) > STEP_WARN_US:
            log.warning("clock.stepped", seconds=step_us // SECOND)
            self._warned_us = step_us
