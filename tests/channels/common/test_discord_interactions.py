import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from tests.channels.fakes.discord import ALICE, CHANNEL, PUBLIC_KEY, interaction, told
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW
from triaged.channels.common.discord_interactions import answer_to, called_of
from triaged.channels.common.two_way import Callback, Handshake, Press, Reply, Typed
from triaged.core.text.wording import clean
from triaged.errors import Malformed, Unauthorized

SECOND = 1_000_000


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
        "channel_id": CHANNEL,
        "user": {"id": ALICE},
        "data": {"name": "triaged", "options": options},
    }

    assert called_of(interaction(said, NOW), PUBLIC_KEY) == (Typed(ALICE, text, CHANNEL),)


def test_ping_is_answered() -> None:
    (called,) = called_of(interaction({"type": 1}, NOW), PUBLIC_KEY)

    assert isinstance(called, Handshake)
    assert answer_to(called, Reply("")).body == b'{"type":1}'


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

    assert told(answer_to(called, Reply("acknowledged by *Bob* at 02:14"))) == (
        "acknowledged by *Bob* at 02:14"
    )
    assert told(answer_to(Typed("1", "x"), Reply("@everyone", done=False))) == "@everyone"
    assert told(answer_to(called, Reply(""))) == "", "the message itself is edited"


def test_words_format_and_mention_nothing() -> None:
    for text in HOSTILE:
        told(answer_to(Typed("1", "x"), Reply(clean(text, 1000))))
