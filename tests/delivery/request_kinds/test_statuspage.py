"""Posts reach Statuspage one after the other, as one incident."""

from pathlib import Path

from msgspec.structs import replace

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import (
    Bot,
    Configured,
    Given,
    RequestWatch,
    asking,
    moving,
    put,
    request,
)
from tests.delivery.world import people, world
from tests.integrations.fakes.statuspage import Statuspage
from tests.integrations.samples import SETTINGS
from triaged.channels import HttpRequest, Message, Result
from triaged.core.records.practice.requests import Request, RequestState
from triaged.core.time.durations import HOUR

LANE = "integration/statuspage"
PAGE = Configured({"statuspage": Given("statuspage", "statuspage", SETTINGS["statuspage"])})


class Wire(Bot):
    """The way to Statuspage."""

    def __init__(self, peer: Statuspage, clock: HandClock) -> None:
        super().__init__()
        self._peer, self._clock = peer, clock

    async def send(self, message: Message) -> Result:
        """Its answer, now."""
        assert isinstance(message, HttpRequest)
        self._peer.now = self._clock.now()
        return self._peer.answer(message)


def push(number: int, status: str, thread: str = "t") -> Request:
    said = {"id": thread, "name": "Checkout", "status": status, "body": f"post {number}"}
    return replace(
        request(f"{thread}{number}", NOW, LANE, body={"push": said}, topic=thread),
        kind="statuspage.incident",
        created_at=NOW + number,
    )


async def test_posts_become_one_incident_with_the_newest_post(tmp_path: Path) -> None:
    peer, clock, watch = Statuspage(), HandClock(NOW), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w:
        await put(w, push(1, "investigating"))
        async with asking(w, PAGE, Wire(peer, clock)) as lanes, moving(w, clock):
            first = await watch.until_state("t1", RequestState.SENT)
            await put(w, push(2, "identified"), push(3, "resolved"))
            lanes.wake(LANE)
            await watch.until_state("t3", RequestState.SENT)

    assert first.result == {"ref": "inc0", "url": "https://stspg.io/inc0"}
    assert [each["posts"] for each in peer.incidents] == [["post 1", "post 3"]]
    assert watch.requests["t2"].state is RequestState.SUPERSEDED


async def test_rate_of_a_request_a_second_is_kept(tmp_path: Path) -> None:
    peer, clock, watch = Statuspage(), HandClock(NOW), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w:
        await put(w, *(push(1, "investigating", f"thread{n}") for n in range(4)))
        async with asking(w, PAGE, Wire(peer, clock)), moving(w, clock):
            for number in range(4):
                await watch.until_state(f"thread{number}1", RequestState.SENT)

    assert len(peer.incidents) == 4
    assert len(peer.asked) == 4, "none was refused for its rate"


async def test_incident_whose_answer_was_lost_is_found(tmp_path: Path) -> None:
    peer, clock, watch = Statuspage(), HandClock(NOW), RequestWatch()
    peer.faults = ["lost"]
    async with world(tmp_path, clock, people("hook"), watch) as w:
        await put(w, replace(push(1, "investigating"), gives_up_at=NOW + HOUR))
        async with asking(w, PAGE, Wire(peer, clock)), moving(w, clock):
            sent = await watch.until_state("t1", RequestState.SENT)

    assert sent.result["ref"] == "inc0"
    assert len(peer.incidents) == 1


async def test_page_that_a_reload_removed_is_a_refusal(tmp_path: Path) -> None:
    clock, watch = HandClock(NOW), RequestWatch()
    async with world(tmp_path, clock, people("hook"), watch) as w:
        await put(w, replace(push(1, "investigating"), lane="integration/gone"))
        async with asking(w, PAGE, Wire(Statuspage(), clock)):
            failed = await watch.until_state("t1", RequestState.FAILED)

    assert failed.error == "integration/gone is no status page: the configuration has changed"
