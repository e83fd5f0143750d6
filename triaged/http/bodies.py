"""Request bodies: their common types, reading within a time and a size, decoding."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec
from aiohttp import HttpVersion11, StreamReader, web
from msgspec import Meta

from triaged.errors import Malformed
from triaged.http.aiohttp_internals import write_continue
from triaged.wire import NESTING_MAX, decoded, instant, nests_deeper

T = TypeVar("T")

YEAR_MAX = 9000
"""The last year of an instant in a body: instants that follow from it can be written, too."""

FIRST = instant(datetime(1, 1, 1, tzinfo=UTC))
END = instant(datetime(YEAR_MAX + 1, 1, 1, tzinfo=UTC))

BODY_S = 10.0
"""Time for a body to arrive. A sender on a bad line needs a second; Prometheus gives up after
10."""

API_BODY_MAX = 1 << 20
"""Bytes of a request of a person or a script: titles and notes, no attachments."""

TEXT_MAX = 20_000
NAME_MAX = 200

Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Moment = Annotated[datetime, Meta(tz=True)]
"""An RFC 3339 instant with its zone."""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request's body; unknown keys are refused."""


class TooLarge(msgspec.Struct, frozen=True):
    """The body is larger than `limit` bytes, by its header or as read so far."""

    limit: int


class TooSlow(msgspec.Struct, frozen=True):
    """The body did not arrive within `BODY_S`."""


class Broken(msgspec.Struct, frozen=True):
    """The body ended early or its framing is wrong."""


class Stopped(msgspec.Struct, frozen=True):
    """The body had not arrived when triaged began to stop."""


Unread = TooLarge | TooSlow | Broken | Stopped
"""The reason for which there is no body."""


class Stop:
    """Whether triaged stops. Requests that wait for their body end at once.

    aiohttp drops what arrives once it shuts down: the body would never be whole.
    """

    def __init__(self) -> None:
        self.begun = False
        self.waits: set[asyncio.Timeout] = set()

    def begin(self) -> None:
        """Stop: from now on no body is waited for."""
        self.begun = True
        for wait in self.waits:
            if wait.expired():
                continue  # its body was too slow a moment before
            wait.reschedule(asyncio.get_running_loop().time())


async def read_body(
    request: web.BaseRequest, limit: int, stop: Stop, wait_s: float = BODY_S
) -> bytes | Unread:
    """The whole body, unless it is larger than `limit` bytes or takes longer than `wait_s`."""
    if (request.content_length or 0) > limit:
        return TooLarge(limit)
    content = request.content
    try:
        if content.is_eof():  # it has arrived with the headers, as small ones do
            body = content.read_nowait()
        else:
            await _continue(request)
            body = await _arriving(content, limit, stop, 0 if stop.begun else wait_s)
    except TimeoutError:
        return Stopped() if stop.begun else TooSlow()
    except (web.RequestPayloadError, ConnectionError, asyncio.IncompleteReadError):
        return Broken()
    return body if len(body) <= limit else TooLarge(limit)


async def _continue(request: web.BaseRequest) -> None:
    """Answer a sender that waits with its body, as curl does with more than a megabyte."""
    expected = request.headers.get("Expect", "").lower() == "100-continue"
    if expected and request.version >= HttpVersion11:
        await write_continue(request)


async def _arriving(content: StreamReader, limit: int, stop: Stop, wait_s: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(wait_s) as wait:
        stop.waits.add(wait)
        try:
            while part := await content.readany():
                parts.append(part)
                size += len(part)
                if size > limit:
                    break
        finally:
            stop.waits.discard(wait)
    return b"".join(parts)


def decode(body: bytes, kind: type[T]) -> T:
    """`body` as `kind`; an empty body is an empty object. Raises Malformed.

    Its instants lie in years that can still be written in UTC when a span is added to them.
    """
    if nests_deeper(body):
        raise Malformed("nested_too_deep", f"nested deeper than {NESTING_MAX} levels")
    if b"\\u0000" in body:
        raise Malformed("wrong_shape", "texts may not hold the character U+0000")
    found = decoded(msgspec.json.Decoder(kind), body or b"{}")
    if isinstance(found, msgspec.Struct):
        _bound_instants(found)
    return found


def _bound_instants(found: msgspec.Struct) -> None:
    for name, key in zip(found.__struct_fields__, found.__struct_encode_fields__, strict=True):
        value = getattr(found, name)
        if isinstance(value, datetime) and not FIRST <= instant(value) < END:
            raise Malformed("wrong_shape", f"an instant of the years 1 to {YEAR_MAX}", f"$.{key}")
