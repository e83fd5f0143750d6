"""Each job turns in its own loop: one that fails, or waits for ever, holds up no other."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.process.maintenance.jobs import (
    FAILED_PAUSE_US,
    WAITED_PAUSE_US,
    attempt,
    loops,
)
from triaged.process.supervision import run_all

TURNS = 5


class InstantClock:
    """Time passes only by sleeping, and at once."""

    def __init__(self) -> None:
        self.at = 0

    def now(self) -> int:
        """The instant it stands at."""
        return self.at

    async def sleep_until(self, at: int) -> None:
        """Be there."""
        self.at = max(self.at, at)
        await asyncio.sleep(0)


class Counted:
    """A job that counts its turns; perhaps each of them ends with an error."""

    every_us = SECOND

    def __init__(self, name: str, error: Exception | None) -> None:
        self.name = name
        self.error = error
        self.turns = 0
        self.counted: Callable[[], None] = lambda: None
        """Is called at each turn."""

    async def once(self) -> None:
        """Count."""
        self.turns += 1
        self.counted()
        if self.error is not None:
            raise self.error


class Waiting:
    """A job whose turn never ends."""

    name = "waiting"
    every_us = SECOND

    async def once(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()


async def test_a_job_that_fails_or_waits_holds_up_no_other_and_ends_nothing() -> None:
    clock, stop = InstantClock(), asyncio.Event()
    errors = {"good": None, "away": StoreUnavailable("away"), "faulty": ValueError("a bug")}
    jobs = [Counted(name, error) for name, error in errors.items()]
    for job in jobs:
        job.counted = lambda: stop.set() if min(one.turns for one in jobs) >= TURNS else None

    await run_all(loops([Waiting(), *jobs], clock), clock, stop)

    assert min(job.turns for job in jobs) >= TURNS
    assert clock.at >= TURNS * SECOND
    assert set(loops(jobs, clock)) == {f"maintenance.{name}" for name in errors}


@pytest.mark.parametrize(
    ("error", "pause_us", "event"),
    [
        (StoreUnavailable("away"), min(SECOND, WAITED_PAUSE_US), "maintenance.waited"),
        (ValueError("a bug"), FAILED_PAUSE_US, "maintenance.failed"),
    ],
)
async def test_what_keeps_a_job_from_its_work_is_logged(
    error: Exception, pause_us: int, event: str
) -> None:
    with capture_logs() as logs:
        found = await attempt(Counted("job", error))

    assert found == pause_us
    assert [(entry["event"], entry["job"]) for entry in logs] == [(event, "job")]
