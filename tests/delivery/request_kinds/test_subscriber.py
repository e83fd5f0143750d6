"""Mails and webhooks of subscribers: looked up just before they go, and learned from."""

import json
from pathlib import Path

import pytest

from tests.api.site import ACTION_KEY
from tests.api.status_site import BASE, Outside, StatusDesk, status_serving
from triaged.access.subscriber_links import hook_secret
from triaged.channels import HttpRequest, HttpResponse, MailResult, NoAnswer, webhook
from triaged.core.practice.status.subscribers import HOOK_LANE, MAIL_LANE
from triaged.core.records.practice.status import Subscriber
from triaged.core.records.practice.status_events import (
    SubscriptionAsked,
    SubscriptionConfirmed,
    SubscriptionEnded,
)
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.delivery.request_kinds import Tools
from triaged.delivery.request_kinds.subscriber import pace
from triaged.store.tables.practice_rows import status
from triaged.wire import Secret


async def subscribed(desk: StatusDesk, name: str = "ann") -> None:
    """A confirmed subscriber, whose mail to confirm has gone."""
    asked = SubscriptionAsked(name, f"{name}@example.org", "example.org", f"d-{name}")
    engine = desk.site.context.engine
    await engine.submit([asked, SubscriptionConfirmed(name)], urgent=True)
    await desk.carry(Outside())


async def row(desk: StatusDesk, name: str = "ann") -> Subscriber:
    """A subscriber as stored."""
    async with desk.site.context.database.reading() as tx:
        found = await status.subscriber(tx, name)
    assert found is not None
    return found


async def test_a_mail_has_the_post_and_the_way_out(tmp_path: Path) -> None:
    outside = Outside()
    async with status_serving(tmp_path) as desk:
        await subscribed(desk)
        await desk.post()
        ended = await desk.carry(outside)

    (letter,) = outside.letters
    assert ended == ["Done"]
    assert letter["To"] == "ann@example.org"
    assert letter["Subject"] == "[Larkspur status] Investigating: Checkout Issues"
    assert letter["List-Unsubscribe"].startswith("<http://triaged.example.org/status/u/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Some purchases fail." in letter.get_content()


async def test_the_mail_to_confirm_is_transactional(tmp_path: Path) -> None:
    outside = Outside()
    async with status_serving(tmp_path) as desk:
        asked = SubscriptionAsked("ann", "ann@example.org", "example.org", "d")
        await desk.site.context.engine.submit([asked], urgent=True)
        await desk.carry(outside)

    (letter,) = outside.letters
    assert "List-Unsubscribe" not in letter
    assert "/status/confirm/ann." in letter.get_content()


async def test_who_leaves_while_a_mail_waits_does_not_get_it(tmp_path: Path) -> None:
    outside = Outside()
    async with status_serving(tmp_path) as desk:
        await subscribed(desk)
        await desk.post()
        await desk.mailings.once()
        await desk.site.context.engine.submit([SubscriptionEnded("ann")], urgent=True)
        ended = await desk.carry(outside)

    assert (ended, outside.sent) == (["Done"], [])


async def test_a_mail_that_may_have_arrived_is_not_sent_twice(tmp_path: Path) -> None:
    outside = Outside(NoAnswer("cut", maybe_accepted=True))
    async with status_serving(tmp_path) as desk:
        await subscribed(desk)
        await desk.post()
        ended = await desk.carry(outside)
        desk.site.clock.ahead_us += HOUR
        later = await desk.carry(outside)

    assert (ended, later, len(outside.sent)) == (["Done"], [], 1)


async def test_a_mail_that_was_put_off_is_tried_again(tmp_path: Path) -> None:
    outside = Outside(MailResult(451, "greylisted"))
    async with status_serving(tmp_path) as desk:
        await subscribed(desk)
        await desk.post()
        first = await desk.carry(outside)
        desk.site.clock.ahead_us += MINUTE
        second = await desk.carry(outside)
        after = await row(desk)

    assert (first, second, len(outside.sent)) == (["TryAgain"], ["Done"], 2)
    assert after.soft_bounces == 0


@pytest.mark.parametrize(
    ("code", "text", "state", "bounces"),
    [
        (550, "5.1.1 User unknown", "bounced", 0),
        (550, "5.7.1 no such user here", "bounced", 0),
        (550, "5.7.1 blocked by policy", "active", 1),
        (552, "5.2.2 mailbox full", "active", 1),
    ],
)
async def test_a_bounce_is_learned_from(
    tmp_path: Path, code: int, text: str, state: str, bounces: int
) -> None:
    async with status_serving(tmp_path) as desk:
        await subscribed(desk)
        await desk.post()
        await desk.carry(Outside(MailResult(code, text)))
        after = await row(desk)

    assert (after.state, after.soft_bounces) == (state, bounces)


async def test_a_webhook_is_signed_and_guarded(tmp_path: Path) -> None:
    outside = Outside()
    async with status_serving(tmp_path) as desk:
        url = "https://hooks.example.org/x"
        made = await desk.site.post(f"{BASE}/subscribers", {"url": url})
        await desk.post()
        await desk.carry(outside)

    (request,) = outside.sent
    assert isinstance(request, HttpRequest)
    assert (request.url, request.guarded) == (url, True)
    secret = Secret(hook_secret(ACTION_KEY, made["id"], 1))
    assert secret.reveal() == made["secret"]
    wanted = webhook.signature(secret, request.headers["x-triaged-timestamp"], request.body)
    assert request.headers["x-triaged-signature"] == f"v1={wanted}"
    assert json.loads(request.body)["title"] == "Checkout Issues"


async def test_a_webhook_that_fails_for_a_day_is_switched_off(tmp_path: Path) -> None:
    broken = HttpResponse(500, {}, b"")
    async with status_serving(tmp_path) as desk:
        made = await desk.site.post(f"{BASE}/subscribers", {"url": "https://hooks.example.org/x"})
        states = []
        for ahead in (0, DAY - MINUTE, 2 * MINUTE):
            desk.site.clock.ahead_us += ahead
            await desk.post()
            await desk.carry(Outside(*[broken] * 5))
            states.append((await row(desk, made["id"])).state)

    assert states == ["active", "active", "bounced"]


def test_mails_go_ten_a_second_at_most() -> None:
    tools = Tools(None, None, None, None, ACTION_KEY)  # type: ignore[arg-type]  # not used

    mail, hook = pace(MAIL_LANE, tools), pace(HOOK_LANE, tools)

    assert (mail.every_us, hook.every_us) == (100_000, 0)
    assert mail.width >= 1
