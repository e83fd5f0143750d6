"""`/alerts`: the state of every alert, the newest episode first."""

from aiohttp import web

from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope
from triaged.store.tables import alerts
from triaged.store.tables.alerts import AlertFilter
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import page, screen
from triaged.web._console.silence_forms import matcher

ROWS = 100
NAME_MAX = 200
QUERY = (
    Parameter("state", "firing (unless another is given), resolved, all"),
    Parameter("source", "of this source"),
    Parameter("cursor", "where the page before ended"),
)
STATES = ("firing", "resolved", "all")


@screen("/alerts", Scope.READ, QUERY)
async def show(call: Call) -> web.StreamResponse:
    """Alerts with their labels, incident, severity and rule."""
    query, context = call.request.query, call.context
    state = query.get("state") if query.get("state") in STATES else "firing"
    source = query.get("source", "")[:NAME_MAX].replace("\0", "") or None
    wanted = AlertFilter(
        firing=None if state == "all" else state == "firing",
        source=source,
        cursor=query.get("cursor") or None,
        limit=ROWS,
    )
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, context.clock.now())
        found, cursor = await alerts.find(tx, wanted)
    return await page(
        call,
        "alerts.html",
        frame_of(call, "Alerts", facts),
        found=found,
        state=state,
        states=STATES,
        source=source or "",
        sources=sorted(context.configuration.sources),
        cursor=cursor or "",
        matcher=matcher,
    )
