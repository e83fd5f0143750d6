"""A provider is asked by one daemon, and what it tells is done once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from tests.channels.fakes.telegram import CHAT, SECRET, TOKEN, Telegram, wrong
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import moving
from tests.delivery.world import KEY, Configured, World, people, world
from triaged.calls.answering import Calls
from triaged.calls.parts import Parts
from triaged.channels import HttpRequest, HttpResponse, Message, Result, telegram
from triaged.core.settings import Contact, Settings
from triaged.delivery.listeners.keeping import Listeners
from triaged.delivery.listeners.polling import Tools, is_asked
from triaged.store.tables import incidents, timeline
from triaged.wire import Secret

ASKED = Configured("telegram", "telegram", telegram.Settings(Secret(TOKEN), str(CHAT)))
CALLED = replace(
    ASKED, settings=telegram.Settings(Secret(TOKEN), str(CHAT), webhook_secret=Secret(SECRET))
)


class Wire:
    """The way to Telegram: a poll that brings nothing waits until somebody writes."""

    def __init__(self, peer: Telegram) -> None:
        self.peer = peer
        self.said = asyncio.Event()
        self.answered: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, message: Message) -> Result:
        """Its answer."""
        assert isinstance(message, HttpRequest)
        found = self.peer.answer(message)
        name = self.peer.asked[-1][0]
        if (
            name == "getUpdates"
            and isinstance(found, HttpResponse)
            and b'"result":[]' in found.body
        ):
            self.said.clear()
            await self.said.wait()
        if name in ("sendMessage", "answerCallbackQuery", "setWebhook"):
            self.answered.put_nowait(name)
        return found

    async def close(self) -> None:
        """Nothing is open."""


def ours() -> Settings:
    base = people("telegram")
    alice = replace(base.people["alice"], contacts={"telegram": Contact("telegram", str(CHAT))})
    return replace(base, people={"alice": alice})


@asynccontextmanager
async def listening(
    w: World, wire: Wire, channel: Configured, holder: str = "a"
) -> AsyncIterator[Listeners]:
    """Listeners at work; stopped in order at the end."""
    calls = Calls(Parts(w.engine, w.database, w.clock, KEY, wire))
    tools = Tools(calls, w.database, w.clock, wire, holder)
    listeners = Listeners(tools)
    listeners.reload({"telegram": channel}, "https://triaged.example.org")
    async with asyncio.TaskGroup() as group:
        group.create_task(calls.run())
        group.create_task(listeners.run())
        yield listeners
        listeners.stop()
        calls.stop()


async def notes(w: World) -> list[str]:
    async with w.database.reading() as tx:
        return [one.text for one in await timeline.of(tx, 1, 0, 50) if one.kind == "note"]


async def holder(w: World) -> str | None:
    async with w.database.reading() as tx:
        found = await incidents.fetch(tx, 1)
    return None if found is None else found.holder


async def test_what_somebody_writes_is_done_and_answered_once(tmp_path: Path) -> None:
    peer, clock = Telegram(), HandClock(MONDAY)
    wire = Wire(peer)
    async with world(tmp_path, clock, ours()) as w:
        await w.fires()
        peer.writes("ack INC-1")
        async with listening(w, wire, ASKED), asyncio.timeout(20):
            await wire.answered.get()
            assert await holder(w) == "alice"
            peer.writes("note INC-1 hm")
            wire.said.set()
            await wire.answered.get()

    texts = [body["text"] for name, body in peer.asked if name == "sendMessage"]
    assert texts[0].startswith("INC-1: acknowledged by Alice")
    assert texts[1] == "INC-1: the note is on the timeline."
    assert len(texts) == 2


async def test_failure_is_followed_by_another_try(tmp_path: Path) -> None:
    peer, clock = Telegram(), HandClock(MONDAY)
    wire = Wire(peer)
    async with world(tmp_path, clock, ours()) as w:
        await w.fires()
        peer.answers = [wrong(404, "x"), wrong(502, "Bad Gateway"), wrong(409, "Conflict")]
        peer.writes("ack INC-1")
        async with listening(w, wire, ASKED), moving(w, clock), asyncio.timeout(20):
            await wire.answered.get()

        assert await holder(w) == "alice"


async def test_two_daemons_ask_one_after_the_other(tmp_path: Path) -> None:
    peer, clock = Telegram(), HandClock(MONDAY)
    one, two = Wire(peer), Wire(peer)
    async with world(tmp_path, clock, ours()) as w:
        await w.fires()
        peer.writes("note INC-1 first")
        async with listening(w, one, ASKED, "a"), asyncio.timeout(20):
            await one.answered.get()
        peer.writes("note INC-1 second")
        async with listening(w, two, ASKED, "b"), asyncio.timeout(20):
            while len(await notes(w)) < 2:
                await two.answered.get()

        assert await notes(w) == ["first", "second"], "nothing was done twice"


async def test_provider_that_calls_is_told_where_and_not_asked(tmp_path: Path) -> None:
    peer, clock = Telegram(), HandClock(MONDAY)
    wire = Wire(peer)
    async with (
        world(tmp_path, clock, ours()) as w,
        listening(w, wire, CALLED),
        moving(w, clock),
        asyncio.timeout(20),
    ):
        assert await wire.answered.get() == "setWebhook"

    assert peer.webhook["url"] == "https://triaged.example.org/callbacks/telegram"
    assert "getUpdates" not in [name for name, _ in peer.asked]
    assert (is_asked(ASKED), is_asked(CALLED)) == (True, False)
