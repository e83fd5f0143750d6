"""`/api/v1/incidents`: the list, one incident, its timeline and pages; declaring one by hand."""

from collections.abc import Sequence
from typing import Annotated, get_args

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.api._incidents import INCIDENT, INCIDENTS, document, documents, find, unknown
from triaged.core.records.answers import Acted
from triaged.core.records.events import Declared
from triaged.core.records.model import IncidentKind, Severity, State, incident_id
from triaged.core.text.document import (
    IncidentDocument,
    PageDocument,
    page_document,
)
from triaged.core.text.entry_document import EntryDocument, entry_document
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables import incidents, pages, timeline

TITLE_MAX = 500
KINDS: Sequence[str] = get_args(IncidentKind)

LIST_QUERY = (
    Parameter("state", "states with commas: open, acknowledged, resolved, closed, merged"),
    Parameter("severity", "severities with commas: SEV-1 … SEV-4"),
    Parameter("kind", "kinds with commas: incident, drill, notice"),
    Parameter("service", "of this service"),
    Parameter("team", "of this team"),
    Parameter("q", "words of the title"),
    Parameter("since", "opened since an RFC 3339 instant, or so long ago (24h)"),
    *PAGE_OF_LIST,
)


class Declaration(Body, frozen=True):
    """An incident that somebody declares."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
    severity: Severity
    service: Name | None = None
    team: Name | None = None
    text: Text = ""


class IncidentList(msgspec.Struct, frozen=True):
    """Incidents, newest first."""

    incidents: list[IncidentDocument]
    next_cursor: str | None


class Timeline(msgspec.Struct, frozen=True):
    """The entries of a timeline, in order."""

    entries: list[EntryDocument]
    next_cursor: str | None


class PageList(msgspec.Struct, frozen=True):
    """The pages and updates of an incident."""

    pages: list[PageDocument]
    next_cursor: str | None


@route("GET", INCIDENTS, Scope.READ, LIST_QUERY)
async def index(call: Call) -> IncidentList | web.Response:
    """Incidents, newest first."""
    query = Query(call.request.query)
    wanted = incidents.IncidentFilter(
        states=query.choices("state", [*State]),
        severities=query.choices("severity", [*Severity]),
        kinds=query.choices("kind", KINDS),
        service=query.text("service"),
        team=query.text("team"),
        text=query.text("q"),
        since=query.since("since", call.context.clock.now()),
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await incidents.find(tx, wanted)
        return IncidentList(await documents(call, found, tx), cursor)


@route("POST", INCIDENTS, Scope.RESPOND)
async def declare(call: Call, body: Declaration) -> Created[IncidentDocument] | web.Response:
    """Declare an incident by hand."""
    settings = call.context.configuration.settings
    errors = []
    if body.service is not None and body.service not in settings.services:
        errors.append(Problem("$.service", "there is no service of this name"))
    if body.team is not None and body.team not in settings.teams:
        errors.append(Problem("$.team", "there is no team of this name"))
    if errors:
        return problems.invalid(errors)
    event = Declared(
        by=call.caller.by,
        title=body.title,
        severity=body.severity,
        service=body.service,
        team=body.team,
        text=body.text,
        received_at=call.context.clock.now(),
    )
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Acted), "a declaration is never refused"
    async with call.context.database.reading() as tx:
        incident = await incidents.fetch(tx, outcome.incident)
    assert incident is not None, "it has just been committed"
    path = f"{INCIDENTS}/{incident_id(outcome.incident)}"
    location = f"{call.context.configuration.public_url}{path}"
    return Created(await document(call, incident), {"Location": location})


@route("GET", INCIDENT, Scope.READ)
async def show(call: Call) -> IncidentDocument | web.Response:
    """One incident."""
    incident = await find(call)
    return unknown(call) if incident is None else await document(call, incident)


@route("GET", f"{INCIDENT}/timeline", Scope.READ, PAGE_OF_LIST)
async def show_timeline(call: Call) -> Timeline | web.Response:
    """The incident's timeline, in order; the cursor is the last `seq` of the page before."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    query = Query(call.request.query)
    after, limit = query.whole("cursor") or 0, query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        entries = await timeline.of(tx, incident.number, after, limit)
    more = len(entries) == limit and entries[-1].seq < incident.entries
    cursor = str(entries[-1].seq) if more else None
    return Timeline([entry_document(entry) for entry in entries], cursor)


@route("GET", f"{INCIDENT}/pages", Scope.READ)
async def show_pages(call: Call) -> PageList | web.Response:
    """The incident's pages and updates."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    async with call.context.database.reading() as tx:
        found = await pages.of(tx, incident.number)
    return PageList([page_document(page) for page in found], None)
