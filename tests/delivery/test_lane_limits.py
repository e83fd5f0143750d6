"""A provider that takes only so much: what waits, for how long, and who is paged meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from msgspec.structs import replace

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import moving
from tests.delivery.servers import receiver
from tests.delivery.test_lane import DESK
from tests.delivery.world import PATIENCE_S, Configured, World, people, world
from triaged.channels import telegram
from triaged.core.records.model import Page, PageState
from triaged.core.records.reasons import Reason
from triaged.core.settings import Contact, Settings
from triaged.core.time.durations import SECOND
from triaged.store.tables import timeline
from triaged.wire import Secret

BURST, EVERY_US = telegram.LIMITS.each[0].number, SECOND


class Chats:
    """A provider that takes everything, and remembers when what came."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.taken: list[tuple[int, str]] = []
        self._came = asyncio.Event()

    async def until(self, number: int) -> None:
        """Wait until so many messages have come."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.taken) < number:
                self._came.clear()
                await self._came.wait()

    async def take(self, request: web.Request) -> web.Response:
        """Take a message."""
        body: dict[str, Any] = msgspec.json.decode(await request.read())
        self.taken.append((self._clock.now() - NOW, body["text"][:5]))
        self._came.set()
        return web.json_response({"ok": True, "result": {"message_id": len(self.taken)}})


def chat(url: str) -> Configured:
    """The channel of the provider at `url`."""
    return Configured(
        "chat", "telegram", telegram.Settings(Secret("123:ABC"), "-100200300", url=url)
    )


def by_chat() -> Settings:
    """Alice is paged in a chat, and has a desk besides."""
    ours = people("chat", then=["desk"])
    ways = {"chat": Contact("chat", "-100200300"), "desk": Contact("desk")}
    return replace(ours, people={"alice": replace(ours.people["alice"], contacts=ways)})


async def held(w: World, number: int) -> list[Page]:
    """Wait until so many pages have been held for the rate; gives them in order of their slots."""

    def found() -> list[Page]:
        return [one for one in w.watch.pages.values() if "rate limit" in one.error]

    await w.watch.until_page(lambda _: len(found()) >= number)
    return sorted(found(), key=lambda page: page.due_at)


async def test_pages_over_the_rate_are_held_visibly_and_go_in_order(tmp_path: Path) -> None:
    clock = HandClock(NOW)
    chats = Chats(clock)
    async with (
        world(tmp_path, clock, by_chat()) as w,
        receiver(chats.take) as url,
        w.interrupted(chat(url), DESK),
    ):
        for _ in range(BURST + 4):
            await w.fires("SEV-2")
        pages = await held(w, 4)
        slots = [3 * SECOND + n * EVERY_US for n in range(4)]
        assert [page.due_at - NOW for page in pages] == slots
        assert not any(page.passed_on for page in pages)
        assert {page.channel for page in w.watch.pages.values()} == {"chat"}
        async with w.database.reading() as tx:
            entries = await timeline.of(tx, pages[0].incident, 0, 100)
        (entry,) = [one for one in entries if one.kind == "page.delayed"]
        assert entry.data["reason"] == Reason.RATE_LIMIT
        assert entry.data["until"] == pages[0].due_at
        assert "held until" in entry.text

        async with moving(w, clock):
            await chats.until(BURST + 4)
    assert all(at >= slot for (at, _), slot in zip(chats.taken[BURST:], slots, strict=True))


async def test_what_waits_long_goes_to_the_next_contact_and_the_worst_has_the_next_place(
    tmp_path: Path,
) -> None:
    clock = HandClock(NOW)
    chats = Chats(clock)
    async with (
        world(tmp_path, clock, by_chat()) as w,
        receiver(chats.take) as url,
        w.interrupted(chat(url), DESK),
    ):
        for _ in range(BURST + 10):
            await w.fires("SEV-2")
        pages = await held(w, 10)
        late = [page.due_at - NOW > 10 * SECOND for page in pages]
        assert [page.passed_on for page in pages] == late
        assert 0 < sum(late) < len(late)
        await w.watch.until_page(lambda page: page.channel == "desk")

        worst = await w.fires("SEV-1")
        first, second, *_ = await held(w, 11)
        assert worst in {first.incident, second.incident}
        assert first.due_at == second.due_at == pages[0].due_at
    desk = [page for page in w.watch.pages.values() if page.channel == "desk"]
    assert len(desk) == sum(late)
    assert PageState.FAILED not in {page.state for page in w.watch.pages.values()}
