"""Every route of the folders `api/` and `web/` behind one server.

Senders turn a redirected POST into an empty GET that they count as delivered, so a path with a
slash too many is served as if it had none, and nothing ever redirects.
"""

from collections.abc import Iterator, Mapping, Sequence

from aiohttp import web

from triaged.http import problems
from triaged.http.connection import Connection
from triaged.http.context import Context
from triaged.http.guards import Bound, bound
from triaged.http.routes import Route, parts_of
from triaged.plugins import kinds, load

PACKAGES = ("triaged.api", "triaged.web")
"""The folders whose modules declare routes."""


def routes() -> tuple[Route, ...]:
    """Every route, by folder and module name."""
    return tuple(_routes())


def _routes() -> Iterator[Route]:
    for package in PACKAGES:
        for name in kinds(package):
            declared = vars(load(package, name)).values()
            yield from (each for each in declared if isinstance(each, Route))


class Server(web.Server):
    """The server that `web.ServerRunner` runs. It logs no requests: paths may hold tokens."""

    def __init__(self, context: Context) -> None:
        super().__init__(Paths(context).answer)
        self._context = context

    def __call__(self) -> Connection:
        """The protocol of a new connection."""
        return Connection(self, self._context)

    def close_unused(self) -> int:
        """Close half-open and idle connections beyond the limits; the number closed."""
        limits, now = self._context.connection_limits, self._context.clock.now()
        lines = {one: one.transport for one in self.connections if one.transport is not None}
        closed = limits.close_half_open(lines.values(), now)
        if len(lines) - closed <= limits.crowd:
            return closed
        idle = [
            (until, number, line)
            for number, (one, line) in enumerate(lines.items())
            if isinstance(one, Connection) and (until := one.idle_until) is not None
        ]
        oldest_first = [line for _, _, line in sorted(idle) if not line.is_closing()]
        return closed + limits.close_idle(oldest_first, len(lines) - closed)

    async def shutdown(self, timeout: float | None = None) -> None:
        """End the event streams, which have no end; give other requests `timeout` seconds."""
        self._context.stop.begin()
        self._context.event_stream.close()
        await super().shutdown(timeout)


class Paths:
    """The table of paths: which route answers.

    aiohttp's router asks one resource after the other and makes an object of what it finds, which
    costs a sender of single alerts a tenth of its request; here most paths are looked up.
    """

    def __init__(self, context: Context) -> None:
        self._plain: dict[tuple[str, str], Bound] = {}
        self._named: dict[str, list[tuple[str, Route, Bound]]] = {}
        """Routes with names in their path, by its first part."""
        for route in routes():
            run = bound(route, context)
            for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
                if "{" in route.path:
                    self._named.setdefault(route.parts[0], []).append((method, route, run))
                else:
                    self._plain[method, route.path] = run

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer of the route, 405 with what is allowed, or 404."""
        run = self._plain.get((request.method, request.path))
        if run is not None:
            return await run(request, {})
        found = self._named_routes(parts_of(request.rel_url.raw_path))
        if request.method in found:
            run, params = found[request.method]
            return await run(request, params)
        return problems.not_allowed(sorted(found)) if found else _nothing(request.path)

    def _named_routes(self, parts: Sequence[str]) -> dict[str, tuple[Bound, Mapping[str, str]]]:
        """By method: the route that answers on a path of these parts, and the path's names."""
        path = f"/{'/'.join(parts)}"
        found: dict[str, tuple[Bound, Mapping[str, str]]] = {
            method: (run, {}) for (method, plain), run in self._plain.items() if plain == path
        }
        for method, route, run in self._named.get(parts[0], ()) if parts else ():
            params = route.names_in(parts)
            if params is not None:
                found.setdefault(method, (run, params))
        return found


def _nothing(path: str) -> web.Response:
    """404; to a Prometheus with a prefix of its own, with the one that there is."""
    _, v2, _ = path.partition("/api/v2/")
    if v2:
        return problems.not_found(
            "Alertmanager's API is at /api/v2 and at /webhooks/{source}/api/v2: in Prometheus,"
            " leave out path_prefix, or set it to /webhooks/ and the name of a source of kind"
            " prometheus"
        )
    return problems.not_found()
