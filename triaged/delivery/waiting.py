"""Sleep until an instant, or until somebody says that there is work."""

import asyncio

from triaged.clock import Clock


async def until(clock: Clock, at: int, wake: asyncio.Event) -> None:
    """Return at `at` (µs UTC), or sooner when `wake` is set; clears it."""
    async with asyncio.TaskGroup() as group:
        ways = [group.create_task(clock.sleep_until(at)), group.create_task(wake.wait())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
    wake.clear()
