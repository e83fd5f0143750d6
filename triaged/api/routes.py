"""A route: method, path, who may, what it does. One without a scope cannot be written."""

import re
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

import msgspec
from aiohttp import web

from triaged.api.auth import NOBODY
from triaged.api.context import Context


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
    def pattern(self) -> re.Pattern[str]:
        """The paths that it is for."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))
