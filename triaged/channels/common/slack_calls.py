"""What Slack calls us with: buttons, `/triaged`, events; https://docs.slack.dev/interactivity.

Each call is signed by the app's signing secret.
"""

import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from triaged.channels.common.two_way import Callback, Called, Handshake, Pinned, Press, Typed
from triaged.core.time.durations import MINUTE, SECOND
from triaged.errors import Malformed, Unauthorized
from triaged.wire import MISSING_SECRET, Secret

WINDOW_US = 5 * MINUTE
"""https://docs.slack.dev/authentication/verifying-requests-from-slack: older ones are replays."""

ACTION = "triaged."
"""The beginning of `action_id` of buttons that call us; the others are links."""

TEXT_MAX = 1000
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(\|[^>]*)?>")


def check_signature(callback: Callback, secret: Secret | None) -> None:
    """Raise `Unauthorized` unless Slack signed it in the last five minutes.

    `v0=` and the hex HMAC-SHA256 of `v0:<timestamp>:<body>` by the signing secret.
    """
    if secret is None or secret is MISSING_SECRET or not secret.reveal():
        raise Unauthorized("the channel has no signing_secret: it takes no calls")
    stamp = callback.headers.get("x-slack-request-timestamp", "")
    given = callback.headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise Unauthorized("the time of the call is missing")
    base = b"v0:" + stamp.encode() + b":" + callback.body
    wanted = "v0=" + hmac.digest(secret.reveal().encode(), base, "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        raise Unauthorized("the signature does not hold")
    if abs(callback.at - int(stamp) * SECOND) > WINDOW_US:
        raise Unauthorized("the call is too old, or the clocks differ by minutes")


def called_of(callback: Callback) -> tuple[Called, ...]:
    """What the body of a verified call says. Raises `Malformed`."""
    content_type = callback.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "application/json":
        return tuple(_event(_object(callback.body)))
    try:
        form = parse_qs(callback.body.decode(), max_num_fields=50)
    except ValueError as error:
        raise Malformed("not_form", "the body is no form") from error
    if "payload" in form:
        return tuple(pressed(_object(form["payload"][0].encode())))
    return tuple(typed({name: values[0] for name, values in form.items()}))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("not_json", "the call is no JSON") from error
    if not isinstance(value, dict):
        raise Malformed("wrong_shape", "an object is expected")
    return value


def pressed(payload: Mapping[str, Any]) -> Iterator[Called]:
    """The buttons of a `block_actions` that are ours."""
    if payload.get("type") != "block_actions":
        return
    channel, stamp = _text(payload, "channel", "id"), _text(payload, "container", "message_ts")
    back = {"response_url": _text(payload, "response_url")}
    actions = payload.get("actions")
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, dict) and _text(action, "action_id").startswith(ACTION):
            account = _text(payload, "user", "id")
            yield Press(account, _text(action, "value"), f"{channel}/{stamp}", back)


def typed(form: Mapping[str, Any]) -> Iterator[Called]:
    """The text behind a slash command."""
    account = _text(form, "user_id")
    if account and "command" in form:
        yield Typed(
            account,
            _words(_text(form, "text")),
            room=_text(form, "channel_id"),
            back={"response_url": _text(form, "response_url"), "slash": "1"},
            id=_text(form, "trigger_id"),
        )


def _event(said: Mapping[str, Any]) -> Iterator[Called]:
    if said.get("type") == "url_verification":
        yield Handshake(_text(said, "challenge").encode(), "text/plain")
    elif said.get("type") == "event_callback":
        yield from happened(said)


def happened(said: Mapping[str, Any]) -> Iterator[Called]:
    """What an `event_callback` tells: a pin, a mention of us, a message to us alone."""
    event = said.get("event")
    if not isinstance(event, dict) or event.get("bot_id") or event.get("subtype"):
        return
    is_direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if event.get("type") == "pin_added":
        yield from _pinned(event)
    elif event.get("type") == "app_mention" or is_direct:
        room, thread = _text(event, "channel"), _text(event, "thread_ts")
        yield Typed(
            _text(event, "user"),
            _words(_MENTION.sub(" ", _text(event, "text"))),
            room=room,
            ref=f"{room}/{thread}" if thread else "",
            back={"channel": room, "user": _text(event, "user"), "thread_ts": thread},
            id=_text(said, "event_id"),
        )


def _pinned(event: Mapping[str, Any]) -> Iterator[Called]:
    item = event.get("item")
    message = item.get("message") if isinstance(item, dict) else None
    if not isinstance(message, dict):
        return
    stamp = _text(message, "ts")
    if not re.fullmatch(r"[0-9]{1,11}\.[0-9]{1,6}", stamp):
        return
    seconds, _, rest = stamp.partition(".")
    yield Pinned(
        _text(event, "user"),
        _text(event, "channel_id"),
        message=stamp,
        author=_text(message, "user") or _text(message, "username"),
        text=unescaped(_text(message, "text")),
        at=int(seconds) * SECOND + int(rest.ljust(6, "0")),
    )


def _words(text: str) -> str:
    """A command as it was typed; nothing asks for help."""
    return unescaped(text).strip()[:TEXT_MAX] or "help"


def unescaped(text: str) -> str:
    """The text that somebody typed: Slack escapes three characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _text(value: Mapping[str, Any], *path: str) -> str:
    """The text at a path; empty where there is none."""
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""
