"""Repetition of maintenance jobs: each in a task of its own, so that none holds up another.

A job that waits (a large deletion, a store that is away) delays its own next turn only. One that
fails is logged and tried again; it never ends the process, since no page depends on it. That is the
difference from `supervision`, which restarts the process when a loop that pages keeps failing.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog

from triaged.clock import Clock
from triaged.core.time.durations import MINUTE, SECOND
from triaged.errors import StoreUnavailable
from triaged.process.supervision import Loop

FIRST_AFTER_US = SECOND
"""A start has more urgent work."""

WAITED_PAUSE_US = 10 * SECOND
"""At most, until a job is tried again that could not use the store."""

FAILED_PAUSE_US = MINUTE
"""After an unexpected error, which the next second would only repeat in the log."""

log = structlog.get_logger()


class Job(Protocol):
    """A job that is repeated."""

    @property
    def name(self) -> str:
        """Its name in the log."""

    @property
    def every_us(self) -> int:
        """Time from the end of a turn until the next."""

    async def once(self) -> None:
        """Do what is to be done now. Raises StoreUnavailable: it is tried again."""


def loops(jobs: Sequence[Job], clock: Clock) -> Mapping[str, Loop]:
    """A loop for each job, by the name of its task."""
    return {f"maintenance.{job.name}": partial(repeat, job, clock) for job in jobs}


async def repeat(job: Job, clock: Clock) -> None:
    """Do `job` again and again until cancelled."""
    pause_us = FIRST_AFTER_US
    while True:
        await clock.sleep_until(clock.now() + pause_us)
        pause_us = await attempt(job)


async def attempt(job: Job) -> int:
    """Do `job` once; the time until the next turn, in µs."""
    try:
        await job.once()
    except StoreUnavailable as error:
        log.warning("maintenance.waited", job=job.name, error=str(error))
        return min(job.every_us, WAITED_PAUSE_US)
    except Exception:
        log.exception("maintenance.failed", job=job.name)
        return max(job.every_us, FAILED_PAUSE_US)
    return job.every_us
