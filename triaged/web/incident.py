"""`/incidents/{id}`: one incident with everything that somebody needs who has just been woken."""

from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.model import ChainedEntry, Incident, Page, Severity, incident_number
from triaged.core.response.ahead import ahead_of
from triaged.core.text.facts import PAGES_READ, facts_of
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope
from triaged.http.shared.hints import (
    ChangeHint,
    RelatedHint,
    SimilarHint,
    changes_of,
    near_services,
    related_of,
    similar_of,
)
from triaged.store.queries import evidence
from triaged.store.tables import incidents, pages, timeline
from triaged.store.tables.observed_alerts import ObservedAlert
from triaged.web._console import rows
from triaged.web._console.acts import SNOOZES
from triaged.web._console.banding import Telling, band_of
from triaged.web._console.frame import Frame, frame_of
from triaged.web._console.incident_view import (
    VIEWS,
    alert_table,
    paged_steps,
    resolves_words,
    said,
    verbs,
)
from triaged.web._console.lost import no_incident
from triaged.web._console.pages import page, screen

ALERTS_MAX = 50
ENTRIES_MAX = 200
HINTS_MAX = 5
PEOPLE_MAX = 100
QUERY = (
    Parameter("show", f"entries of the timeline: {', '.join(VIEWS)}"),
    Parameter("did", "the action that led here, so that it can be taken back"),
)


class Read(msgspec.Struct, frozen=True):
    """What the page is made of, as the store has it."""

    incident: Incident
    facts: DutyFacts
    alerts: Sequence[ObservedAlert]
    pages: Sequence[Page]
    entries: Sequence[ChainedEntry]
    changes: Sequence[ChangeHint]
    related: Sequence[RelatedHint]


@screen("/incidents/{id}", Scope.READ, QUERY)
async def show(call: Call) -> web.StreamResponse:
    """One incident: who has it, who is paged next, its alerts, hints, its timeline, and why."""
    read = await _read(call)
    if read is None:
        return await no_incident(call)
    frame = frame_of(call, "Now", read.facts)
    return await page(call, "incident.html", frame, **_values(call, read, frame))


async def _read(call: Call) -> Read | None:
    """Seven queries."""
    context, number = call.context, incident_number(call.params["id"])
    if number is None:
        return None
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, context.clock.now())
        incident = await incidents.fetch(tx, number)
        if incident is None:
            return None
        near = near_services(context.configuration.settings, incident)
        after = max(0, incident.entries - ENTRIES_MAX)
        return Read(
            incident=incident,
            facts=facts,
            alerts=await evidence.alerts_of(tx, number, ALERTS_MAX),
            pages=await pages.last_of(tx, number, PAGES_READ),
            entries=await timeline.of(tx, number, after, ENTRIES_MAX),
            changes=(await changes_of(tx, incident, near))[:HINTS_MAX] if near else (),
            related=(await related_of(tx, incident, near))[:HINTS_MAX] if near else (),
        )


def _values(call: Call, read: Read, frame: Frame) -> Mapping[str, object]:
    settings, clock = call.context.configuration.settings, frame.clock
    incident, query = read.incident, call.request.query
    found = evidence.evidence_of(read.alerts, read.pages, read.facts)
    view = query.get("show", "all") if query.get("show") in VIEWS else "all"
    total = rows.firing(incident) + incident.resolved
    band = band_of(query.get("did", ""), incident, Telling(frame, settings, read.facts))
    return {
        "incident": incident,
        "facts": facts_of(incident, found, settings, clock.now),
        "rows": rows,
        "band": band,
        "counted": rows.countdown(incident, clock),
        "answered": rows.answered_in(incident),
        "steps": paged_steps(incident, read.pages, clock),
        "ahead": ahead_of(incident, settings, read.facts, clock.now),
        "alerts": alert_table(incident, read.alerts, settings, total),
        "changes": read.changes,
        "related": read.related,
        "view": view,
        "views": tuple(VIEWS),
        "entries": tuple(said(read.entries, view)),
        "older": incident.entries - len(read.entries),
        "resolves": resolves_words(incident),
        "verbs": verbs(incident) if frame.may_respond else (),
        "people": [name for name in settings.people if name != incident.holder][:PEOPLE_MAX],
        "severities": [*Severity],
        "snoozes": [*SNOOZES],
    }


@screen("/incidents/{id}/similar", Scope.READ)
async def similar(call: Call) -> web.StreamResponse:
    """Resolved incidents that share words with this one, and how they ended."""
    number = incident_number(call.params["id"])
    found: list[SimilarHint] = []
    async with call.context.database.reading() as tx:
        facts = await call.context.engine.duty_facts.current(tx, call.context.clock.now())
        incident = None if number is None else await incidents.fetch(tx, number)
        if incident is not None:
            found = await similar_of(tx, incident)
    if incident is None:
        return await no_incident(call)
    frame = frame_of(call, "Now", facts)
    return await page(call, "similar.html", frame, incident=incident, found=found)
