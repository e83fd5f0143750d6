"""What Telegram tells a bot when it calls or is asked; https://core.telegram.org/bots/api#update."""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from triaged.channels.common.two_way import (
    Callback,
    Called,
    OptedIn,
    OptedOut,
    Press,
    Typed,
)
from triaged.errors import Unauthorized
from triaged.wire import MISSING_SECRET, Secret

ALLOWED = ("callback_query", "message", "my_chat_member")
"""Updates that we want: buttons, messages, and whether somebody has blocked the bot."""

TEXT_MAX = 1000


def check_secret_token(callback: Callback, secret: Secret | None) -> None:
    """Raise `Unauthorized` unless the call has the token that `setWebhook` was given."""
    if secret is None or secret is MISSING_SECRET or not secret.reveal():
        raise Unauthorized("the channel has no webhook_secret: it takes no calls")
    given = callback.headers.get("x-telegram-bot-api-secret-token", "")
    if not hmac.compare_digest(secret.reveal().encode(), given.encode("utf-8", "replace")):
        raise Unauthorized("the secret token is not ours")


def called_of(body: bytes) -> tuple[Called, ...]:
    """What an update says; nothing where it cannot be read, for Telegram would repeat it."""
    try:
        update = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    return tuple(said_by(update)) if isinstance(update, dict) else ()


def said_by(update: Mapping[str, Any]) -> Iterator[Called]:
    """The parts of one update that are for us."""
    identity = _number(update, "update_id")
    if (query := update.get("callback_query")) is not None:
        account, data = _number(query, "from", "id"), _text(query, "data")
        message = _at(query, ("message",))
        place = f"{_number(message, 'chat', 'id')}/{_number(message, 'message_id')}"
        if account and data:
            yield Press(account, data, place, {"query": _text(query, "id")})
    elif (message := update.get("message")) is not None:
        yield from _typed(message, identity)
    elif (change := update.get("my_chat_member")) is not None:
        yield from _member(change)


def _typed(message: Mapping[str, Any], identity: str) -> Iterator[Called]:
    """A command: a message to the bot alone, one with a slash, or a reply to one of ours."""
    chat, text = _number(message, "chat", "id"), _text(message, "text").strip()
    is_private = _text(message, "chat", "type") == "private"
    replied = _number(message, "reply_to_message", "message_id")
    is_answer = _flag(message, "reply_to_message", "from", "is_bot")
    account = _number(message, "from", "id")
    if not text or not account or not (is_private or text.startswith("/") or is_answer):
        return
    yield Typed(
        account,
        command_of(text),
        room=chat,
        ref=f"{chat}/{replied}" if replied else "",
        back={"chat": chat, "message": _number(message, "message_id")},
        id=identity,
    )


def command_of(text: str) -> str:
    """`ack INC-12` for `/ack@triaged_bot INC-12` and `/triaged ack INC-12`."""
    if text.startswith("/"):
        word, _, rest = text[1:].partition(" ")
        word = word.partition("@")[0]
        text = rest if word in ("triaged", "start") else f"{word} {rest}"
    return text.strip()[:TEXT_MAX] or "help"


def _member(change: Mapping[str, Any]) -> Iterator[Called]:
    """Somebody has blocked the bot in their own chat, or lets it write again."""
    status, chat = _text(change, "new_chat_member", "status"), _number(change, "chat", "id")
    if chat and status in ("kicked", "left"):
        yield OptedOut(chat, "the bot was blocked or removed")
    elif chat and status == "member":
        yield OptedIn(chat)


def _at(value: object, path: tuple[str, ...]) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: object, *path: str) -> str:
    found = _at(value, path)
    return found if isinstance(found, str) else ""


def _number(value: object, *path: str) -> str:
    """A number as text; empty where there is none."""
    found = _at(value, path)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def _flag(value: object, *path: str) -> bool:
    return _at(value, path) is True
