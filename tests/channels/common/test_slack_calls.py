"""What Slack calls us with: verified first, then read, and anything else is nothing."""

from urllib.parse import urlencode

import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, USER, Slack, signed
from tests.channels.notices import NOW
from triaged.channels.common.slack_calls import WINDOW_US, called_of, check_signature
from triaged.channels.common.two_way import Callback, Handshake, Pinned, Typed
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SECRET = Secret(SIGNING_SECRET)
DOCUMENTED = Callback(
    {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
    b"803a0bc887a14d10d2c447fce8b6703c",
    at=1531420618 * 1_000_000,
)
"""https://docs.slack.dev/authentication/verifying-requests-from-slack"""


def test_signature_of_the_documentation_holds() -> None:
    check_signature(DOCUMENTED, SECRET)


@pytest.mark.parametrize("place", range(0, len(DOCUMENTED.body), 40))
def test_body_that_differs_by_a_byte_is_refused(place: int) -> None:
    body = bytearray(DOCUMENTED.body)
    body[place] ^= 1

    with pytest.raises(Unauthorized):
        check_signature(replace(DOCUMENTED, body=bytes(body)), SECRET)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
def test_call_of_another_time_is_refused(seconds: int) -> None:
    at = DOCUMENTED.at + seconds * 1_000_000

    with pytest.raises(Unauthorized):
        check_signature(replace(DOCUMENTED, at=at), SECRET)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_call_within_the_window_is_taken(seconds: int) -> None:
    assert WINDOW_US == 300_000_000

    check_signature(replace(DOCUMENTED, at=DOCUMENTED.at + seconds * 1_000_000), SECRET)


@pytest.mark.parametrize("secret", [None, Secret(""), Secret("other")])
def test_another_secret_or_none_is_refused(secret: Secret | None) -> None:
    with pytest.raises(Unauthorized):
        check_signature(DOCUMENTED, secret)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-request-timestamp": "1531420618"},
        {"x-slack-signature": DOCUMENTED.headers["x-slack-signature"]},
        {**DOCUMENTED.headers, "x-slack-request-timestamp": "x"},
        {**DOCUMENTED.headers, "x-slack-request-timestamp": "1" * 30},
        {**DOCUMENTED.headers, "x-slack-request-timestamp": "²"},
        {**DOCUMENTED.headers, "x-slack-signature": "v0=ä"},
    ],
)
def test_headers_that_are_missing_or_mad_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized):
        check_signature(replace(DOCUMENTED, headers=headers), SECRET)


def test_command() -> None:
    (typed,) = called_of(Slack().command("ack INC-12", NOW))

    assert isinstance(typed, Typed)
    assert (typed.account, typed.text, typed.room, typed.id) == (USER, "ack INC-12", CHANNEL, "t1")


def test_command_without_words_asks_for_help() -> None:
    (typed,) = called_of(Slack().command("  ", NOW))

    assert isinstance(typed, Typed)
    assert typed.text == "help"


def test_first_call_of_events_wants_its_challenge_back() -> None:
    body = msgspec.json.encode({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})

    assert called_of(signed(body, NOW, "application/json")) == (
        Handshake(b"3eZbrw1a", "text/plain"),
    )


def test_mention_is_a_command_and_a_reply_names_its_message() -> None:
    said = {
        "type": "app_mention",
        "user": USER,
        "text": "<@U0LAN0Z89> note rolled &lt;back&gt;",
        "channel": CHANNEL,
        "ts": "2.0",
        "thread_ts": "1.0",
    }

    (typed,) = called_of(Slack().event(said, NOW, "Ev7"))

    assert isinstance(typed, Typed)
    assert (typed.text, typed.ref, typed.id) == ("note rolled <back>", f"{CHANNEL}/1.0", "Ev7")


@pytest.mark.parametrize(
    "said",
    [
        {"type": "message", "channel_type": "channel", "user": USER, "text": "hm"},
        {"type": "message", "channel_type": "im", "bot_id": "B1", "text": "hm"},
        {"type": "message", "channel_type": "im", "subtype": "message_changed"},
        {"type": "reaction_added"},
    ],
)
def test_what_is_not_for_us_is_nothing(said: dict[str, object]) -> None:
    assert called_of(Slack().event(said, NOW)) == ()


def test_pin_is_the_message_with_its_own_time() -> None:
    message = {"user": "U9", "text": "a &amp; b", "ts": "1774864800.000100"}
    said = {
        "type": "pin_added",
        "user": USER,
        "channel_id": CHANNEL,
        "item": {"type": "message", "message": message},
    }

    (pinned,) = called_of(Slack().event(said, NOW))

    at = 1_774_864_800_000_100
    assert pinned == Pinned(USER, CHANNEL, "1774864800.000100", "U9", "a & b", at)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 10_000, "application/json"),
        (urlencode({"payload": "{"}).encode(), "application/x-www-form-urlencoded"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(60)), "application/x-www-form-urlencoded"),
    ],
)
def test_what_cannot_be_read_is_malformed(body: bytes, content_type: str) -> None:
    with pytest.raises(Malformed):
        called_of(Callback({"content-type": content_type}, body))


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission"},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": [7, {}, {"action_id": "open"}, {"action_id": 7}]},
    ],
)
def test_payload_without_a_button_of_ours_is_nothing(payload: dict[str, object]) -> None:
    body = urlencode({"payload": msgspec.json.encode(payload).decode()}).encode()

    assert called_of(Callback({"content-type": "application/x-www-form-urlencoded"}, body)) == ()
