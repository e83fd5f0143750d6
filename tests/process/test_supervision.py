import asyncio
from functools import partial

import pytest

from triaged.core.time.durations import MINUTE
from triaged.process.supervision import (
    BLOCKED_CHECKS_MAX,
    FAILURES_MAX,
    GivenUp,
    Sentry,
    run_all,
    stacks,
    supervise,
)


class InstantClock:
    """Time passes only by sleeping, and at once."""

    def __init__(self, step_us: int = 0) -> None:
        self.at = 0
        self.step_us = step_us

    def now(self) -> int:
        """Each look costs a step."""
        self.at += self.step_us
        return self.at

    async def sleep_until(self, at: int) -> None:
        """Be there."""
        self.at = max(self.at, at)
        await asyncio.sleep(0)


class Loop:
    """A loop that fails so often before it ends."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise ValueError("no")


async def test_a_loop_that_fails_is_restarted() -> None:
    loop = Loop(failures=FAILURES_MAX)

    await supervise("loop", loop, InstantClock())

    assert loop.runs == FAILURES_MAX + 1


async def test_a_loop_that_fails_too_often_is_given_up() -> None:
    with pytest.raises(GivenUp, match="loop has failed 6 times in a minute"):
        await supervise("loop", Loop(failures=100), InstantClock())


async def test_failures_far_apart_are_forgiven() -> None:
    loop = Loop(failures=50)

    await supervise("loop", loop, InstantClock(step_us=MINUTE))

    assert loop.runs == 51


async def test_stopping_cancels_every_loop() -> None:
    stop, cancelled = asyncio.Event(), []

    async def for_ever(name: str) -> None:
        try:
            stop.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(name)
            raise

    await run_all({n: partial(for_ever, n) for n in "ab"}, InstantClock(), stop)

    assert sorted(cancelled) == ["a", "b"]


async def test_a_loop_given_up_ends_the_others_and_the_process() -> None:
    loops = {"bad": Loop(failures=100), "good": asyncio.Event().wait}

    with pytest.raises(ExceptionGroup) as raised:
        await run_all(loops, InstantClock(), asyncio.Event())  # type: ignore[arg-type]  # True is no None

    assert raised.group_contains(GivenUp)


def test_a_loop_that_turns_is_not_blocked_and_one_that_does_not_is_after_so_many_looks() -> None:
    sentry = Sentry()
    for _ in range(BLOCKED_CHECKS_MAX):
        sentry.check()
    sentry.turned()

    checks = [sentry.check() for _ in range(BLOCKED_CHECKS_MAX + 1)]

    assert checks == [False] * BLOCKED_CHECKS_MAX + [True]


def test_the_stacks_say_what_every_thread_does() -> None:
    assert "test_the_stacks_say_what_every_thread_does" in stacks()
