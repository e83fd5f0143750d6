"""A route: method, path, who may, what it does. One without a scope cannot be written."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

import msgspec
from aiohttp import web

from triaged.http.auth import NOBODY
from triaged.http.context import Context

PATHS_MAX = 256
"""Paths remembered: a sender uses one, and there are some 70 routes."""


class Scope(StrEnum):
    """Who may."""

    PUBLIC = "public"
    """Everybody: it says nothing that a stranger could use."""
    METRICS = "metrics"
    """Everybody where the configuration's `public` says so, else as READ."""
    READ = "read"
    RESPOND = "respond"
    ADMIN = "admin"
    INGEST = "ingest"
    """`ingest:<source>`, or the source's signature: its handler asks, it knows the source."""
    LINK = "link"
    """Whoever has the link: what it may do is signed, and in the path."""


class Call:
    """One request as a handler sees it; the guards fill in `caller`."""

    __slots__ = ("caller", "context", "params", "request")

    def __init__(
        self, context: Context, request: web.BaseRequest, params: Mapping[str, str]
    ) -> None:
        self.context = context
        self.request = request
        self.params = params
        self.caller = NOBODY


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


class Parameter(msgspec.Struct, frozen=True):
    """A value in the query, for the reference."""

    name: str
    about: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the API does; `about`, `query`, `body`, `answer` are for the reference."""

    method: str
    path: str
    scope: Scope
    handler: Handler
    about: str
    query: tuple[Parameter, ...] = ()
    body: type | None = None
    answer: type | None = None
    status: int = 200

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of its path; a name is in braces."""
        return parts_of(self.path)

    def names_in(self, parts: Sequence[str]) -> dict[str, str] | None:
        """What the names stand for in a path of these parts; None: it is none of this route's."""
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


@lru_cache(PATHS_MAX)
def parts_of(path: str) -> tuple[str, ...]:
    """What stands between the slashes of a path, however it is written: `%61` is `a`.

    An encoded slash belongs to its part, and a slash too many makes none. A path that does not
    begin with a slash, as in `OPTIONS *`, has one part that no route has.
    """
    if not path.startswith("/"):
        return (path,) if path else ()
    return tuple([unquote(part) if "%" in part else part for part in path.split("/") if part])
