import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from tests.channels.fakes.discord import ALICE, CHANNEL, PUBLIC_KEY, interaction, told
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW
from triaged.channels.common.discord_interactions import answer_to, called_of
from triaged.channels.common.two_way import DEFERRED, Callback, Handshake, Press, Reply, Typed
from triaged.core.text.wording import clean
from triaged.errors import Malformed, Unauthorized

SECOND = 1_000_000
API = "https://discord.com/api/v10"
BACK = {"application_id": "5", "token": "aW50.x_-"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([{"name": "command", "type": 3, "value": "ack INC-12"}], "ack INC-12"),
        ([{"name": "ack", "type": 1, "options": [{"type": 4, "value": 12}]}], "ack 12"),
        ([], "help"),
        (None, "help"),
        ([1, {"type": 3}], "help"),
    ],
)
def test_command_is_heard_in_words(options: object, text: str) -> None:
    said = {
        "type": 2,
        "id": "9",
        **BACK,
        "channel_id": CHANNEL,
        "user": {"id": ALICE},
        "data": {"name": "triaged", "options": options},
    }

    assert called_of(interaction(said, NOW), PUBLIC_KEY) == (
        Typed(ALICE, text, CHANNEL, back=BACK, id="9"),
    )


def test_ping_is_answered() -> None:
    (called,) = called_of(interaction({"type": 1}, NOW), PUBLIC_KEY)

    assert isinstance(called, Handshake)
    assert answer_to(called, Reply(""), API).body == b'{"type":1}'


def changed(call: Callback, at: int) -> Callback:
    body = bytearray(call.body)
    body[at] ^= 1
    return replace(call, body=bytes(body))


PRESS = {"type": 3, "user": {"id": ALICE}, "channel_id": CHANNEL, "data": {}, "message": {}}
GOOD = interaction(PRESS, NOW)
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.mark.parametrize(
    "call",
    [
        interaction(PRESS, NOW, OTHER),
        interaction(PRESS, NOW - 301 * SECOND),
        interaction(PRESS, NOW + 301 * SECOND),
        changed(GOOD, 0),
        changed(GOOD, len(GOOD.body) - 1),
        replace(GOOD, headers={**GOOD.headers, "x-signature-timestamp": "1774864801"}),
        replace(GOOD, headers={**GOOD.headers, "x-signature-ed25519": ""}),
        replace(GOOD, headers={}),
    ],
    ids=["key", "stale", "future", "first byte", "last byte", "time", "no signature", "bare"],
)
def test_call_that_is_forged_stale_or_altered_is_refused(call: Callback) -> None:
    with pytest.raises(Unauthorized):
        called_of(replace(call, at=NOW), PUBLIC_KEY)


def test_signed_call_is_taken_within_five_minutes_and_only_with_a_key() -> None:
    for at in (NOW - 300 * SECOND, NOW + 300 * SECOND):
        assert called_of(replace(interaction(PRESS, at), at=NOW), PUBLIC_KEY)
    with pytest.raises(Unauthorized):
        called_of(GOOD, "")


@pytest.mark.parametrize("said", [{}, {"type": 5, "user": {"id": ALICE}}, {"type": 3}, [], "x"])
def test_signed_call_that_cannot_be_understood_is_malformed(said: object) -> None:
    with pytest.raises(Malformed):
        called_of(interaction(said, NOW), PUBLIC_KEY)


def test_huge_call_is_not_looked_into() -> None:
    with pytest.raises(Malformed, match="more than 1048576 bytes"):
        called_of(Callback({}, b"x" * (1024 * 1024 + 1), at=NOW), PUBLIC_KEY)


def test_words_go_to_whoever_pressed_alone() -> None:
    called = Press(ALICE, "v")

    assert told(answer_to(called, Reply("acknowledged by *Bob* at 02:14"), API)) == (
        "acknowledged by *Bob* at 02:14"
    )
    assert told(answer_to(Typed("1", "x"), Reply("@everyone", done=False), API)) == "@everyone"
    assert told(answer_to(called, Reply(""), API)) == "", "the message itself is edited"


def test_words_format_and_mention_nothing() -> None:
    for text in HOSTILE:
        told(answer_to(Typed("1", "x"), Reply(clean(text, 1000)), API))


@pytest.mark.parametrize(
    ("called", "kind", "method", "path"),
    [
        (Press(ALICE, "v", back=BACK), 6, "POST", "/webhooks/5/aW50.x_-"),
        (Typed(ALICE, "x", back=BACK), 5, "PATCH", "/webhooks/5/aW50.x_-/messages/@original"),
    ],
)
def test_words_of_a_slow_call_come_later(
    called: Press | Typed, kind: int, method: str, path: str
) -> None:
    slow = replace(called, back={**BACK, DEFERRED: "1"})

    at_once, later = answer_to(called, Reply(""), API), answer_to(slow, Reply("done"), API).later

    assert msgspec.json.decode(at_once.body)["type"] == kind
    assert later is not None
    assert (later.method, later.url) == (method, API + path)
    assert msgspec.json.decode(later.body)["flags"] == 64
    assert answer_to(replace(slow, back={DEFERRED: "1"}), Reply("x"), API).later is None
