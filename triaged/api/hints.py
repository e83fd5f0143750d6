"""`…/hints`: hints for an incident, computed when asked."""

from aiohttp import web

from triaged.api._incidents import INCIDENT, find, unknown
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.hints import (
    Hints,
    changes_of,
    near_services,
    noise_of,
    related_of,
    similar_of,
)


@route("GET", f"{INCIDENT}/hints", Scope.READ)
async def show(call: Call) -> Hints | web.Response:
    """Hints: changes near its start, similar and related incidents, statistics of paging."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    near = near_services(call.context.configuration.settings, incident)
    async with call.context.database.reading() as tx:
        return Hints(
            changes=await changes_of(tx, incident, near),
            similar=await similar_of(tx, incident),
            related=await related_of(tx, incident, near),
            noise=await noise_of(tx, incident, call.context.clock.now()),
        )
