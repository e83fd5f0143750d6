"""Answers of success: JSON, and the headers that every answer carries."""

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Generic, TypeVar

import msgspec
from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from triaged.core.time.durations import SECOND
from triaged.wire import encode

Headers = Mapping[str, str]
T = TypeVar("T")

EVERYWHERE: Headers = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Server": "triaged",
}
"""Headers of every answer, whoever made it; a page for people replaces the policy."""

_JSON: Headers = {**EVERYWHERE, "Content-Type": "application/json"}


class Reply(msgspec.Struct, Generic[T], frozen=True):
    """A value for the body and further headers beside it."""

    value: T
    headers: Headers = {}


class Created(Reply[T], frozen=True):
    """A reply with status 201: the request made the thing that `value` shows."""


def encoded(found: object) -> web.StreamResponse:
    """The answer for what a handler returned: a value as JSON, a response as it is."""
    match found:
        case web.StreamResponse():
            return found
        case Created(value=value, headers=headers):
            return answer(value, HTTPStatus.CREATED, headers)
        case Reply(value=value, headers=headers):
            return answer(value, headers=headers)
        case _:
            return answer(found)


def json_bytes(body: bytes) -> web.Response:
    """An answer whose JSON is encoded already."""
    return web.Response(body=body, headers=_JSON)


class Receipt(web.StreamResponse):
    """A 200 with JSON in one piece, head and all; only for HTTP/1.1 connections that stay open.

    A `web.Response` is put together from a dozen objects and checked header by header, which is a
    sixth of the cost of a request with one alert.
    """

    def __init__(self, body: bytes, at: int) -> None:
        super().__init__()
        self._whole = b"%bContent-Length: %d\r\n\r\n%b" % (_head(at // SECOND), len(body), body)

    @property
    def keep_alive(self) -> bool:
        """Always: another request may follow."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send all of it."""
        await request.writer.write(self._whole)
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to be sent."""


@lru_cache(1)
def _head(second: int) -> bytes:
    """The head that all receipts of a second share."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in _JSON.items())
    return f"HTTP/1.1 200 OK\r\n{lines}Date: {formatdate(second, usegmt=True)}\r\n".encode()


def receipt(request: web.BaseRequest, body: bytes, at: int) -> web.StreamResponse:
    """The answer to a sender whose alerts are on disk; `at` is the instant for `Date`, µs UTC."""
    if request.version == HttpVersion11 and request.keep_alive:
        return Receipt(body, at)
    return json_bytes(body)


def answer(value: object, status: int = 200, headers: Headers | None = None) -> web.Response:
    """`value` as JSON."""
    named = {**_JSON, **headers} if headers else _JSON
    return web.Response(body=encode(value), status=status, headers=named)


def text(body: str, status: int = 200) -> web.Response:
    """A line for people and for health checks."""
    headers = {**EVERYWHERE, "Content-Type": "text/plain; charset=utf-8"}
    return web.Response(body=body.encode(), status=status, headers=headers)
