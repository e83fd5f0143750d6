"""A group that has become a supergroup gets its page in the same attempt, the next one at once."""

from pathlib import Path

from msgspec.structs import replace

from tests.channels.fakes.serving import served
from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, Slack
from tests.channels.fakes.slack import TOKEN as SLACK_TOKEN
from tests.channels.fakes.telegram import CHAT, GROUP, TOKEN, Telegram
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import moving
from tests.delivery.world import Configured, people, world
from triaged.channels import slack, telegram
from triaged.core.records.model import PageState
from triaged.core.settings import Contact
from triaged.store.tables import incidents
from triaged.wire import Secret


async def test_page_goes_to_the_new_number_and_the_operator_hears(tmp_path: Path) -> None:
    peer, clock = Telegram(), HandClock(MONDAY)
    peer.moved[CHAT] = GROUP
    base = people("chat")
    alice = replace(base.people["alice"], contacts={"chat": Contact("chat", str(CHAT))})
    ours = replace(base, people={"alice": alice})
    async with world(tmp_path, clock, ours) as w, served(peer.answer) as url:
        channel = Configured("chat", "telegram", telegram.Settings(Secret(TOKEN), url=url))
        await w.fires()
        async with w.delivering(channel), moving(w, clock):
            first = await w.watch.until("chat", PageState.SENT)
            await w.fires()
            await w.watch.until_page(lambda page: page.incident == 3 and page.sent_at is not None)
        async with w.database.reading() as tx:
            told = await incidents.fetch(tx, 2)

    assert first.attempts == 1
    assert told is not None
    assert told.title == f"{CHAT} on channel chat is {GROUP} now"
    assert [chat for chat, _ in peer.messages][:1] == [GROUP]
    refused = [body for name, body in peer.asked if str(body.get("chat_id")) == str(CHAT)]
    assert len(refused) == 1, "the next page knows the number"


async def test_form_that_is_refused_goes_plain_in_the_same_attempt(tmp_path: Path) -> None:
    peer, clock = Slack(), HandClock(MONDAY)
    peer.errors = ["msg_blocks_too_long"]
    async with world(tmp_path, clock, people("chat")) as w, served(peer.answer) as url:
        settings = slack.Settings(Secret(SLACK_TOKEN), CHANNEL, Secret(SIGNING_SECRET), url=url)
        channel = Configured("chat", "slack", settings)
        await w.fires()
        async with w.delivering(channel):
            page = await w.watch.until("chat", PageState.SENT)

    assert page.attempts == 1
    (message,) = peer.messages.values()
    assert "blocks" not in message
    assert "SEV-1 INC-1" in message["text"]
