"""Values as the outside sees them: JSON bodies, instants, secrets.

Instants are RFC 3339 UTC with microseconds: https://www.rfc-editor.org/rfc/rfc3339
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec

from triaged.errors import Malformed

T = TypeVar("T")
Instant = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""An RFC 3339 instant in UTC, as `instant_text` writes it."""

NESTING_MAX = 64
"""Deepest nesting of a body. Real senders stay below 10; recursion fails near 1,000."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_STRING = re.compile(rb'"[^"]*+"?')
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(code for code in range(256) if code not in b'[]{}"')
encode = msgspec.json.Encoder().encode


class Secret(str):
    """Text that prints as `<secret>`; use `reveal()` where it goes to its one destination."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "<secret>"

    def reveal(self) -> str:
        """The text itself."""
        return str.__str__(self)


def instant_text(at: int) -> str:
    """`2026-03-30T08:00:00.000000Z` for an instant in µs UTC, one of the years that can be written.

    What is stored has to be readable, so that any other becomes the first or the last of these.
    """
    try:
        moment = _EPOCH + timedelta(microseconds=at)
    except OverflowError:
        moment = _FIRST if at < 0 else _LAST
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant_text_or_none(at: int | None) -> str | None:
    """`instant_text` of an instant; None stays None."""
    return None if at is None else instant_text(at)


MISSING_SECRET = Secret("a file that is not there")
"""In place of a secret whose file cannot be read: `check` goes on, and nothing is sent with it."""


def instant(value: datetime) -> int:
    """µs UTC of an aware datetime."""
    return (value - _EPOCH) // timedelta(microseconds=1)


def nests_deeper(body: bytes, limit: int = NESTING_MAX) -> bool:
    """True if brackets outside strings nest deeper than `limit` in `body`.

    It works on the whole body at once and takes no step for each bracket: a megabyte of them is a
    matter of 30 ms at most, on the event loop. What is not JSON gets some answer.
    """
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    left = body.translate(_SQUARE, _NO_BRACKETS).replace(b'""', b"")
    left = _STRING.sub(b"", left)
    run = b"[" * (limit + 1)
    for _ in range(limit):  # each turn takes away the innermost pairs
        if run in left:
            return True
        if b"[]" not in left:
            return False
        left = left.replace(b"[]", b"")
    return run in left or b"[]" in left


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """`body` as the decoder's type; `Malformed` with the JSON path of the first thing wrong."""
    try:
        return decoder.decode(body)
    except UnicodeDecodeError as error:
        message = f"invalid UTF-8 at byte {error.start}"
    except RecursionError:
        raise Malformed("nested_too_deep", f"nested deeper than {NESTING_MAX} levels") from None
    except msgspec.ValidationError as error:
        message, _, path = named_key(body, error).partition(" - at `")
        raise Malformed("wrong_shape", message, path.rstrip("`")) from None
    except msgspec.DecodeError as error:
        message = f"not JSON: {error}"
    if not body.strip():
        raise Malformed("empty_body", "the body is empty; JSON is expected")
    raise Malformed("not_json", message)


def named_key(body: bytes, error: msgspec.ValidationError) -> str:
    """The error's text with the key of a map named, where msgspec says only `[...]`."""
    message = str(error)
    head, _, path = message.rpartition(" - at `$")
    before, found, after = path.rstrip("`").partition("[...]")
    if not found or after:
        return message
    try:
        value: Any = msgspec.json.decode(body)
        for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", before):
            value = value[name] if name else value[int(index)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError):
        return message  # the name is a courtesy: elsewhere the body is worse than wrong
    if not isinstance(value, dict):
        return message
    wrong = next((key for key, item in value.items() if not isinstance(item, str)), None)
    return message if wrong is None else f"{head} - at `${before}[{json.dumps(wrong)}]`"
