"""Readers wait for what was accepted before, and leave nothing behind."""

import asyncio

from triaged.intake.read_after_write import Glances


async def test_readers_wait_for_the_pack_that_was_the_last() -> None:
    glances = Glances(glance_s=1e9)

    async with asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(glances.wait_for(pack)) for pack in (1, 2, 3)]
        await asyncio.sleep(0)
        glances.decided(up_to=2)
        await asyncio.wait(readers[:2])
        assert len(glances) == 1
        glances.decided(up_to=3)


async def test_who_has_waited_for_a_glance_is_forgotten() -> None:
    glances = Glances(glance_s=0)

    await glances.wait_for(1)

    assert len(glances) == 0
