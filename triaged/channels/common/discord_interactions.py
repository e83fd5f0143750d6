"""Interactions of Discord: buttons that are pressed and commands that are typed.

https://docs.discord.com/developers/interactions/receiving-and-responding; the signature:
https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint. Discord sends
requests with wrong signatures, too, to see whether they are refused.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from triaged.channels import HttpRequest
from triaged.channels.common.call_bodies import check_size, check_time, object_of, text_at
from triaged.channels.common.ed25519 import is_signed
from triaged.channels.common.markdown import cut_escaped, discord_escaped
from triaged.channels.common.two_way import (
    DEFERRED,
    Callback,
    Called,
    Handshake,
    HttpReply,
    Press,
    Reply,
    Typed,
)
from triaged.core.text.wording import clean
from triaged.errors import Malformed, Unauthorized
from triaged.wire import encode

PING, COMMAND, BUTTON = 1, 2, 3
"""Types of interactions."""

PONG = encode({"type": 1})
MESSAGE, WORDS_LATER, NOTHING = 4, 5, 6
"""Types of answers: a message; a message that says that one comes; none, for a button."""

EPHEMERAL = 1 << 6
"""The flag of a message that only whoever pressed can see."""

SUBCOMMANDS = frozenset({1, 2})
DEPTH_MAX = 3
"""A group, a command in it, and its options."""

COMMAND_MAX, REPLY_MAX = 1000, 1900
"""Characters; a message may have 2,000 after escaping."""

_TOKEN = re.compile(r"[-_.A-Za-z0-9]{1,400}")


def called_of(callback: Callback, key: str) -> tuple[Called, ...]:
    """What an interaction says. Raises `Unauthorized` and `Malformed`."""
    check_size(callback)
    timestamp = callback.headers.get("x-signature-timestamp", "")
    signature = callback.headers.get("x-signature-ed25519", "")
    if not key or not is_signed(timestamp.encode() + callback.body, signature, key):
        raise Unauthorized("the signature in X-Signature-Ed25519 does not hold")
    check_time(timestamp, callback)
    said = object_of(callback.body)
    kind = said.get("type")
    if kind == PING:
        return (Handshake(PONG),)
    account = text_at(said, "member", "user", "id") or text_at(said, "user", "id")
    room = text_at(said, "channel_id")
    back = {name: text_at(said, name) for name in ("application_id", "token")}
    if kind == COMMAND and account:
        return (Typed(account, _command(said), room, back=back, id=text_at(said, "id")),)
    if kind == BUTTON and account:
        ref = f"{room}/{text_at(said, 'message', 'id')}"
        return (Press(account, text_at(said, "data", "custom_id"), ref, back),)
    raise Malformed("wrong_shape", "a button or a command, and a user, are expected")


def _command(said: Mapping[str, Any]) -> str:
    """`ack INC-12` of `/triaged command: ack INC-12`, and of `/triaged ack incident: INC-12`."""
    data = said.get("data")
    options = data.get("options") if isinstance(data, dict) else None
    return clean(" ".join(_words(options, DEPTH_MAX)), COMMAND_MAX).strip() or "help"


def _words(options: object, depth: int) -> Iterator[str]:
    for option in options if isinstance(options, list) and depth else ():
        if not isinstance(option, dict):
            continue
        if option.get("type") in SUBCOMMANDS:
            yield text_at(option, "name")
            yield from _words(option.get("options"), depth - 1)
        else:
            yield str(option.get("value", ""))


def answer_to(called: Called | None, reply: Reply, api: str) -> HttpReply:
    """The words to whoever pressed or typed, in a message that nobody else sees."""
    data = {
        "content": cut_escaped(discord_escaped(reply.text), REPLY_MAX),
        "flags": EPHEMERAL,
        "allowed_mentions": {"parse": []},
    }
    match called:
        case Handshake(body=body):
            return HttpReply(200, body)
        case Press() | Typed() if DEFERRED in called.back and reply.text:
            return HttpReply(200, later=_later(called, encode(data), api))
        case Press() | Typed() if reply.text:
            return HttpReply(200, encode({"type": MESSAGE, "data": data}))
        case Typed():
            return HttpReply(200, encode({"type": WORDS_LATER, "data": {"flags": EPHEMERAL}}))
        case _:
            return HttpReply(200, encode({"type": NOTHING}))


def _later(called: Press | Typed, body: bytes, api: str) -> HttpRequest | None:
    """The words after an answer without any: its token is good for a quarter of an hour."""
    application, token = called.back.get("application_id", ""), called.back.get("token", "")
    if not application.isdigit() or not _TOKEN.fullmatch(token):
        return None
    url = f"{api}/webhooks/{application}/{token}"
    headers = {"content-type": "application/json"}
    if isinstance(called, Press):
        return HttpRequest("POST", url, headers, body)
    return HttpRequest("PATCH", f"{url}/messages/@original", headers, body)
