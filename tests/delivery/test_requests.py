"""Lanes open where there are requests, close when there are none, and go on after a reload."""

from pathlib import Path

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import (
    Bot,
    RequestWatch,
    asking,
    moving,
    put,
    request,
    rooms,
    until_looked,
)
from tests.delivery.world import people, world
from triaged.core.records.practice.request_events import RequestRetried
from triaged.core.records.practice.requests import RequestState
from triaged.core.time.durations import MINUTE

SENT = RequestState.SENT


async def test_request_that_a_commit_brings_goes_at_once(tmp_path: Path) -> None:
    clock, bot, watch = HandClock(NOW), Bot(), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w, asking(w, rooms("bot"), bot):
        await until_looked(w)
        await put(w, request("a", NOW, state=RequestState.FAILED))

        await w.submit(RequestRetried("a", "alice"))
        await watch.until_state("a", SENT)

    assert clock.now() == NOW


async def test_lane_that_has_closed_opens_again(tmp_path: Path) -> None:
    clock, bot, watch = HandClock(NOW), Bot(), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w:
        await put(w, request("a", NOW))
        async with asking(w, rooms("bot"), bot), moving(w, clock):
            await watch.until_state("a", SENT)
            await clock.sleep_until(clock.now() + MINUTE)
            await put(w, request("b", clock.now()))
            await watch.until_state("b", SENT)

    assert bot.keys == ["a", "b"]


async def test_reload_reaches_lanes_at_work(tmp_path: Path) -> None:
    clock, bot, watch = HandClock(NOW), Bot(), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w:
        await put(w, request("a", NOW))
        async with asking(w, rooms("other"), bot) as lanes:
            await watch.until_state("a", RequestState.FAILED)
            lanes.reload(rooms("bot"))
            await w.submit(RequestRetried("a", "alice"))
            await watch.until_state("a", SENT)


async def test_lanes_may_be_run_again(tmp_path: Path) -> None:
    clock, bot, watch = HandClock(NOW), Bot(), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w:
        async with asking(w, rooms("bot"), bot):
            await until_looked(w)
        await put(w, request("a", NOW))
        async with asking(w, rooms("bot"), bot):
            await watch.until_state("a", SENT)
