"""Answers that say yes: JSON, and the headers that every answer carries."""

from collections.abc import Mapping, Sequence
from email.utils import formatdate
from functools import lru_cache

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from triaged.core.time.durations import SECOND
from triaged.wire import encode

Headers = Mapping[str, str]

EVERYWHERE: Headers = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Server": "triaged",
}
"""On every answer, whoever made it; a page replaces the policy by its own."""

_JSON: Headers = {**EVERYWHERE, "Content-Type": "application/json"}


def json_bytes(body: bytes, status: int = 200) -> web.Response:
    """An answer whose JSON is made already."""
    return web.Response(body=body, status=status, headers=_JSON)


class Receipt(web.StreamResponse):
    """A 200 with JSON in one piece, head and all; only for HTTP/1.1 connections that stay open.

    A `web.Response` is put together from a dozen objects and looked at header by header, a sixth
    of what a request with one alert costs.
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
    """What all receipts of a second begin with."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in _JSON.items())
    return f"HTTP/1.1 200 OK\r\n{lines}Date: {formatdate(second, usegmt=True)}\r\n".encode()


def receipt(request: web.BaseRequest, body: bytes, at: int) -> web.StreamResponse:
    """What a sender gets for alerts that are on disk; `at` is when it was taken, in µs UTC."""
    if request.version == HttpVersion11 and request.keep_alive:
        return Receipt(body, at)
    return json_bytes(body)


def answer(value: object, status: int = 200, headers: Headers | None = None) -> web.Response:
    """`value` as JSON."""
    named = {**_JSON, **headers} if headers else _JSON
    return web.Response(body=encode(value), status=status, headers=named)


def listing(noun: str, rows: Sequence[object], cursor: str | None) -> web.Response:
    """A page of a list: `{"<noun>": […], "next_cursor": "…" | null}`."""
    return answer({noun: rows, "next_cursor": cursor})


def text(body: str, status: int = 200) -> web.Response:
    """A line for people and for health checks."""
    headers = {**EVERYWHERE, "Content-Type": "text/plain; charset=utf-8"}
    return web.Response(body=body.encode(), status=status, headers=headers)
