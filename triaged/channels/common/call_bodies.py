"""What call-backs of providers have in common: sizes, times, JSON whose shape nobody promises."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from triaged.channels.common.two_way import Callback
from triaged.core.time.durations import MINUTE, SECOND
from triaged.errors import Malformed, Unauthorized
from triaged.wire import decoded, instant, nests_deeper

BODY_MAX = 1024 * 1024
"""Bytes: a call-back may hold the message with all its parts."""

WINDOW_US = 5 * MINUTE
"""How far a signed time may be from ours: what is older may be a replay."""

_OBJECT = msgspec.json.Decoder(dict[str, Any])


def check_size(callback: Callback, most: int = BODY_MAX) -> None:
    """Raise `Malformed` for a body that is too large to be looked into."""
    if len(callback.body) > most:
        raise Malformed("too_large", f"the body has more than {most} bytes")


def check_time(seconds: str, callback: Callback) -> None:
    """Raise `Unauthorized` unless a call-back that says so was made in the last five minutes."""
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 12
    if not is_number or abs(int(seconds) * SECOND - callback.at) > WINDOW_US:
        raise Unauthorized("the call is older than five minutes, or the clocks differ")


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is. Raises `Malformed`."""
    if nests_deeper(body):
        raise Malformed("nested_too_deep", "the body is nested too deep")
    return decoded(_OBJECT, body)


def text_at(value: object, *path: str) -> str:
    """The text at a path through objects; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def instant_at(value: object, *path: str) -> int | None:
    """The instant in µs that the RFC 3339 text at a path says; None: there is none."""
    try:
        found = datetime.fromisoformat(text_at(value, *path))
    except ValueError:
        return None
    return instant(found if found.tzinfo is not None else found.replace(tzinfo=UTC))
