"""`/-/…` and `/metrics`, as Prometheus has them.

https://prometheus.io/docs/prometheus/latest/management_api/
"""

import asyncio

from aiohttp import web

from triaged.api.scrape import refresh
from triaged.http import answers, problems
from triaged.http.answers import EVERYWHERE
from triaged.http.routes import Call, Route, Scope
from triaged.store.tables import incidents

READY_S = 5
"""A store that takes longer to begin a transaction is locked; probes wait as long at most."""


async def healthy(call: Call) -> web.StreamResponse:
    """200 while every loop turns."""
    stuck = [name for name, turns in call.context.health().items() if not turns]
    if stuck:
        return problems.unavailable(f"no longer turning: {', '.join(sorted(stuck))}")
    return answers.text("triaged is healthy.\n")


async def ready(call: Call) -> web.StreamResponse:
    """200 when webhooks are taken: the store answers."""
    try:
        async with asyncio.timeout(READY_S), call.context.database.transaction() as tx:
            await incidents.fetch(tx, 0)  # nothing has this number: asks, and costs nothing
    except TimeoutError:
        return problems.unavailable("the store does not answer")
    return answers.text("triaged is ready.\n")


async def reload(call: Call) -> web.StreamResponse:
    """Load the configuration anew; what is wrong with it changes nothing."""
    errors = [found for found in await call.context.reload() if not found.warning]
    if errors:
        detail = f"failed to reload config: {'; '.join(map(str, errors))}"
        return problems.problem(500, detail, errors)
    return answers.text("")


async def metrics(call: Call) -> web.StreamResponse:
    """A scrape."""
    await refresh(call.context)
    accept = call.request.headers.get("Accept", "")
    body, content_type = call.context.metrics.exposition(accept)
    return web.Response(body=body, headers={**EVERYWHERE, "Content-Type": content_type})


ROUTES = (
    Route(
        method="GET",
        path="/-/healthy",
        scope=Scope.PUBLIC,
        handler=healthy,
        about="200 while every loop turns, else 503.",
    ),
    Route(
        method="GET",
        path="/-/ready",
        scope=Scope.PUBLIC,
        handler=ready,
        about="200 when webhooks are taken, else 503.",
    ),
    Route(
        method="POST",
        path="/-/reload",
        scope=Scope.ADMIN,
        handler=reload,
        about="Load the configuration and the rules anew; 500 with what is wrong.",
    ),
    Route(
        method="GET",
        path="/metrics",
        scope=Scope.METRICS,
        handler=metrics,
        about="Metrics, as text or OpenMetrics.",
    ),
)
