import re
from typing import Any

import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.fakes.discord import (
    ALICE,
    CHANNEL,
    HOOK,
    PUBLIC_KEY,
    TOKEN,
    Discord,
    active,
    interaction,
    pressed,
    told,
)
from tests.channels.hostile import HOSTILE
from tests.channels.notices import BUTTONS, NOW, UPDATE, edited, pressable, straight
from triaged.channels import NoAnswer, Notice, discord
from triaged.channels.common import ed25519
from triaged.channels.common.two_way import Press, Reply
from triaged.channels.discord import (
    Settings,
    addresses_of,
    callback,
    own_address,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import State
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SECOND = 1_000_000
BOT = Settings(token=Secret(TOKEN), to=CHANNEL, public_key=PUBLIC_KEY)
SILENT = Settings(token=Secret(TOKEN), to=CHANNEL)
WEBHOOK = Settings(webhook=Secret(HOOK))
ALL = pytest.mark.parametrize("settings", [BOT, SILENT, WEBHOOK], ids=["bot", "silent", "webhook"])


def sent(peer: Discord, notice: Notice, settings: Settings = BOT) -> str:
    """The identity of the message that a notice becomes."""
    found = verdict(peer.serve(request(notice, settings, NOW)))
    assert isinstance(found, Delivered)
    return found.ref


def message(peer: Discord, ref: str) -> dict[str, Any]:
    return peer.messages[ref.partition("/")[2]]


@ALL
def test_page_is_posted_and_named_by_channel_and_message(settings: Settings) -> None:
    peer = Discord()

    ref = sent(peer, straight(), settings)

    assert ref == f"{CHANNEL}/000000000000000001"
    assert message(peer, ref)["content"].startswith(
        r"**SEV\-1 checkout is down in c1 \(INC\-12\)**"
    )


def test_bot_sends_each_page_once() -> None:
    peer = Discord()

    first, again = sent(peer, straight()), sent(peer, straight())

    assert first == again
    assert sent(peer, straight(UPDATE)) != first
    assert len(peer.messages) == 2


def test_webhook_waits_until_the_message_is_saved() -> None:
    asked = request(straight(), WEBHOOK, NOW)
    threaded = Settings(webhook=Secret(f"{HOOK}?thread_id=1"))

    assert asked.url == f"{HOOK}?wait=true"
    assert request(straight(), threaded, NOW).url == f"{HOOK}?thread_id=1&wait=true"
    assert "nonce" not in posted(asked)
    assert "authorization" not in asked.headers


def test_buttons_are_there_where_presses_are_heard() -> None:
    (row,) = posted(request(pressable(), BOT, NOW))["components"]

    assert [button["custom_id"] for button in row["components"]] == [b.value for b in BUTTONS]
    assert [button["style"] for button in row["components"]] == [1, 4, 3]
    for settings in (SILENT, WEBHOOK):
        assert "components" not in posted(request(pressable(), settings, NOW))


@ALL
def test_edit_says_what_has_become_and_takes_the_buttons_away(settings: Settings) -> None:
    peer = Discord()
    ref = sent(peer, pressable(), settings)
    said = edited("resolved by Bob at 02:20", State.RESOLVED)

    asked = update(said, ref, settings, NOW)

    assert updated(peer.serve(asked)) == Delivered(ref)
    assert "resolved by Bob at 02:20" in message(peer, ref)["content"]
    assert message(peer, ref)["components"] == []
    assert message(peer, ref)["embeds"][0]["color"] == 0x78B159
    assert posted(asked)["allowed_mentions"] == {"parse": []}


def test_update_is_a_reply_to_its_page() -> None:
    asked = posted(request(replace(straight(UPDATE), thread=f"{CHANNEL}/{CHANNEL}"), BOT, NOW))

    assert asked["message_reference"] == {"message_id": CHANNEL, "fail_if_not_exists": False}
    assert "message_reference" not in posted(request(straight(UPDATE), BOT, NOW))


def test_edit_of_a_deleted_message_is_refused() -> None:
    asked = update(straight(), f"{CHANNEL}/000000000000000009", BOT, NOW)

    assert updated(Discord().serve(asked)) == Refused("HTTP 404 Unknown Message")


@pytest.mark.parametrize("ref", ["", "m1", "1/2", f"{CHANNEL}/../x", f"{CHANNEL}/{CHANNEL}?a"])
def test_identity_that_is_none_leads_nowhere(ref: str) -> None:
    with pytest.raises(Malformed, match="no identity"):
        update(straight(), ref, BOT, NOW)


@ALL
def test_text_of_strangers_is_only_text(settings: Settings) -> None:
    peer, link = Discord(), "Acknowledge: https://triaged.example.org/act/token"
    wrong = []

    for text in HOSTILE:
        labels = {"l": text, text[:60]: "v"}
        peer.messages.clear()
        asked = request(pressable(title=text, service=text, labels=labels), settings, NOW)
        peer.serve(replace(asked, body=asked.body.replace(b'"nonce":"', b'"was":"')))
        (found,) = peer.messages.values()
        marks = active(found["content"].replace(link, ""))
        marks += active(found["embeds"][0]["description"])
        if [mark for mark in marks if mark != "https://"] != ["*"] * 4 or "evil" in "".join(marks):
            wrong.append((text, marks))

    assert wrong == [], "only the head is bold, and only our own addresses are links"
    assert peer.pings == []


def test_the_fake_sees_what_is_active() -> None:
    assert active("**x** @everyone <@1> <t:1:R> [a](b) https://x") != []
    assert active(r"\*\*x\*\*") == []
    peer = Discord()
    said = request(straight(), BOT, NOW)
    body = said.body.replace(b'{"parse":[]}', b"{}").replace(b"checkout is", b"@everyone")
    peer.serve(replace(said, body=body))
    assert peer.pings == ["@everyone"]


def test_sizes_are_kept() -> None:
    peer = Discord()
    labels = {f"l{n}": "*" * 500 for n in range(40)}
    huge = straight(title="*" * 5000, labels=labels)

    for settings in (BOT, WEBHOOK):
        sent(peer, huge, settings)
        asked = update(huge, f"{CHANNEL}/000000000000000001", settings, NOW)
        assert isinstance(updated(peer.serve(asked)), Delivered)


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (200, {"id": "m1"}, {}, Delivered("m1")),
        (200, {"id": "2", "channel_id": "1"}, {}, Delivered("1/2")),
        (204, None, {}, Refused("HTTP 204")),
        (400, {"message": "Invalid Form Body"}, {}, Refused("HTTP 400 Invalid Form Body")),
        (403, {"message": "Missing Access"}, {}, Refused("HTTP 403 Missing Access")),
        (404, {"message": "Unknown Channel"}, {}, Refused("HTTP 404 Unknown Channel")),
        (429, {"message": "slow", "retry_after": 1.5}, {}, TryAgain("HTTP 429 slow", 1_500_000)),
        (
            429,
            {"message": "slow", "retry_after": 1e9},
            {},
            TryAgain("HTTP 429 slow", 3600 * SECOND),
        ),
        (429, {"retry_after": -1}, {"retry-after": "9"}, TryAgain("HTTP 429", 0)),
        (429, None, {"retry-after": "7"}, TryAgain("HTTP 429", 7 * SECOND)),
        (500, None, {}, TryAgain("HTTP 500")),
        (502, None, {}, TryAgain("HTTP 502", None, maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, body: object, headers: dict[str, str], expected: object) -> None:
    assert verdict(answer(status, body, headers)) == expected
    assert updated(answer(status, body, headers)) == expected


def test_global_limit_waits_as_the_body_says() -> None:
    peer = Discord()
    peer.limited = {"message": "You are being rate limited.", "retry_after": 64.57, "global": True}

    found = verdict(peer.serve(request(straight(), BOT, NOW)))

    assert found == TryAgain("HTTP 429 You are being rate limited.", 64_570_000)


def test_wrong_token_gives_the_channel_a_pause() -> None:
    peer, wrong = Discord(), Settings(token=Secret("old"), to=CHANNEL)

    found = verdict(peer.serve(request(straight(), wrong, NOW)))

    assert found == TryAgain("HTTP 401: Discord does not take the token", 60 * SECOND)


@pytest.mark.parametrize("settings", [BOT, WEBHOOK])
def test_self_test_of_a_token_and_of_a_webhook(settings: Settings) -> None:
    asked = self_test(settings)

    assert asked.method == "GET"
    assert self_tested(Discord().serve(asked)) == Delivered()


@pytest.mark.parametrize(
    ("status", "words"), [(401, "Reset Token"), (404, "webhook was deleted"), (200, "HTTP 200")]
)
def test_self_test_says_what_to_do(status: int, words: str) -> None:
    found = self_tested(answer(status, {}))

    assert isinstance(found, Refused)
    assert words in found.error
    assert self_tested(answer(503)) == TryAgain("HTTP 503")
    assert self_tested(NoAnswer("cut")) == TryAgain("cut")


def test_press_is_heard_with_account_message_and_value() -> None:
    peer = Discord()
    ref = sent(peer, pressable())
    press = pressed(message(peer, ref), "Acknowledge")
    direct = {**press, "member": None, "user": {"id": ALICE}}

    back = {"application_id": "5" * 18, "token": "a-token-of-the-interaction"}
    expected = (Press(ALICE, BUTTONS[0].value, ref, back),)
    assert callback(interaction(press, NOW), BOT) == expected
    assert callback(interaction(press, NOW), BOT) == expected, "a replay says the same"
    assert callback(interaction(direct, NOW), BOT) == expected


def test_interactions_are_heard_only_with_a_key_and_answered() -> None:
    press = {"type": 3, "user": {"id": ALICE}, "channel_id": CHANNEL, "message": {"id": "1"}}
    (called,) = callback(interaction(press, NOW), BOT)

    assert told(discord.answer(called, Reply("acknowledged by you"), BOT)) == "acknowledged by you"
    with pytest.raises(Unauthorized):
        callback(interaction(press, NOW), SILENT)


def test_settings_are_a_bot_or_a_webhook() -> None:
    with pytest.raises(ValueError, match="either token or webhook"):
        Settings()
    with pytest.raises(ValueError, match="15 to 20 digits"):
        Settings(token=Secret("b"), to="general")
    with pytest.raises(ValueError, match="public_key goes with token"):
        Settings(webhook=Secret(HOOK), public_key=PUBLIC_KEY)
    with pytest.raises(ValueError, match="public_key must be 64 hexadecimal digits"):
        Settings(token=Secret("b"), public_key="x")
    assert addresses_of("123456789012345678") == ("123456789012345678",)
    assert addresses_of(own_address(WEBHOOK)) == ("webhook",)


def test_secrets_are_in_no_text() -> None:
    shown = repr(BOT) + repr(WEBHOOK) + repr(verdict(answer(401, {"message": "no"})))

    assert not re.search(rf"{TOKEN}|{HOOK}|/secret", shown)
    assert "crypto" in ed25519.MISSING
