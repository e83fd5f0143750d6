import asyncio
import socket
import threading

import pytest

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from triaged.delivery.carriers.resolver import MEMORY_US, THREADS, Answers, Resolver


class Names:
    """A name server: what it knows, and whether it works."""

    def __init__(self) -> None:
        self.works = True
        self.asked = 0

    def ask(self, host: str, port: int, family: int) -> Answers:
        self.asked += 1
        if not self.works:
            raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]


async def test_addresses_are_those_of_the_system() -> None:
    resolver = Resolver(HandClock(NOW))

    (found,) = await resolver.resolve("127.0.0.1", 80)

    assert (found["host"], found["port"], found["family"]) == ("127.0.0.1", 80, socket.AF_INET)
    await resolver.close()


async def test_last_good_answer_stands_in_for_an_hour() -> None:
    clock, names = HandClock(NOW), Names()
    resolver = Resolver(clock, names.ask)
    first = await resolver.resolve("hooks.example.org", 443)
    names.works = False

    await clock.pass_us(MEMORY_US)
    assert await resolver.resolve("hooks.example.org", 443) == first
    await clock.pass_us(1)
    with pytest.raises(OSError, match="temporary failure"):
        await resolver.resolve("hooks.example.org", 443)
    await resolver.close()


async def test_name_that_was_never_known_is_an_error() -> None:
    names = Names()
    names.works = False
    resolver = Resolver(HandClock(NOW), names.ask)

    with pytest.raises(OSError, match="temporary failure"):
        await resolver.resolve("hooks.example.org", 443)
    await resolver.close()


async def test_working_name_server_is_always_asked() -> None:
    names = Names()
    resolver = Resolver(HandClock(NOW), names.ask)

    await resolver.resolve("hooks.example.org", 443)
    await resolver.resolve("hooks.example.org", 443)

    assert names.asked == 2
    await resolver.close()


async def test_name_that_hangs_keeps_one_thread_and_no_other_name_waits() -> None:
    names, release = Names(), threading.Event()

    def ask(host: str, port: int, family: int) -> Answers:
        if host == "hangs.example.org":
            names.asked += 1
            release.wait()
            return []
        return names.ask(host, port, family)

    resolver = Resolver(HandClock(NOW), ask)
    async with asyncio.TaskGroup() as group:
        waiting = [
            group.create_task(resolver.resolve("hangs.example.org", 443))
            for _ in range(2 * THREADS)
        ]
        (found,) = await resolver.resolve("hooks.example.org", 443)
        release.set()

    assert found["host"] == "192.0.2.1"
    assert [task.result() for task in waiting] == [[]] * len(waiting)
    assert names.asked == 2
    await resolver.close()


async def test_who_gives_up_does_not_take_the_answer_from_others() -> None:
    release = threading.Event()

    def ask(host: str, port: int, family: int) -> Answers:
        release.wait()
        return Names().ask(host, port, family)

    resolver = Resolver(HandClock(NOW), ask)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(resolver.resolve("hooks.example.org", 443))
        second = group.create_task(resolver.resolve("hooks.example.org", 443))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        release.set()

    assert [one["host"] for one in second.result()] == ["192.0.2.1"]
    await resolver.close()
