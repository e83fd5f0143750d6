"""The pace is kept between messages, however late one of them was."""

import asyncio

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import Bot
from triaged.channels import HttpRequest
from triaged.core.time.durations import SECOND
from triaged.delivery.pacing import Paced


def message(key: str) -> HttpRequest:
    return HttpRequest("POST", "https://x", {"idempotency-key": key}, b"")


async def test_each_message_waits_for_the_one_before() -> None:
    clock, bot = HandClock(NOW), Bot()
    paced = Paced(bot, clock)
    paced.every_us = SECOND

    async with asyncio.TaskGroup() as group:
        for key in "abc":
            group.create_task(paced.send(message(key)))
        await bot.next()
        assert bot.keys == ["a"]
        clock.stall(SECOND // 2)
        await clock.pass_us(SECOND)  # half a second late
        await bot.next()
        await clock.pass_us(SECOND // 2)
        assert bot.keys == ["a", "b"], "a second after the last one, not after its turn"
        await clock.pass_us(SECOND // 2)
        await bot.next()

    assert bot.keys == ["a", "b", "c"]


async def test_answer_that_is_awaited_holds_up_no_other_message() -> None:
    bot = Bot()
    paced = Paced(bot, HandClock(NOW))
    bot.open.clear()

    async with asyncio.TaskGroup() as group:
        group.create_task(paced.send(message("a")))
        group.create_task(paced.send(message("b")))
        await bot.next(2)
        bot.open.set()
    await paced.close()
