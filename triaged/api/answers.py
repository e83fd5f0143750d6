"""Answers that say yes: JSON, and the headers that every answer carries."""

from collections.abc import Mapping

from aiohttp import web

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


def answer(value: object, status: int = 200, headers: Headers | None = None) -> web.Response:
    """`value` as JSON."""
    named = {**_JSON, **headers} if headers else _JSON
    return web.Response(body=encode(value), status=status, headers=named)


def listing(noun: str, rows: list[dict[str, object]], cursor: str | None) -> web.Response:
    """A page of a list: `{"<noun>": […], "next_cursor": "…" | null}`."""
    return answer({noun: rows, "next_cursor": cursor})


def text(body: str, status: int = 200) -> web.Response:
    """A line for people and for health checks."""
    headers = {**EVERYWHERE, "Content-Type": "text/plain; charset=utf-8"}
    return web.Response(body=body.encode(), status=status, headers=headers)
