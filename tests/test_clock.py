import asyncio
import time

from triaged.clock import SystemClock


def test_now_is_the_wall_clock_at_the_start_in_microseconds() -> None:
    before = time.time_ns() // 1000

    now = SystemClock().now()

    assert before - 1000 <= now <= time.time_ns() // 1000 + 1000


def test_now_never_goes_backwards() -> None:
    clock = SystemClock()

    readings = [clock.now() for _ in range(1000)]

    assert readings == sorted(readings)


def test_without_a_step_the_clocks_agree() -> None:
    assert abs(SystemClock().step_us()) < 1_000_000


async def test_sleeping_until_the_past_returns_at_once() -> None:
    clock = SystemClock()

    await asyncio.wait_for(clock.sleep_until(clock.now() - 1), timeout=60)


async def test_sleeping_ends_when_the_instant_has_come() -> None:
    clock = SystemClock()
    at = clock.now() + 2000

    await clock.sleep_until(at)

    assert clock.now() >= at
