"""Readers wait for what was accepted before, and leave nothing behind."""

import asyncio

from triaged.intake.read_after_write import ReadAfterWrite


async def test_readers_wait_for_the_pack_that_was_the_last() -> None:
    waiting = ReadAfterWrite(read_wait_s=1e9)

    async with asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(waiting.wait_for(pack)) for pack in (1, 2, 3)]
        await asyncio.sleep(0)
        waiting.decided(up_to=2)
        await asyncio.wait(readers[:2])
        assert len(waiting) == 1
        waiting.decided(up_to=3)


async def test_who_has_waited_long_enough_is_forgotten() -> None:
    waiting = ReadAfterWrite(read_wait_s=0)

    await waiting.wait_for(1)

    assert len(waiting) == 0
