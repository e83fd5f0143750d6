"""Acts of people on an incident: submit the event, and answer with the incident."""

from collections.abc import Callable

from aiohttp import web
from msgspec.structs import replace

from triaged.api._incidents import document, unknown
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.events import Event
from triaged.core.records.model import incident_number
from triaged.core.text.document import IncidentDocument
from triaged.http import problems
from triaged.http.routes import Call
from triaged.store.tables import incidents

IncidentAfter = IncidentDocument | web.Response
"""The incident as the action left it, or the refusal."""


async def act(call: Call, event_of: Callable[[int], Event]) -> IncidentAfter:
    """Submit the event for the incident that the path names."""
    number = incident_number(call.params["id"])
    if number is None:
        return unknown(call)
    (outcome,) = await call.context.engine.submit([event_of(number)], urgent=True)
    return await _after(call, outcome)


async def _after(call: Call, outcome: Answer) -> IncidentAfter:
    match outcome:
        case Acted(incident=number, paged=paged):
            async with call.context.database.reading() as tx:
                incident = await incidents.fetch(tx, number)
            if incident is None:
                return unknown(call)
            return replace(await document(call, incident), paged=list(paged))
        case Conflict(detail=detail, holder=holder):
            return problems.conflict(detail, holder)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            return problems.failed()
