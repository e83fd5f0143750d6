"""Updates of Telegram: which of them are for us, and what they say."""

import pytest

from tests.channels.fakes.telegram import CHAT, GROUP, Telegram
from triaged.channels.common.telegram_calls import called_of, command_of, said_by
from triaged.channels.common.two_way import OptedIn, OptedOut, Typed
from triaged.wire import encode


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("ack INC-12", "ack INC-12"),
        ("/ack INC-12", "ack INC-12"),
        ("/ack@triaged_bot INC-12", "ack INC-12"),
        ("/triaged ack INC-12", "ack INC-12"),
        ("/start", "help"),
        ("/triaged", "help"),
    ],
)
def test_slashes_and_names_of_the_bot_are_no_part_of_a_command(text: str, command: str) -> None:
    assert command_of(text) == command


def test_message_in_a_group_is_for_us_with_a_slash_or_as_a_reply() -> None:
    peer = Telegram()
    ours = {"message_id": 5, "from": {"id": 1, "is_bot": True}}
    theirs = {"message_id": 6, "from": {"id": 2, "is_bot": False}}

    assert called_of(encode(peer.writes("hello", GROUP))) == ()
    assert called_of(encode(peer.writes("ack", GROUP, reply_to_message=theirs))) == ()
    (slash,) = called_of(encode(peer.writes("/list", GROUP)))
    (reply,) = called_of(encode(peer.writes("ack", GROUP, reply_to_message=ours)))
    assert isinstance(slash, Typed)
    assert isinstance(reply, Typed)
    assert (slash.account, slash.text) == (str(CHAT), "list")
    assert reply.ref == f"{GROUP}/5"
    assert slash.id != reply.id


@pytest.mark.parametrize(
    ("status", "called"),
    [
        ("kicked", (OptedOut(str(CHAT), "the bot was blocked or removed"),)),
        ("member", (OptedIn(str(CHAT)),)),
        ("restricted", ()),
    ],
)
def test_who_blocks_the_bot_opts_out(status: str, called: tuple[object, ...]) -> None:
    change = {"chat": {"id": CHAT}, "new_chat_member": {"status": status}}

    assert tuple(said_by({"update_id": 1, "my_chat_member": change})) == called


@pytest.mark.parametrize(
    "update",
    [
        {"callback_query": 7},
        {"callback_query": {"from": {"id": True}, "data": 7}},
        {"message": {"text": None}},
        {"message": []},
        {"my_chat_member": {"chat": 1}},
        {"poll": {}},
    ],
)
def test_update_that_is_odd_says_nothing(update: dict[str, object]) -> None:
    assert tuple(said_by(update)) == ()
