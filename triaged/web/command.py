"""`/incidents/{id}/command`: one screen for whoever commands an incident; `?wall=1` to be read."""

from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from triaged.core.oncall.facts import DutyFacts
from triaged.core.practice.checklists import CHECKLIST, is_done
from triaged.core.practice.phases import GUIDE_US, ORDER
from triaged.core.practice.roles import missing, needs_roles, suggestions
from triaged.core.practice.updates import prefilled, update_every
from triaged.core.practice.work import holders, work_of
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.model import ChainedEntry, Incident, Page, Severity, incident_number
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.response.ahead import STEPS_MAX
from triaged.core.situation import Situation
from triaged.core.text.update_form import CONDITION, internal_update
from triaged.core.view import View
from triaged.http.bodies import read_body
from triaged.http.guards import unread
from triaged.http.problems import failed, problem
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope
from triaged.store.tables import incidents, pages, timeline
from triaged.store.tables.practice_rows import updates
from triaged.web._console import rows
from triaged.web._console.command_forms import MINUTES, Typed, event_of, read_typed
from triaged.web._console.command_view import answers_of, phase_rows
from triaged.web._console.frame import frame_of
from triaged.web._console.incident_view import said
from triaged.web._console.lost import no_incident
from triaged.web._console.pages import form, page, presented, screen, see_other

ENTRIES_MAX = 200
LINES_MAX = 6
"""Entries of the timeline: what fits on the screen."""

DECISIONS_MAX = 10
PAGES_READ = 200
WRONG = "this form is not complete: go back and fill it in"


class Read(msgspec.Struct, frozen=True):
    """What the page is made of, as the store has it."""

    incident: Incident
    facts: DutyFacts
    last: IncidentUpdate | None
    pages: Sequence[Page]
    entries: Sequence[ChainedEntry]


@screen(
    "/incidents/{id}/command",
    Scope.READ,
    (Parameter("wall", "1: without controls, to be read across a room"),),
)
async def show(call: Call) -> web.StreamResponse:
    """Phase, next update, roles, people and decisions of an incident on one screen."""
    return await _page(call, Typed())


@form("/incidents/{id}/command/act")
async def act(call: Call) -> web.StreamResponse:
    """Do what the pressed button says (`do`); what is refused keeps what was typed."""
    body = await read_body(call.request, 64 * 1024, call.context.stop)
    if not isinstance(body, bytes):
        return presented(call, unread(call, body))
    typed, number = read_typed(body), incident_number(call.params["id"])
    if typed is None or number is None:
        return presented(call, problem(400, WRONG))
    if typed.verb == "preview":
        return await _page(call, typed)
    event = event_of(typed, number, call.caller.by, call.context.clock.now())
    if event is None:
        return presented(call, problem(400, WRONG))
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    return await _after(call, typed, outcome)


async def _after(call: Call, typed: Typed, outcome: Answer) -> web.StreamResponse:
    match outcome:
        case Acted():
            return see_other(f"/incidents/{call.params['id']}/command")
        case Conflict(detail=detail):
            return await _page(call, msgspec.structs.replace(typed, refusal=detail))
        case Unknown(detail=detail):
            return presented(call, problem(404, detail))
        case _:
            return presented(call, failed())


async def _page(call: Call, typed: Typed) -> web.StreamResponse:
    read = await _read(call)
    if read is None:
        return await no_incident(call)
    frame = frame_of(call, "Now", read.facts)
    is_wall = call.request.query.get("wall") == "1"
    status = 409 if typed.refusal else 200
    values = _values(call, read, typed)
    template = "wall.html" if is_wall else "command.html"
    return await page(call, template, frame, status=status, **values)


async def _read(call: Call) -> Read | None:
    """Five queries."""
    context, number = call.context, incident_number(call.params["id"])
    if number is None:
        return None
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, context.clock.now())
        incident = await incidents.fetch(tx, number)
        if incident is None:
            return None
        found = await updates.of(tx, number)
        after = max(0, incident.entries - ENTRIES_MAX)
        return Read(
            incident=incident,
            facts=facts,
            last=found[-1] if found else None,
            pages=await pages.last_of(tx, number, PAGES_READ),
            entries=await timeline.of(tx, number, after, ENTRIES_MAX),
        )


def _values(call: Call, read: Read, typed: Typed) -> Mapping[str, object]:
    settings, now = call.context.configuration.settings, call.context.clock.now()
    incident, work = read.incident, work_of(read.incident)
    situation = Situation(View(duty_facts=read.facts), settings, now)
    draft = {**prefilled(incident, read.last), **typed.update}
    phase = ORDER.index(incident.phase)
    decisions = [one for one in read.entries if one.data.get("kind") == NoteKind.DECISION]
    return {
        "incident": incident,
        "rows": rows,
        "work": work,
        "phases": phase_rows(incident, read.entries, now),
        "next_phase": ORDER[phase + 1] if phase + 1 < len(ORDER) else None,
        "guides": GUIDE_US,
        "items": [(item, is_done(incident, item)) for item in CHECKLIST[incident.phase]],
        "severities": [*Severity],
        "draft": draft,
        "conditions": sorted(set(CONDITION.values())),
        "every_us": update_every(settings, incident),
        "minutes": MINUTES,
        "last": read.last,
        "preview": _preview(incident, draft, now) if typed.verb == "preview" else "",
        "typed": typed,
        "holders": holders(incident),
        "missing": missing(settings, incident) if needs_roles(settings, incident) else [],
        "suggestions": suggestions(situation, incident),
        "roles": [*Role],
        "people": [*settings.people][:100],
        "answers": answers_of(incident, read.pages)[:STEPS_MAX],
        "decisions": tuple(said(decisions, "all"))[:DECISIONS_MAX],
        "entries": tuple(said(read.entries, "all"))[:LINES_MAX],
        "settings": settings,
    }


def _preview(incident: Incident, draft: Mapping[str, str], now: int) -> str:
    """The update as it would be sent."""
    update = IncidentUpdate(
        id="",
        incident=incident.number,
        number=work_of(incident).updates + 1,
        at=now,
        by="",
        condition=draft["condition"] or CONDITION[incident.phase],
        impact=draft["impact"],
        theory=draft["theory"],
        actions=draft["actions"],
        needs=draft["needs"],
    )
    return internal_update(incident, update, holders(incident))
