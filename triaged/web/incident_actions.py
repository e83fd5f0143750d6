"""`/incidents/{id}/act`: the buttons of an incident's page, as the same events as the API's."""

from collections.abc import Container

from aiohttp import web

from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.model import Incident, incident_id, incident_number
from triaged.http.bodies import read_body
from triaged.http.guards import unread
from triaged.http.problems import failed, problem
from triaged.http.routes import Call
from triaged.store.tables import incidents, timeline
from triaged.web._console.acts import FORM_BYTES_MAX, Form, event_of, read_form
from triaged.web._console.frame import frame_of
from triaged.web._console.lost import no_incident
from triaged.web._console.pages import form, page, presented, see_other

TOGETHER_MAX = 20
"""Incidents that one button acknowledges: as many as are shown as asking."""

ENTRIES_READ = 50
WRONG = "this form is not complete: go back and fill it in"


@form("/incidents/{id}/act")
async def act(call: Call) -> web.StreamResponse:
    """Do what the pressed button says (`do`); the answer leads to the incident."""
    number = incident_number(call.params["id"])
    pressed = await _pressed(call)
    if isinstance(pressed, web.Response):
        return pressed
    if number is None:
        return await no_incident(call)
    event = event_of(pressed, number, call.caller.by, frame_of(call).clock)
    if event is None:
        return presented(call, problem(400, WRONG))
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    return await _after(call, pressed, number, outcome)


@form("/incidents/act")
async def act_together(call: Call) -> web.StreamResponse:
    """Do what the pressed button says with each `incident`; the answer leads to the first page."""
    pressed = await _pressed(call)
    if isinstance(pressed, web.Response):
        return pressed
    numbers = [incident_number(name) for name in pressed.incidents]
    clock = frame_of(call).clock
    events = [event_of(pressed, number, call.caller.by, clock) for number in numbers if number]
    known = [event for event in events if event is not None]
    if not known or pressed.verb != "acknowledge" or len(known) > TOGETHER_MAX:
        return presented(call, problem(400, WRONG))
    await call.context.engine.submit(known, urgent=True)
    return see_other("/")


async def _pressed(call: Call) -> Form | web.Response:
    body = await read_body(call.request, FORM_BYTES_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return presented(call, unread(call, body))
    pressed = read_form(body)
    return presented(call, problem(400, WRONG)) if pressed is None else pressed


async def _after(call: Call, pressed: Form, number: int, outcome: Answer) -> web.StreamResponse:
    match outcome:
        case Acted():
            return see_other(f"/incidents/{incident_id(number)}?did={pressed.verb}")
        case Conflict(detail=detail):
            return await _conflict(call, pressed, number, detail)
        case Unknown(detail=detail):
            async with call.context.database.reading() as tx:
                incident = await incidents.fetch(tx, number)
            if incident is None:
                return await no_incident(call)
            return presented(call, problem(404, detail))
        case _:
            return presented(call, failed())


async def _conflict(call: Call, pressed: Form, number: int, detail: str) -> web.StreamResponse:
    """409: nothing was changed; what the reader wanted, and what somebody else did meanwhile."""
    context = call.context
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, context.clock.now())
        incident = await incidents.fetch(tx, number)
        if incident is None:
            return await no_incident(call)
        after = max(0, incident.entries - ENTRIES_READ)
        entries = await timeline.of(tx, number, after, ENTRIES_READ)
    kind = {"severity": "severity.changed"}.get(pressed.verb, "incident.acknowledged")
    theirs = next((entry for entry in reversed(entries) if entry.kind == kind), None)
    return await page(
        call,
        "conflict.html",
        frame_of(call, "Now", facts),
        status=409,
        incident=incident,
        pressed=pressed,
        detail=detail,
        theirs=theirs,
        may_insist=_may_insist(pressed, incident, call.context.configuration.settings.people),
    )


def _may_insist(pressed: Form, incident: Incident, people: Container[str]) -> bool:
    """Whether the same can be done on purpose."""
    match pressed.verb:
        case "severity":
            return incident.live
        case "assign":
            return incident.live and pressed.person in people
        case "acknowledge":
            return incident.holder is not None
        case _:
            return False
