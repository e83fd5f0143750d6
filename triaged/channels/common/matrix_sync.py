"""What people do in rooms of Matrix: reactions and replies to our messages.

https://spec.matrix.org/latest/client-server-api/#syncing. A reaction to one of our messages
acknowledges; a reply to one of them, or a message that begins with `!triaged`, is a command.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from triaged.channels.common.call_bodies import text_at
from triaged.channels.common.two_way import Called, Signalled, Typed
from triaged.core.text.wording import clean
from triaged.wire import encode

ACKNOWLEDGE = frozenset("👍✅")
"""Reactions that acknowledge, in any colour of skin."""

POLL_S = 30
EVENTS_MAX = 50
"""Events of a room in an answer: what is more was said while nobody listened."""

COMMAND_MAX = 1000
PREFIX = "!triaged"
_VARIANTS = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")
_NONE: Mapping[str, object] = {"not_types": ["*"]}
_FILTER = encode(
    {
        "presence": _NONE,
        "account_data": _NONE,
        "room": {
            "state": _NONE,
            "ephemeral": _NONE,
            "account_data": _NONE,
            "timeline": {"types": ["m.reaction", "m.room.message"], "limit": EVENTS_MAX},
        },
    }
).decode()


def query_of(cursor: str) -> str:
    """The query of a poll; the first one only finds out where to begin."""
    asked = {"filter": _FILTER, "set_presence": "offline", "timeout": "0"}
    if cursor:
        asked |= {"since": cursor, "timeout": str(POLL_S * 1000)}
    return urlencode(asked)


def called_of(said: Mapping[str, Any], user: str) -> Iterator[Called]:
    """What an answer to a poll tells; `user` is our account."""
    rooms = _of(_of(said, "rooms"), "join")
    for room, joined in rooms.items():
        events = _of(_of({"it": joined}, "it"), "timeline").get("events")
        for event in events if isinstance(events, list) else ():
            if isinstance(event, dict) and not _is_ours(event, user):
                yield from _event(room, event, user)


def _of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_ours(event: Mapping[str, Any], user: str) -> bool:
    """True for what we have sent: whoever sent it is told the transaction."""
    return text_at(event, "sender") == user or bool(text_at(event, "unsigned", "transaction_id"))


def _event(room: str, event: Mapping[str, Any], user: str) -> Iterator[Called]:
    account, content = text_at(event, "sender"), _of(event, "content")
    if event.get("type") == "m.reaction":
        key = _VARIANTS.sub("", text_at(content, "m.relates_to", "key"))
        ref = text_at(content, "m.relates_to", "event_id")
        if key in ACKNOWLEDGE and ref:
            at = _instant(event)
            yield Signalled("acknowledge", account, ref=ref, at=at, needs_person=True)
    elif event.get("type") == "m.room.message" and content.get("msgtype") == "m.text":
        yield from _message(room, event, user)


def _instant(event: Mapping[str, Any]) -> int | None:
    at = event.get("origin_server_ts")
    return at * 1000 if isinstance(at, int) and not isinstance(at, bool) else None


def _message(room: str, event: Mapping[str, Any], user: str) -> Iterator[Called]:
    """The command that a message is; none in most."""
    content, account = _of(event, "content"), text_at(event, "sender")
    if text_at(content, "m.relates_to", "rel_type") == "m.replace":
        return  # somebody mends what was heard already
    ref = text_at(content, "m.relates_to", "m.in_reply_to", "event_id")
    quoted, text = _without_quote(text_at(content, "body"))
    word, _, rest = text.strip().partition(" ")
    if word == PREFIX:
        text = rest
    elif not ref or not user or not _concerns(content, quoted, user):
        return
    id_ = text_at(event, "event_id")
    back = {"room": room, "event": id_}
    text = clean(text, COMMAND_MAX).strip() or "help"
    yield Typed(account, text, room, ref=ref, back=back, id=id_)


def _concerns(content: Mapping[str, Any], quoted: str, user: str) -> bool:
    """True if a reply is to us: it mentions us, or older clients have quoted us."""
    users = _of(content, "m.mentions").get("user_ids")
    mentioned = isinstance(users, list) and user in users
    return mentioned or quoted.startswith((f"> <{user}>", f"> * <{user}>"))


def _without_quote(body: str) -> tuple[str, str]:
    """The quote at the beginning of a reply, and the reply."""
    if not body.startswith("> "):
        return "", body
    quoted, _, text = body.partition("\n\n")
    return quoted, text
