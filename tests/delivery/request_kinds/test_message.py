"""Messages say what the incident is now: edited, in time posted anew, and never twice the same."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from tests.channels.fakes.opsgenie import KEY as API_KEY
from tests.channels.fakes.opsgenie import Opsgenie
from tests.channels.fakes.pagerduty import KEY, PagerDuty
from tests.channels.fakes.serving import served
from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, TOKEN, Slack
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import Bot, Configured, RequestWatch, asking, moving
from tests.delivery.world import Configured as Channel
from tests.delivery.world import World, people, world
from triaged.channels import HttpRequest, HttpResponse, Message, Result, opsgenie, pagerduty, slack
from triaged.core.records.events import Acknowledged, Resolved, SeverityChosen, Unacknowledged
from triaged.core.records.model import PageState, Severity
from triaged.core.records.pages import ReceiptState
from triaged.core.records.practice.requests import CONFIRM, EDIT, Request, RequestState
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE
from triaged.store.tables import practice
from triaged.wire import Secret

PLACE = (CHANNEL, "1774864800.000001")


class Wire(Bot):
    """The way to Slack, for pages and for edits."""

    def __init__(
        self, peer: Slack, answer: Callable[[HttpRequest], HttpResponse] | None = None
    ) -> None:
        super().__init__()
        self._answer = peer.answer if answer is None else answer

    async def send(self, message: Message) -> Result:
        """Its answer."""
        assert isinstance(message, HttpRequest)
        return self._answer(message)


def slack_at(url: str) -> Channel:
    """The channel, whose provider is at `url`."""
    secret = Secret(SIGNING_SECRET)
    return Channel("slack", "slack", slack.Settings(Secret(TOKEN), CHANNEL, secret, url=url))


def ours() -> Settings:
    """Alice is paged by Slack."""
    base = people("slack")
    alice = base.people["alice"]
    contact = replace(alice.contacts["slack"], to=CHANNEL)
    alice = replace(alice, contacts={"slack": contact})
    edited = frozenset({"slack"})
    return replace(base, people={"alice": alice}, edited=edited, heard=edited)


@asynccontextmanager
async def paged(folder: Path, peer: Slack) -> AsyncIterator[tuple[World, RequestWatch]]:
    """Alice was paged for a SEV-1; lanes are at work, and time passes."""
    clock, watch = HandClock(MONDAY), RequestWatch()
    async with world(folder, clock, ours(), watch) as w, served(peer.answer) as url:
        await w.fires()
        channel = slack_at(url)
        configured = Configured({}, {"slack": channel})
        async with (
            asking(w, configured, Wire(peer)),
            w.delivering(channel),
            moving(w, clock),
        ):
            await watch.until("slack", PageState.SENT)
            yield w, watch


async def all_edited(watch: RequestWatch) -> Request:
    """Wait until an edit has ended; gives it."""
    done = (RequestState.SENT, RequestState.FAILED)
    return await watch.until_request(lambda one: one.kind == EDIT and one.state in done)


def text_of(peer: Slack, place: tuple[str, str] = PLACE) -> str:
    blocks = peer.messages[place]["blocks"]
    return "\n".join(block["text"]["text"] for block in blocks if "text" in block)


async def test_acknowledgement_edits_the_page_with_the_buttons_of_the_new_state(
    tmp_path: Path,
) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        assert [one["text"]["text"] for one in peer.buttons(PLACE)] == [
            "Acknowledge",
            "Escalate",
            "Resolve",
        ]
        await w.submit(Acknowledged(1, "bob"))
        await all_edited(watch)

    assert "acknowledged by bob at" in text_of(peer)
    assert [one["text"]["text"] for one in peer.buttons(PLACE)] == [
        "Take over",
        "Give back",
        "Resolve",
    ]


async def test_update_goes_below_the_page(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        await w.submit(Acknowledged(1, "bob"))
        await watch.until_page(lambda page: page.kind == "update" and page.sent_at is not None)

    updates = [said for said in peer.messages.values() if "thread_ts" in said]
    assert [said["thread_ts"] for said in updates] == [PLACE[1]]


async def test_what_a_message_says_already_is_not_said_again(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        await w.submit(Acknowledged(1, "bob"))
        first = await all_edited(watch)
        again = replace(
            first,
            id=f"{first.id}x",
            state=RequestState.DUE,
            token=0,
            due_at=w.clock.now(),
            created_at=w.clock.now(),
        )
        async with w.database.transaction() as tx:
            await practice.save(tx, [again])
        await watch.until_state(again.id, RequestState.SENT)

    assert [name for name, _ in peer.asked].count("chat.update") == 1


async def test_only_the_newest_of_several_edits_goes(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        await w.submit(Acknowledged(1, "bob"), SeverityChosen(1, "bob", Severity.SEV2))
        await w.submit(Resolved(1, "bob"))
        await watch.until_request(lambda one: one.state is RequestState.SENT)

    assert "resolved by bob at" in text_of(peer)


async def test_message_that_is_gone_is_posted_anew_and_edited_there(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        del peer.messages[PLACE]
        await w.submit(Acknowledged(1, "bob"))
        first = await all_edited(watch)
        shown = [p for p, said in peer.messages.items() if "thread_ts" not in said]
        await w.submit(Resolved(1, "bob"))
        await watch.until_request(lambda one: one.id != first.id and one.state is RequestState.SENT)

    assert len(shown) == 1
    assert "resolved by bob at" in text_of(peer, shown[0])


async def test_second_page_has_the_first_say_that_there_is_a_newer_one(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        await w.submit(Acknowledged(1, "alice"))
        await w.submit(Unacknowledged(1, "alice"))
        await watch.until_page(lambda page: page.epoch == 2 and page.sent_at is not None)
        await watch.until_request(
            lambda one: one.state is RequestState.SENT and "see below" in text_of(peer)
        )

    assert peer.buttons(PLACE) == []


async def test_rate_limit_is_honoured_and_what_was_done_is_kept(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        peer.errors = ["ratelimited"]
        await w.submit(Acknowledged(1, "bob"))
        await all_edited(watch)

    assert "acknowledged by bob at" in text_of(peer)


async def test_edits_of_a_broken_provider_end_after_five_attempts(tmp_path: Path) -> None:
    peer = Slack()
    async with paged(tmp_path, peer) as (w, watch):
        peer.answers = [HttpResponse(503, {}, b"") for _ in range(40)]
        await w.submit(Acknowledged(1, "bob"))
        failed = await all_edited(watch)

    assert failed.state is RequestState.FAILED
    assert failed.attempts == 5
    assert failed.ended_at is not None
    assert failed.ended_at - failed.created_at < 10 * MINUTE


async def test_what_became_of_a_queued_page_is_asked_for(tmp_path: Path) -> None:
    peer, clock, watch = Opsgenie(), HandClock(MONDAY), RequestWatch()
    pager = frozenset({"og"})
    settings = replace(people("og"), edited=pager, heard=pager, confirmed=pager)
    async with world(tmp_path, clock, settings, watch) as w, served(peer.serve) as url:
        await w.fires()
        channel = Channel("og", "opsgenie", opsgenie.Settings(Secret(API_KEY), url=url))
        async with (
            asking(w, Configured({}, {"og": channel}), Wire(Slack(), peer.serve)),
            w.delivering(channel),
            moving(w, clock),
        ):
            await watch.until("og", PageState.SENT)
            peer.work()
            await watch.until_request(
                lambda one: one.kind == CONFIRM and one.state is RequestState.SENT
            )
            page = await watch.until_page(lambda page: page.receipt is ReceiptState.DELIVERED)

    assert page.state is PageState.SENT
    assert peer.alerts == {"triaged-INC-1": "open"}


async def test_alert_of_several_pages_is_followed_once(tmp_path: Path) -> None:
    peer, clock, watch = PagerDuty(), HandClock(MONDAY), RequestWatch()
    pager = frozenset({"pd"})
    settings = replace(people("pd"), edited=pager, heard=pager)
    async with world(tmp_path, clock, settings, watch) as w, served(peer.serve) as url:
        await w.fires()
        channel = Channel("pd", "pagerduty", pagerduty.Settings(Secret(KEY), url=url))
        wire = Wire(Slack(), peer.serve)
        async with (
            asking(w, Configured({}, {"pd": channel}), wire),
            w.delivering(channel),
            moving(w, clock),
        ):
            await watch.until("pd", PageState.SENT)
            await w.submit(Acknowledged(1, "alice"))
            await w.submit(Unacknowledged(1, "alice"))
            await watch.until_page(lambda page: page.epoch == 2 and page.sent_at is not None)
            await w.submit(Resolved(1, "alice"))
            await watch.until_request(
                lambda _: (
                    "resolve" in peer.actions
                    and not any(one.waits for one in watch.requests.values())
                )
            )

    assert peer.incidents == {"triaged-INC-1": "resolved"}
    assert peer.actions.count("resolve") == 1
