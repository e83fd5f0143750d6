import asyncio
from pathlib import Path

from aiohttp import web
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.servers import cut, receiver, scripted, silence
from tests.delivery.world import KEY, PATIENCE_S, Configured, Inbox, hook, people, world
from triaged.access.action_links import parse
from triaged.channels import console, webhook
from triaged.clock import SystemClock
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import PageState
from triaged.core.time.durations import SECOND
from triaged.store.tables import pages

WIDTH = webhook.LIMITS.width
DESK = Configured("desk", "console", console.Settings())


async def test_page_reaches_the_receiver_and_its_row_is_sent(tmp_path: Path) -> None:
    clock, inbox = SystemClock(), Inbox()

    async with (
        world(tmp_path, clock, people("hook")) as w,
        receiver(inbox.take) as url,
        w.delivering(hook("hook", url)),
    ):
        number = await w.fires()
        await inbox.next()
        page = await w.watch.until("hook", PageState.SENT)

    body = inbox.bodies[0]
    assert (body["type"], body["incident"]["id"]) == ("page", f"INC-{number}")
    assert body["page"]["possible_duplicate"] is False
    assert [one["state"] for one in body["incident"]["what"]["alerts"]] == ["firing"]
    assert inbox.keys == [page.id]
    link = parse(str(body["acknowledge_url"]).rpartition("/")[2], KEY, clock.now())
    assert link is not None
    assert (link.incident, link.person) == (number, "alice")


async def test_page_is_printed_on_the_console(tmp_path: Path) -> None:
    async with world(tmp_path, SystemClock(), people("desk")) as w:
        async with w.delivering(DESK):
            await w.fires()
            await w.watch.until("desk", PageState.SENT)

        assert w.console.getvalue().startswith("SEV-1 PAGE for alice ---")


async def test_slow_provider_delays_only_its_own_lane(tmp_path: Path) -> None:
    inbox = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("slow", "hook")) as w,
        receiver(inbox.take) as url,
        scripted(silence) as hung,
    ):
        slow = hook("slow", f"http://127.0.0.1:{hung.port}")
        async with w.interrupted(slow, hook("hook", url)):
            for _ in range(2 * WIDTH):
                await w.fires()
            await inbox.next(2 * WIDTH)
            assert 0 < hung.connections <= WIDTH


async def test_one_recipient_takes_half_of_a_lane(tmp_path: Path) -> None:
    most = under_way = 0
    inbox, full = Inbox(), asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        if under_way == WIDTH // 2:
            full.set()
        async with asyncio.timeout(5):
            await full.wait()
        answer = await inbox.take(request)
        under_way -= 1
        return answer

    async with world(tmp_path, SystemClock(), people("hook")) as w, receiver(take) as url:
        for _ in range(3 * WIDTH):
            await w.fires()
        async with w.delivering(hook("hook", url)):
            await inbox.next(3 * WIDTH)

    assert most == WIDTH // 2


async def test_worst_severity_goes_first(tmp_path: Path) -> None:
    inbox = Inbox()

    async with world(tmp_path, SystemClock(), people("hook")) as w, receiver(inbox.take) as url:
        for _ in range(WIDTH):
            await w.fires("SEV-3")
        await w.fires("SEV-1")
        async with w.delivering(hook("hook", url)):
            await inbox.next(WIDTH + 1)

    assert "SEV-1" in [body["incident"]["severity"] for body in inbox.bodies[:WIDTH]]


async def test_refusal_starts_the_next_contact_and_is_not_tried_again(tmp_path: Path) -> None:
    bad, good = Inbox(web.Response(status=400)), Inbox()

    async with (
        world(tmp_path, SystemClock(), people("bad", then=["good"])) as w,
        receiver(bad.take) as bad_url,
        receiver(good.take) as good_url,
        w.delivering(hook("bad", bad_url), hook("good", good_url)),
    ):
        await w.fires()
        await good.next()
        failed = await w.watch.until("bad", PageState.FAILED)
        await w.watch.until("good", PageState.SENT)

    assert failed.error == "HTTP 400"
    assert len(bad.bodies) == 1


async def test_failure_is_tried_again_with_the_same_key(tmp_path: Path) -> None:
    inbox = Inbox(web.Response(status=500))

    async with (
        world(tmp_path, SystemClock(), people("hook")) as w,
        receiver(inbox.take) as url,
        w.delivering(hook("hook", url)),
    ):
        await w.fires()
        await inbox.next(2)
        await w.watch.until("hook", PageState.SENT)

    assert inbox.keys[0] == inbox.keys[1]
    assert [body["page"]["attempt"] for body in inbox.bodies] == [1, 2]
    assert [body["page"]["possible_duplicate"] for body in inbox.bodies] == [False, False]


async def test_page_that_was_cut_off_comes_again_as_a_possible_duplicate(tmp_path: Path) -> None:
    inbox = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("hook")) as w,
        receiver(inbox.take) as url,
        scripted(cut) as cutting,
        w.delivering(hook("hook", f"http://127.0.0.1:{cutting.port}")) as delivery,
    ):
        await w.fires()
        cut_off = await w.watch.until_page(lambda page: page.answered == 1)
        delivery.reload({"hook": hook("hook", url)})
        await w.watch.until_page(
            lambda page: page.id == cut_off.id and page.state is PageState.SENT
        )

    (again,) = [body["page"] for body in inbox.bodies if body["page"]["id"] == cut_off.id]
    assert (again["attempt"], again["possible_duplicate"]) == (2, True)


async def test_page_that_cannot_be_read_does_not_stop_its_lane(tmp_path: Path) -> None:
    inbox = Inbox()

    async with world(tmp_path, SystemClock(), people("hook")) as w, receiver(inbox.take) as url:
        torn, whole = await w.fires(), await w.fires()
        async with w.database.transaction() as tx:
            await tx.execute("UPDATE pages SET body = '{}' WHERE incident = $1", torn)
        async with w.delivering(hook("hook", url)):
            await inbox.next()

    assert [body["incident"]["id"] for body in inbox.bodies] == [f"INC-{whole}"]


async def test_lane_that_stumbles_at_each_turn_is_not_healthy(tmp_path: Path) -> None:
    clock = HandClock(NOW)

    async with world(tmp_path, clock, people("desk")) as w:
        await w.fires()
        async with w.database.transaction() as tx:
            await tx.execute(
                "CREATE TRIGGER no BEFORE UPDATE ON pages BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        with capture_logs() as logs:
            async with asyncio.timeout(PATIENCE_S), w.interrupted(DESK) as delivery:
                while "lane.failed" not in [line["event"] for line in logs]:
                    await clock.pass_us(SECOND)
                    await asyncio.sleep(0)
                assert delivery.turned_at < clock.now()


async def test_acknowledged_incident_pages_nobody(tmp_path: Path) -> None:
    inbox = Inbox()

    async with world(tmp_path, SystemClock(), people("hook")) as w, receiver(inbox.take) as url:
        number = await w.fires()
        await w.submit(Acknowledged(number, "alice"))
        async with w.delivering(hook("hook", url)):
            await w.watch.until("hook", PageState.SUPERSEDED)

    assert inbox.bodies == []


async def test_those_who_were_paged_hear_of_the_acknowledgement(tmp_path: Path) -> None:
    inbox = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("hook")) as w,
        receiver(inbox.take) as url,
        w.delivering(hook("hook", url)),
    ):
        number = await w.fires()
        await w.watch.until("hook", PageState.SENT)
        await w.submit(Acknowledged(number, "bob"))
        await inbox.next(2)

    update = inbox.bodies[1]
    assert (update["type"], update["acknowledge_url"]) == ("update", None)
    assert str(update["text"]).startswith(f"INC-{number} acknowledged by bob")


async def test_provider_that_wants_a_pause_is_left_alone_and_others_are_used(
    tmp_path: Path,
) -> None:
    busy = Inbox(web.Response(status=429, headers={"Retry-After": "30"}))
    good = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("busy", then=["good"])) as w,
        receiver(busy.take) as busy_url,
        receiver(good.take) as good_url,
        w.delivering(hook("busy", busy_url), hook("good", good_url)),
    ):
        await w.fires()
        await good.next()
        for _ in range(5):
            await w.fires()
        await good.next(5)

    assert len(busy.bodies) == 1


async def test_provider_that_fails_three_times_is_given_a_pause(tmp_path: Path) -> None:
    failing = Inbox(*(web.Response(status=500) for _ in range(100)))
    good = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("failing", then=["good"])) as w,
        receiver(failing.take) as failing_url,
        receiver(good.take) as good_url,
        w.delivering(hook("failing", failing_url), hook("good", good_url)),
    ):
        for _ in range(3):
            await w.fires()
        await failing.next(3)
        await w.fires()
        await good.next(4)

    assert len(failing.bodies) == 3


async def test_page_of_a_channel_that_is_gone_goes_to_the_next_contact(tmp_path: Path) -> None:
    good = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("gone", then=["good"])) as w,
        receiver(good.take) as url,
    ):
        await w.fires()
        without = people("good")
        w.engine.settings = replace(w.engine.settings, channels=without.channels)
        async with w.delivering(hook("good", url)):
            await good.next()
            failed = await w.watch.until("gone", PageState.FAILED)

    assert failed.error == "channel_gone: gone is not in the configuration"


async def test_reload_adds_a_lane(tmp_path: Path) -> None:
    inbox = Inbox()

    async with (
        world(tmp_path, SystemClock(), people("hook")) as w,
        receiver(inbox.take) as url,
        w.delivering() as delivery,
    ):
        delivery.reload({"hook": hook("hook", url)})
        number = await w.fires()
        await inbox.next()
        sent = await w.watch.until("hook", PageState.SENT)
        async with w.database.reading() as tx:
            stored = await pages.of(tx, number)

    assert stored == [sent]


async def test_page_that_was_under_way_when_its_channel_went_is_sent(tmp_path: Path) -> None:
    arrived, release = asyncio.Event(), asyncio.Event()

    async def take(_request: web.Request) -> web.Response:
        arrived.set()
        await release.wait()
        return web.Response()

    async with (
        world(tmp_path, SystemClock(), people("hook", then=["desk"])) as w,
        receiver(take) as url,
        w.delivering(hook("hook", url), DESK) as delivery,
    ):
        await w.fires()
        await arrived.wait()
        delivery.reload({"desk": DESK, "new": DESK})
        number = await w.fires()
        await w.watch.until("desk", PageState.SENT)
        release.set()
        page = await w.watch.until("hook", PageState.SENT)

    assert (number, page.attempts) == (2, 1)


async def test_stop_waits_for_the_verdict_of_what_is_under_way(tmp_path: Path) -> None:
    arrived, release = asyncio.Event(), asyncio.Event()

    async def take(_request: web.Request) -> web.Response:
        arrived.set()
        await release.wait()
        return web.Response()

    async with world(tmp_path, SystemClock(), people("hook")) as w, receiver(take) as url:
        async with w.delivering(hook("hook", url)) as delivery:
            await w.fires()
            await arrived.wait()
            delivery.stop()
            release.set()

        assert [page.state for page in w.watch.pages.values()] == [PageState.SENT]
