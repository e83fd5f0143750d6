"""Sleep until an instant, or until somebody says that there is work."""

import asyncio
from typing import Any

from triaged.clock import Clock


async def until(clock: Clock, at: int, wake: asyncio.Event) -> None:
    """Return at `at` (µs UTC), or sooner when `wake` is set; clears it."""
    async with asyncio.TaskGroup() as group:
        ways = [group.create_task(clock.sleep_until(at)), group.create_task(wake.wait())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
    wake.clear()


async def done_before(clock: Clock, at: int, task: asyncio.Task[Any]) -> bool:
    """Wait for `task`, until `at` at most; whether it is done."""
    async with asyncio.TaskGroup() as group:
        sleeping = group.create_task(clock.sleep_until(at))
        try:
            await asyncio.wait((task, sleeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
    return task.done()
