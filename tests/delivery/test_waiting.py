import asyncio

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from triaged.delivery.waiting import until


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
