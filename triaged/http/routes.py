"""Routes, declared where they are handled: `@route("GET", "/api/v1/incidents", Scope.READ)`.

The handler is the declaration. Its docstring documents the route, its second parameter is the body
that is decoded for it, and what it returns is the answer's shape, which the router encodes. A
`web.Response` in the returned type stands for refusals.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import unquote

import msgspec
from aiohttp import web

from triaged.errors import Malformed
from triaged.http import problems
from triaged.http.answers import Created, Reply
from triaged.http.auth import NOBODY
from triaged.http.context import Context
from triaged.http.queries import Parameter
from triaged.store.tables.own.sessions import Session

PATHS_MAX = 256
"""Paths remembered: a sender uses one, and there are some 70 routes."""


class Scope(StrEnum):
    """The right that a caller needs to use a route."""

    PUBLIC = "public"
    """Nothing: the answer holds nothing that a stranger could use."""
    METRICS = "metrics"
    """Nothing where the configuration's `public` says so, else as READ."""
    STATUS = "status"
    """Nothing where the configuration's `public` says so, else as READ."""
    READ = "read"
    RESPOND = "respond"
    ADMIN = "admin"
    REPORT = "report"
    FORM = "form"
    """Nothing where the configuration's `public` lists `report`, else as REPORT."""
    INGEST = "ingest"
    """`ingest:<source>`, or the source's signature: the handler, which knows the source, asks."""
    LINK = "link"
    """The link itself: what it may do is signed, and in the path."""
    SIGNED = "signed"
    """The signature of the body, which the handler verifies."""
    SESSION = "session"
    """The caller's own session, or what begins one: the handler asks."""


class Call:
    """One request as a handler sees it; the guards fill in `caller` and `session`."""

    __slots__ = ("caller", "context", "params", "request", "session")

    def __init__(
        self, context: Context, request: web.BaseRequest, params: Mapping[str, str]
    ) -> None:
        self.context = context
        self.request = request
        self.params = params
        self.caller = NOBODY
        self.session: Session | None = None
        """The session of the browser that asks; None: a token, or nobody."""


Handler = Callable[..., Awaitable[object]]
"""`async def handler(call: Call)`, or `(call: Call, body: <its type>)`."""


def malformed(_: Call, error: Malformed) -> web.Response:
    """The refusal of a request that can never be right."""
    return problems.malformed(error)


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A method and a path, who may use them, and the function that answers."""

    method: str
    path: str
    scope: Scope
    handler: Handler
    about: str
    """One sentence for the reference."""
    text: str = ""
    """Further paragraphs for the reference."""
    query: tuple[Parameter, ...] = ()
    body: type | None = None
    answer: type | None = None
    """None: the answer is no JSON, or has no declared shape."""
    status: int = HTTPStatus.OK
    refuse: Callable[[Call, Malformed], web.Response] = malformed
    present: Callable[[Call, web.Response], web.Response] | None = None
    """Makes a page of a refusal, where people use the route; None: programs do."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its path; a name is in braces."""
        return parts_of(self.path)

    def names_in(self, parts: Sequence[str]) -> dict[str, str] | None:
        """The values of the path's names in these parts; None: the path is another route's."""
        wanted = self.parts
        if len(parts) != len(wanted):
            return None
        names: dict[str, str] = {}
        for want, part in zip(wanted, parts, strict=True):
            if want.startswith("{"):
                names[want[1:-1]] = part
            elif want != part:
                return None
        return names


def route(
    method: str, path: str, scope: Scope, query: tuple[Parameter, ...] = ()
) -> Callable[[Handler], Route]:
    """The decorator of a handler, which becomes a `Route`; its module's folder makes it known."""

    def declare(handler: Handler) -> Route:
        hints = get_type_hints(handler, include_extras=True)
        answer, status = _answer_of(hints.pop("return"))
        _, *body = hints.values()
        assert len(body) <= 1, f"{handler.__qualname__} takes a call and at most one body"
        about, _, text = (inspect.getdoc(handler) or "").partition("\n\n")
        return Route(
            method=method,
            path=path,
            scope=scope,
            handler=handler,
            about=" ".join(about.split()),
            text=text,
            query=query,
            body=body[0] if body else None,
            answer=answer,
            status=status,
        )

    return declare


def _answer_of(returned: object) -> tuple[type | None, int]:
    """The answer's shape and status by what a handler returns.

    `Annotated[web.StreamResponse, Shape]` is an answer that the handler encodes itself, and
    `Annotated[web.Response, HTTPStatus.GONE]` one of another status.
    """
    shape: Any = None  # a type, or an alias such as list[X]
    status: int = HTTPStatus.OK
    is_union = get_origin(returned) in {Union, UnionType}
    for each in get_args(returned) if is_union else (returned,):
        origin, arguments = get_origin(each), get_args(each)
        if origin is Annotated and isinstance(arguments[1], HTTPStatus):
            status = arguments[1]
        elif origin is Annotated:
            shape = arguments[1]
        elif origin in {Reply, Created}:
            shape = arguments[0]
            status = HTTPStatus.CREATED if origin is Created else status
        elif not (isinstance(each, type) and issubclass(each, web.StreamResponse)):
            assert shape is None, f"one shape for each answer, not {shape} and {each}"
            shape = each
    return shape, status


@lru_cache(PATHS_MAX)
def parts_of(path: str) -> tuple[str, ...]:
    """The texts between the slashes of a path, however it is written: `%61` is `a`.

    An encoded slash belongs to its part, and a slash too many makes none. A path that does not
    begin with a slash, as in `OPTIONS *`, has one part that no route has.
    """
    if not path.startswith("/"):
        return (path,) if path else ()
    return tuple([unquote(part) if "%" in part else part for part in path.split("/") if part])
