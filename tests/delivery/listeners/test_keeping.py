"""A listener for each channel that wants one, also after a reload."""

import asyncio
from pathlib import Path

from tests.channels.fakes.telegram import Telegram
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.listeners.test_polling import ASKED, Wire, listening, ours
from tests.delivery.request_world import moving
from tests.delivery.world import world


async def test_channel_that_a_reload_removes_is_not_asked_any_more(tmp_path: Path) -> None:
    peer, clock = Telegram(), HandClock(MONDAY)
    wire = Wire(peer)
    async with world(tmp_path, clock, ours()) as w:
        await w.fires()
        async with listening(w, wire, ASKED) as listeners, moving(w, clock), asyncio.timeout(20):
            peer.writes("note INC-1 before")
            wire.said.set()
            await wire.answered.get()
            listeners.reload({}, "")
            await clock.pass_us(60_000_000)
            before = len(peer.asked)
            listeners.reload({"telegram": ASKED}, "")
            peer.writes("note INC-1 after")
            await wire.answered.get()

    assert len(peer.asked) > before
