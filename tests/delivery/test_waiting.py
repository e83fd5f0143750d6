import asyncio

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from triaged.core.time.durations import SECOND
from triaged.delivery.waiting import done_before, until


async def test_work_ends_the_sleep() -> None:
    wake = asyncio.Event()
    wake.set()

    await until(HandClock(NOW), NOW + 1_000_000, wake)

    assert not wake.is_set()


async def test_time_ends_the_sleep() -> None:
    clock, wake = HandClock(NOW), asyncio.Event()

    async with asyncio.TaskGroup() as group:
        sleeping = group.create_task(until(clock, NOW + 1_000_000, wake))
        await asyncio.sleep(0)
        assert not sleeping.done()
        await clock.pass_us(1_000_000)

    assert sleeping.done()


async def test_task_that_is_done_is_not_waited_for() -> None:
    clock = HandClock(NOW)

    async with asyncio.TaskGroup() as group:
        done = group.create_task(asyncio.sleep(0))

        assert await done_before(clock, NOW + SECOND, done)


async def test_task_that_takes_longer_is_not_done() -> None:
    clock, never = HandClock(NOW), asyncio.Event()

    async with asyncio.TaskGroup() as group:
        hangs = group.create_task(never.wait())
        waiting = group.create_task(done_before(clock, NOW + SECOND, hangs))
        await asyncio.sleep(0)
        await clock.pass_us(SECOND)

        assert not await waiting
        hangs.cancel()
