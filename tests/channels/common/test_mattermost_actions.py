from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.fakes.mattermost import (
    ALICE,
    CHANNEL,
    COMMAND_TOKEN,
    TOKEN,
    pressed,
    told,
    typed,
)
from tests.channels.hostile import HOSTILE
from tests.channels.notices import BUTTONS, NOW
from triaged.channels.common.mattermost_actions import action, answer_to, called_of
from triaged.channels.common.two_way import DEFERRED, Callback, Press, Reply, Typed
from triaged.core.text.wording import clean
from triaged.errors import Malformed, Unauthorized
from triaged.wire import MISSING_SECRET, Secret

KEY, COMMAND = Secret(TOKEN), Secret(COMMAND_TOKEN)
URL = "https://triaged.example.org/callbacks/chat"
DAY = 24 * 3600 * 1_000_000


def post(key: Secret = KEY) -> dict[str, Any]:
    actions = [action(button, CHANNEL, URL, (key, NOW)) for button in BUTTONS]
    attachments = [{"actions": actions}]
    return {"id": "p" * 26, "channel_id": CHANNEL, "props": {"attachments": attachments}}


def test_press_is_heard_with_account_post_and_value() -> None:
    press = pressed(post(), "Acknowledge", NOW)

    expected = (Press(ALICE, BUTTONS[0].value, "p" * 26),)
    assert called_of(press, KEY, COMMAND) == expected
    assert called_of(press, KEY, COMMAND) == expected, "a replay says the same"
    assert press.url == URL


def with_(press: Callback, **changes: object) -> Callback:
    said = msgspec.json.decode(press.body)
    said["context"] |= changes.pop("context", {})
    return replace(press, body=msgspec.json.encode(said | changes))


GOOD = pressed(post(), "Acknowledge", NOW)


@pytest.mark.parametrize(
    "press",
    [
        pressed(post(Secret("other")), "Acknowledge", NOW),
        pressed(post(), "Acknowledge", NOW + 7 * DAY + 1_000_001),
        with_(GOOD, context={"value": BUTTONS[2].value}),
        with_(GOOD, context={"until": "9999999999"}),
        with_(GOOD, context={"mac": ""}),
        with_(GOOD, channel_id="z" * 26),
        replace(GOOD, body=b"{}"),
        replace(GOOD, body=GOOD.body.replace(b"a.12.1", b"a.13.1")),
    ],
    ids=["key", "stale", "button", "until", "no mac", "channel", "empty", "one byte"],
)
def test_button_that_is_not_ours_is_refused(press: Callback) -> None:
    with pytest.raises(Unauthorized):
        called_of(press, KEY, COMMAND)


def test_button_lives_as_long_as_its_post_is_edited() -> None:
    assert called_of(pressed(post(), "Acknowledge", NOW + 7 * DAY), KEY, None)


@pytest.mark.parametrize(("text", "expected"), [("ack INC-12", "ack INC-12"), (" ", "help")])
def test_command_is_heard_in_words(text: str, expected: str) -> None:
    back = {"response_url": "https://x.example/hooks"}
    heard = Typed(ALICE, expected, CHANNEL, back=back, id="NG1kM3lyN2Nq")

    assert called_of(typed(text, NOW), KEY, COMMAND) == (heard,)


def test_words_of_a_slow_command_come_later_and_a_press_shows_in_its_post() -> None:
    (command,) = called_of(typed("ack INC-12", NOW), KEY, COMMAND)
    assert isinstance(command, Typed)
    slow = replace(command, back={**command.back, DEFERRED: "1"})

    found = answer_to(slow, Reply("acknowledged"))

    assert found.body == b"{}"
    assert found.later is not None
    assert found.later.url == "https://x.example/hooks"
    assert msgspec.json.decode(found.later.body)["text"] == "acknowledged"
    assert answer_to(command, Reply("")).body == b"{}"
    assert answer_to(Press(ALICE, "v", back={DEFERRED: "1"}), Reply("x")).body == b"{}"
    assert answer_to(replace(slow, back={DEFERRED: "1"}), Reply("x")).later is None


@pytest.mark.parametrize("token", [None, Secret("other"), MISSING_SECRET])
def test_command_needs_its_token(token: Secret | None) -> None:
    with pytest.raises(Unauthorized, match="the token is not that of the command"):
        called_of(typed("ack INC-12", NOW), KEY, token)
    with pytest.raises(Unauthorized):
        called_of(typed("ack INC-12", NOW, ""), KEY, token)


@pytest.mark.parametrize(
    "call",
    [
        replace(GOOD, body=b"["),
        replace(GOOD, body=b"x" * (64 * 1024 + 1)),
        with_(GOOD, user_id=""),
        with_(GOOD, post_id=None),
        replace(typed("x", NOW), body=b"\xff"),
        typed("x", NOW, user=""),
    ],
)
def test_call_that_cannot_be_understood_is_malformed(call: Callback) -> None:
    with pytest.raises(Malformed):
        called_of(call, KEY, COMMAND)


def test_words_go_to_whoever_pressed_or_typed_alone() -> None:
    press, command = Press(ALICE, "v"), Typed(ALICE, "ack")

    assert told(answer_to(press, Reply("held by *Bob*"))) == "held by *Bob*"
    assert told(answer_to(command, Reply("@all", done=False))) == "@all"
    assert answer_to(press, Reply("")).body == b"{}"
    assert answer_to(None, Reply("x")).body == b"{}"
    for text in HOSTILE:
        told(answer_to(command, Reply(clean(text, 1000))))
