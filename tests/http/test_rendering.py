"""Turns of making pages: so many at one time, so many that wait, and no more."""

import asyncio

from triaged.http.rendering import Rendering


async def test_more_than_may_wait_are_told_so() -> None:
    rendering, go_on = Rendering(at_once=1, waiting_max=1), asyncio.Event()

    async def make() -> None:
        async with rendering.turn():
            await go_on.wait()

    async def finish() -> None:
        go_on.set()

    async def look() -> bool:
        return rendering.is_full

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(make())
        before = tasks.create_task(look())
        tasks.create_task(make())
        during = tasks.create_task(look())
        tasks.create_task(finish())

    assert (before.result(), during.result(), rendering.is_full) == (False, True, False)
