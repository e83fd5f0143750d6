"""Answers of success: JSON, and the headers that every answer carries."""

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Generic, TypeVar

import msgspec
from aiohttp import HttpVersion11, web

from triaged.core.time.durations import SECOND
from triaged.http.aiohttp_internals import WholeResponse
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


def encoded(found: object) -> web.Response:
    """The answer for the value or the reply that a handler returned."""
    match found:
        case Created(value=value, headers=headers):
            return answer(value, HTTPStatus.CREATED, headers)
        case Reply(value=value, headers=headers):
            return answer(value, headers=headers)
        case _:
            return answer(found)


@lru_cache(1)
def _head(second: int) -> bytes:
    """The head that all receipts of a second share."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in _JSON.items())
    return f"HTTP/1.1 200 OK\r\n{lines}Date: {formatdate(second, usegmt=True)}\r\n".encode()


def receipt(request: web.BaseRequest, body: bytes, at: int) -> web.StreamResponse:
    """The answer to a sender whose alerts are on disk; `at` is the instant for `Date`, µs UTC."""
    if request.version == HttpVersion11 and request.keep_alive:
        head = _head(at // SECOND)
        return WholeResponse(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
    return web.Response(body=body, headers=_JSON)


def answer(value: object, status: int = 200, headers: Headers | None = None) -> web.Response:
    """`value` as JSON."""
    named = {**_JSON, **headers} if headers else _JSON
    return web.Response(body=encode(value), status=status, headers=named)


def text(body: str, status: int = 200) -> web.Response:
    """A line for people and for health checks."""
    headers = {**EVERYWHERE, "Content-Type": "text/plain; charset=utf-8"}
    return web.Response(body=body.encode(), status=status, headers=headers)
