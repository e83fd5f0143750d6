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
_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', re.DOTALL)
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


def instant(value: datetime) -> int:
    """µs UTC of an aware datetime."""
    return (value - _EPOCH) // timedelta(microseconds=1)


def nesting_of(body: bytes) -> int:
    """The deepest nesting of brackets in `body`, outside strings."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(body):
        first = match.group()[0]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


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
