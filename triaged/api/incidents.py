"""`/api/v1/incidents`: the list, one, its timeline, alerts and pages; declaring by hand."""

from collections.abc import Sequence

from aiohttp import web

from triaged.api.alerts import alert_document
from triaged.api.schemas import AlertList, Declaration, IncidentList, PageList, Timeline
from triaged.api.webhooks import unread
from triaged.core.muting.mute_hold import mute_of
from triaged.core.records.effects import Acted
from triaged.core.records.events import Declared
from triaged.core.records.model import Incident, Severity, State, incident_id, incident_number
from triaged.core.situation import Situation
from triaged.core.text.document import (
    IncidentDocument,
    entry_document,
    incident_document,
    page_document,
)
from triaged.errors import Problem
from triaged.http import answers, problems
from triaged.http.bodies import API_BODY_MAX, decode, read_body
from triaged.http.queries import Query
from triaged.http.routes import Call, Handler, Parameter, Route, Scope
from triaged.store.database.base import Transaction
from triaged.store.tables import alerts, incidents, muting, pages, timeline

BASE = "/api/v1/incidents"
ONE = BASE + "/{id}"


async def shown(call: Call, found: Sequence[Incident], tx: Transaction) -> list[IncidentDocument]:
    """Incidents as the answer shows them, with what mutes them now."""
    configuration, now = call.context.configuration, call.context.clock.now()
    settings = configuration.settings
    live = [incident.number for incident in found if incident.live]
    view = await muting.standing(tx, live, settings.muters, now)
    mutes = [mute_of(Situation(view, settings, now), incident) for incident in found]
    return [
        incident_document(incident, configuration.public_url, muted.by if muted else ())
        for incident, muted in zip(found, mutes, strict=True)
    ]


async def shown_one(call: Call, incident: Incident) -> IncidentDocument:
    """One incident as the answer shows it."""
    async with call.context.database.reading() as tx:
        return (await shown(call, [incident], tx))[0]


def unknown(call: Call) -> web.Response:
    """404 for an incident that does not exist."""
    return problems.not_found(f"there is no incident {call.params['id'][:40]!r}")


async def find(call: Call) -> Incident | None:
    """The incident that the path names (`INC-12` or `12`)."""
    number = incident_number(call.params["id"])
    if number is None:
        return None
    async with call.context.database.reading() as tx:
        return await incidents.fetch(tx, number)


async def index(call: Call) -> web.StreamResponse:
    """The incidents that the query asks for."""
    query = Query(call.request.query)
    wanted = incidents.IncidentFilter(
        states=query.choices("state", [*State]),
        severities=query.choices("severity", [*Severity]),
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
        documents = await shown(call, found, tx)
    return answers.listing("incidents", documents, cursor)


async def show(call: Call) -> web.StreamResponse:
    """One incident."""
    incident = await find(call)
    return unknown(call) if incident is None else answers.answer(await shown_one(call, incident))


async def show_timeline(call: Call) -> web.StreamResponse:
    """What happened, in order; the cursor is the last `seq` that was shown."""
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
    return answers.listing("entries", [entry_document(entry) for entry in entries], cursor)


async def show_pages(call: Call) -> web.StreamResponse:
    """Every page and update of the incident."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    async with call.context.database.reading() as tx:
        found = await pages.of(tx, incident.number)
    return answers.listing("pages", [page_document(page) for page in found], None)


async def declare(call: Call) -> web.StreamResponse:
    """An incident by hand."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    wish = decode(body, Declaration)
    settings = call.context.configuration.settings
    errors = []
    if wish.service is not None and wish.service not in settings.services:
        errors.append(Problem("$.service", "there is no service of this name"))
    if wish.team is not None and wish.team not in settings.teams:
        errors.append(Problem("$.team", "there is no team of this name"))
    if errors:
        return problems.invalid(errors)
    event = Declared(
        by=call.caller.by,
        title=wish.title,
        severity=wish.severity,
        service=wish.service,
        team=wish.team,
        text=wish.text,
        received_at=call.context.clock.now(),
    )
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Acted), "a declaration is never refused"
    async with call.context.database.reading() as tx:
        incident = await incidents.fetch(tx, outcome.incident)
    assert incident is not None, "it has just been committed"
    where = f"{call.context.configuration.public_url}{BASE}/{incident_id(outcome.incident)}"
    return answers.answer(await shown_one(call, incident), 201, {"Location": where})


LIST_QUERY = (
    Parameter("state", "states with commas: open, acknowledged, resolved, closed, merged"),
    Parameter("severity", "severities with commas: SEV-1 … SEV-4"),
    Parameter("service", "of this service"),
    Parameter("team", "of this team"),
    Parameter("q", "words of the title"),
    Parameter("since", "opened since an RFC 3339 instant, or so long ago (24h)"),
    Parameter("cursor", "`next_cursor` of the page before"),
    Parameter("limit", "1 to 1000; 100 unless given"),
)
PAGE_QUERY = LIST_QUERY[-2:]


async def show_alerts(call: Call) -> web.StreamResponse:
    """The alerts that belong to the incident."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    query = Query(call.request.query)
    wanted = alerts.AlertFilter(
        incident=incident.number, cursor=query.text("cursor"), limit=query.limit()
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await alerts.find(tx, wanted)
    return answers.listing("alerts", [alert_document(one) for one in found], cursor)


def _reading(
    path: str, about: str, handler: Handler, answer: type, query: tuple[Parameter, ...]
) -> Route:
    return Route(
        method="GET",
        path=path,
        scope=Scope.READ,
        handler=handler,
        about=about,
        answer=answer,
        query=query,
    )


ROUTES = (
    _reading(BASE, "Incidents, newest first.", index, IncidentList, LIST_QUERY),
    Route(
        method="POST",
        path=BASE,
        scope=Scope.RESPOND,
        handler=declare,
        about="Declare an incident by hand.",
        body=Declaration,
        answer=IncidentDocument,
        status=201,
    ),
    _reading(ONE, "One incident.", show, IncidentDocument, ()),
    _reading(f"{ONE}/timeline", "What happened, in order.", show_timeline, Timeline, PAGE_QUERY),
    _reading(f"{ONE}/alerts", "Its alerts.", show_alerts, AlertList, PAGE_QUERY),
    _reading(f"{ONE}/pages", "Its pages and updates.", show_pages, PageList, ()),
)
