"""Every route of the folders `api/` and `web/` as one application.

Senders turn a redirected POST into an empty GET that they count as delivered, so a path with a
slash too many is served as if it had none, and nothing ever redirects.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence

from aiohttp import web

from triaged.api import problems
from triaged.api.context import Context
from triaged.api.guards import Bound, bound
from triaged.api.openapi import ROUTES_KEY
from triaged.api.routes import Route
from triaged.plugins import kinds, load

PACKAGES = ("triaged.api", "triaged.web")
"""The folders whose modules list `ROUTES`."""

_SLASHES = re.compile("/{2,}")


def routes() -> tuple[Route, ...]:
    """Every route, by folder and module name."""
    return tuple(_routes())


def _routes() -> Iterator[Route]:
    for package in PACKAGES:
        for name in kinds(package):
            found: Sequence[Route] = getattr(load(package, name), "ROUTES", ())
            yield from found


def build(context: Context) -> web.Application:
    """The application for `AppRunner`; give it `access_log=None`, the paths may hold tokens."""
    app = web.Application(client_max_size=0)  # `bodies.read_body` bounds, and bounds while reading
    lookup: list[tuple[Route, Bound]] = []
    app[ROUTES_KEY] = routes()
    for route in app[ROUTES_KEY]:
        run = bound(route, context)
        lookup.append((route, run))
        app.router.add_route(route.method, route.path, _by_match(run))
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, _by_match(run))
    app.router.add_route("*", "/{path:.*}", _Elsewhere(lookup).answer)

    async def close_streams(_: web.Application) -> None:
        context.hub.close()

    app.on_shutdown.append(close_streams)
    return app


def _by_match(run: Bound) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await run(request, request.match_info)

    return handle


class _Elsewhere:
    """What the router does not find: slashes too many, a wrong method, or nothing at all."""

    def __init__(self, lookup: Sequence[tuple[Route, Bound]]) -> None:
        self._lookup = [(route.method, route.pattern, run) for route, run in lookup]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The route that is meant, 405 with what is allowed, or 404."""
        path = _SLASHES.sub("/", request.path).rstrip("/") or "/"
        wanted = "GET" if request.method == "HEAD" else request.method
        allowed: set[str] = set()
        for method, pattern, run in self._lookup:
            match = pattern.fullmatch(path)
            if match is not None and method == wanted:
                return await run(request, match.groupdict())
            if match is not None:
                allowed |= {method, "HEAD"} if method == "GET" else {method}
        if allowed:
            return problems.not_allowed(sorted(allowed))
        return problems.not_found()
