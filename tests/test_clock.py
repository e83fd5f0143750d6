import asyncio
import time

from triaged.clock import SystemClock, Turns


def test_now_is_the_wall_clock_at_the_start_in_microseconds() -> None:
    before = time.time_ns() // 1000

    now = SystemClock().now()

    assert before - 1000 <= now <= time.time_ns() // 1000 + 1000


def test_now_never_goes_backwards() -> None:
    clock = SystemClock()

    readings = [clock.now() for _ in range(1000)]

    assert readings == sorted(readings)


def test_a_clock_that_follows_another_goes_on_from_there() -> None:
    clock = SystemClock()

    clock.follow(1_000_000)

    assert 1_000_000 <= clock.now() < 60_000_000


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


def test_a_turn_that_is_over_is_followed_by_a_rest() -> None:
    rests: list[float] = []
    yield_point = Turns(0, 1_500, rests.append)

    yield_point()
    yield_point()

    assert rests == [0.0015, 0.0015]


def test_a_turn_that_is_not_over_goes_on() -> None:
    rests: list[float] = []
    yield_point = Turns(10**12, 1_500, rests.append)

    yield_point()

    assert rests == []
