"""Requests go out once, at their pace, fenced by leases, and never in the way of a page."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import (
    Bot,
    RequestWatch,
    asking,
    interrupted,
    moving,
    put,
    request,
    rooms,
    stored,
)
from tests.delivery.servers import receiver
from tests.delivery.world import Inbox, World, hook, people, world
from triaged.channels import HttpResponse, NoAnswer
from triaged.core.records.effects import Effect
from triaged.core.records.model import PageState
from triaged.core.records.practice.requests import RequestState
from triaged.core.time.durations import MINUTE, SECOND
from triaged.delivery.request_lane import ALL_MAX, LEASE_US
from triaged.store.tables.practice_rows import requests

SENT = RequestState.SENT


def watch_of(w: World) -> RequestWatch:
    assert isinstance(w.watch, RequestWatch)
    return w.watch


async def test_request_goes_out_and_what_it_gave_is_kept(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("INC-1/room/bot", NOW))
        async with asking(w, rooms("bot"), bot):
            sent = await watch_of(w).until_state("INC-1/room/bot", SENT)

    assert bot.keys == ["INC-1/room/bot"]
    assert sent.result == {"url": "https://chat.example.org/c1", "name": "#c1"}
    assert sent.attempts == 1


async def test_failed_attempt_is_made_again_after_its_pause(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot(NoAnswer("connection refused"))
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        async with asking(w, rooms("bot"), bot):
            waits = await watch_of(w).until_request(lambda one: bool(one.error))
            await bot.next()
            await clock.pass_us(waits.due_at - NOW)
            sent = await watch_of(w).until_state("a", SENT)

    assert bot.keys == ["a", "a"]
    assert sent.attempts == 2


async def test_claim_of_a_process_that_died_comes_again_when_its_lease_ends(
    tmp_path: Path,
) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        async with w.database.transaction() as tx:
            await requests.claim(tx, "integration/bot", NOW, LEASE_US, 1)
        async with asking(w, rooms("bot"), bot):
            clock.stall(LEASE_US)
            await clock.pass_us(SECOND)
            sent = await watch_of(w).until_state("a", SENT)

    assert (sent.attempts, sent.token) == (2, 2)
    assert sent.maybe_since == NOW, "nobody knows how the first attempt ended"


async def test_attempt_that_a_crash_interrupts_is_made_again(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        bot.open.clear()
        async with interrupted(w, rooms("bot"), bot):
            await bot.next()
        assert (await stored(w, "a")).state is RequestState.DUE
        bot.open.set()
        clock.stall(LEASE_US + SECOND)
        async with asking(w, rooms("bot"), bot):
            await watch_of(w).until_state("a", SENT)

    assert bot.keys == ["a", "a"]


async def test_two_processes_at_once_send_each_request_once(tmp_path: Path) -> None:
    clock, one, two = HandClock(NOW), Bot(), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        names = [f"r{number}" for number in range(20)]
        lanes = [f"integration/bot{number}" for number in range(4)]
        await put(w, *(request(each, NOW, lanes[i % 4]) for i, each in enumerate(names)))
        configured = rooms(*(lane.partition("/")[2] for lane in lanes))
        async with (
            asking(w, configured, one),
            asking(w, configured, two),
            moving(w, clock),
        ):
            for name in names:
                await watch_of(w).until_state(name, SENT)

    assert sorted(one.keys + two.keys) == sorted(names)


async def test_requests_of_a_lane_keep_its_pace(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, *(request(f"r{number}", NOW) for number in range(3)))
        async with asking(w, rooms("bot"), bot):
            await bot.next()
            await watch_of(w).until_state("r0", SENT)
            assert bot.keys == ["r0"]
            await clock.pass_us(SECOND // 10)
            await watch_of(w).until_state("r1", SENT)
            assert bot.keys == ["r0", "r1"]
            await clock.pass_us(SECOND // 10)
            await watch_of(w).until_state("r2", SENT)


async def test_of_one_topic_only_the_newest_goes(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, *(request(f"r{n}", NOW, topic="t", created_at=NOW + n) for n in range(4)))
        async with asking(w, rooms("bot"), bot), moving(w, clock):
            await watch_of(w).until_state("r3", SENT)

    assert bot.keys == ["r3"]
    states = [watch_of(w).requests[f"r{n}"].state for n in range(3)]
    assert states == [RequestState.SUPERSEDED] * 3


async def test_third_party_that_fails_is_given_a_pause(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot(*(HttpResponse(503, {}, b"") for _ in range(3)))
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, *(request(f"r{number}", NOW) for number in range(4)))
        async with asking(w, rooms("bot"), bot):
            for number in range(3):
                await bot.next()
                await watch_of(w).until_state(f"r{number}", RequestState.DUE)
                await clock.pass_us(SECOND // 10)
            waits = await watch_of(w).until_request(lambda one: one.id == "r3" and bool(one.error))

    assert len(bot.keys) == 3
    assert (waits.attempts, waits.error) == (
        0,
        "the third party does not answer, and is given a pause",
    )


async def test_integration_that_a_reload_removed_is_a_refusal(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        async with asking(w, rooms("other"), bot):
            failed = await watch_of(w).until_state("a", RequestState.FAILED)

    assert failed.error == "integration/bot makes no rooms: the configuration has changed"


async def test_kind_that_nobody_knows_is_left_in_the_outbox(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        later = replace(request("a", NOW, "x"), kind="later.version")
        await put(w, later, request("b", NOW))
        async with asking(w, rooms("bot"), bot):
            await watch_of(w).until_state("b", SENT)
        assert (await stored(w, "a")).state is RequestState.DUE


async def test_error_of_ours_counts_as_an_attempt_that_may_have_been_accepted(
    tmp_path: Path,
) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW, body={}))
        async with asking(w, rooms("bot"), bot):
            waits = await watch_of(w).until_request(lambda one: bool(one.error))

    assert (waits.error, waits.maybe_since) == ("internal error: KeyError", NOW)


async def test_lease_of_a_long_attempt_is_prolonged(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        bot.open.clear()
        async with asking(w, rooms("bot"), bot):
            await bot.next()
            async with moving(w, clock):
                await clock.sleep_until(NOW + 2 * LEASE_US)
                async with w.database.transaction() as tx:
                    claimed = await requests.claim(tx, "integration/bot", clock.now(), 1, 1)
            bot.open.set()
            await watch_of(w).until_state("a", SENT)

    assert claimed == []
    assert bot.keys == ["a"]


class Stalling(RequestWatch):
    """The process stands still once, when it has been decided that a request may go."""

    def __init__(self, clock: HandClock, us: int) -> None:
        super().__init__()
        self._clock, self._us = clock, us

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """As a watch, and stall."""
        super().committed(effects, seconds, alerts)
        self._clock.stall(self._us)
        self._us = 0


async def test_attempt_is_not_made_when_its_lease_may_end_meanwhile(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    stalling = Stalling(clock, LEASE_US)
    async with world(tmp_path, clock, people("hook"), stalling) as w:
        await put(w, request("a", NOW))
        async with asking(w, rooms("bot"), bot):
            waits = await stalling.until_request(lambda one: bool(one.error))

    assert bot.keys == []
    assert (waits.attempts, waits.error) == (0, "the lease had no time left for an attempt")


async def test_stop_waits_for_what_is_under_way_but_not_for_ever(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        bot.open.clear()
        async with moving(w, clock), asking(w, rooms("bot"), bot):
            await bot.next()
        assert (await stored(w, "a")).state is RequestState.DUE


async def test_attempt_that_ends_while_the_process_stops_is_kept(tmp_path: Path) -> None:
    clock, bot = HandClock(NOW), Bot()
    async with world(tmp_path, clock, people("hook"), RequestWatch()) as w:
        await put(w, request("a", NOW))
        bot.open.clear()
        async with asking(w, rooms("bot"), bot) as lanes:
            await bot.next()
            lanes.stop()
            bot.open.set()
            await watch_of(w).until_state("a", SENT)


@pytest.mark.parametrize("lanes", [1000, 1])
async def test_thousand_requests_that_hang_delay_no_page(tmp_path: Path, lanes: int) -> None:
    clock, bot, inbox = HandClock(NOW), Bot(), Inbox()
    bot.open.clear()
    names = [f"bot{number}" for number in range(lanes)]
    async with (
        world(tmp_path, clock, people("hook"), RequestWatch()) as w,
        receiver(inbox.take) as url,
        w.delivering(hook("hook", url)),
    ):
        rows = (
            request(f"r{n}", NOW, f"integration/bot{n % lanes}", gives_up_at=NOW + MINUTE)
            for n in range(1000)
        )
        await put(w, *rows)
        async with interrupted(w, rooms(*names), bot):
            await bot.next(min(lanes, ALL_MAX))
            await w.fires()
            await inbox.next()
            await w.watch.until("hook", PageState.SENT)

    assert len(bot.keys) <= ALL_MAX, "and time has not moved"
    assert clock.now() == NOW
