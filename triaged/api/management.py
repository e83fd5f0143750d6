"""`/-/…` and `/metrics`, as Prometheus has them.

https://prometheus.io/docs/prometheus/latest/management_api/
"""

import asyncio

from aiohttp import web

from triaged.http import answers, problems
from triaged.http.answers import EVERYWHERE
from triaged.http.routes import Call, Scope, route
from triaged.http.scrape import refresh
from triaged.store.tables import incidents

READY_S = 5
"""A store that takes longer to begin a transaction is locked; probes wait as long at most."""


@route("GET", "/-/healthy", Scope.PUBLIC)
async def healthy(call: Call) -> web.StreamResponse:
    """200 while every loop turns, else 503."""
    stuck = [name for name, turns in call.context.health().items() if not turns]
    if stuck:
        return problems.unavailable(f"no longer turning: {', '.join(sorted(stuck))}")
    return answers.text("triaged is healthy.\n")


@route("GET", "/-/ready", Scope.PUBLIC)
async def ready(call: Call) -> web.StreamResponse:
    """200 while webhooks are accepted, which is while the store answers; else 503."""
    try:
        async with asyncio.timeout(READY_S), call.context.database.transaction() as tx:
            await incidents.fetch(tx, 0)  # nothing has this number: asks, and costs nothing
    except TimeoutError:
        return problems.unavailable("the store does not answer")
    return answers.text("triaged is ready.\n")


@route("POST", "/-/reload", Scope.ADMIN)
async def reload(call: Call) -> web.StreamResponse:
    """Load the configuration and the rules anew; errors in them give 500 and change nothing.

    The text of the answer is the warnings, a line each; empty if there is none.
    """
    found = await call.context.reload()
    if errors := [problem for problem in found if not problem.warning]:
        detail = f"failed to reload config: {'; '.join(map(str, errors))}"
        return problems.problem(500, detail, errors)
    return answers.text("".join(f"warning: {problem}\n" for problem in found))


@route("GET", "/metrics", Scope.METRICS)
async def metrics(call: Call) -> web.StreamResponse:
    """Metrics, as text or OpenMetrics."""
    await refresh(call.context)
    accept = call.request.headers.get("Accept", "")
    body, content_type = call.context.metrics.exposition(accept)
    return web.Response(body=body, headers={**EVERYWHERE, "Content-Type": content_type})
