"""`/api/v1/requests`: requests to third parties and outsiders; list, show, try again."""

from typing import Literal

import msgspec
from aiohttp import web

from triaged.core.records.answers import Conflict, Unknown
from triaged.core.records.model import incident_id, incident_number
from triaged.core.records.practice.request_events import RequestRetried
from triaged.core.records.practice.requests import Request, RequestState
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import requests
from triaged.wire import Instant, instant_text, instant_text_or_none

BASE = "/api/v1/requests"
ONE = BASE + "/{id}"
LIST_QUERY = (
    Parameter("state", "one of due, sent, failed, superseded"),
    Parameter("kind", "of this kind, such as tracker.issue"),
    Parameter("incident", "of this incident"),
    *PAGE_OF_LIST,
)


class RequestDocument(msgspec.Struct, frozen=True):
    """A request to a third party, or to somebody outside; what it says is not shown."""

    id: str
    kind: str
    lane: str
    incident: str | None
    state: Literal["due", "sent", "failed", "superseded"]
    created_at: Instant
    due_at: Instant
    """When it is tried; in the past: now."""
    gives_up_at: Instant
    """It is not tried after this instant."""
    attempts: int
    error: str | None
    """Why it failed the last time."""
    url: str | None
    """Address of what it has made."""
    ended_at: Instant | None


class RequestList(msgspec.Struct, frozen=True):
    """Requests, newest first."""

    requests: list[RequestDocument]
    next_cursor: str | None


@route("GET", BASE, Scope.READ, LIST_QUERY)
async def index(call: Call) -> RequestList | web.Response:
    """Requests to third parties, newest first."""
    query = Query(call.request.query)
    states = query.choices("state", [*RequestState])
    kind, incident, cursor = query.text("kind"), query.text("incident"), query.text("cursor")
    number = None if incident is None else incident_number(incident)
    if incident is not None and number is None:
        query.errors.append(Problem("?incident", "an incident such as INC-12"))
    if len(states) > 1:
        query.errors.append(Problem("?state", "one state"))
    limit, before = query.limit(), _place_of(cursor)
    if cursor is not None and before is None:
        query.errors.append(Problem("?cursor", "`next_cursor` of the page before"))
    if query.errors:
        return problems.invalid(query.errors)
    wanted = requests.Filter("".join(states), kind or "", number)
    async with call.context.database.reading() as tx:
        found = await requests.listing(tx, wanted, before, limit)
    after = f"{found[-1].created_at}:{found[-1].id}" if len(found) == limit else None
    return RequestList([document(each) for each in found], after)


@route("GET", ONE, Scope.READ)
async def show(call: Call) -> RequestDocument | web.Response:
    """One of them."""
    found = await _find(call)
    return _unknown() if found is None else document(found)


@route("POST", f"{ONE}/retry", Scope.RESPOND)
async def retry(call: Call) -> RequestDocument | web.Response:
    """Try a request again that failed, or now one that waits. What is over is refused with 409."""
    known = await _find(call)
    if known is None:
        return _unknown()
    event = RequestRetried(known.id, call.caller.by, known.incident)
    (answer,) = await call.context.engine.submit([event], urgent=True)
    if isinstance(answer, Conflict):
        return problems.problem(409, answer.detail)
    found = None if isinstance(answer, Unknown) else await _find(call)
    return _unknown() if found is None else document(found)


def document(request: Request) -> RequestDocument:
    """A request as JSON shows it."""
    return RequestDocument(
        id=request.id,
        kind=request.kind,
        lane=request.lane,
        incident=None if request.incident is None else incident_id(request.incident),
        state=request.state.value,
        created_at=instant_text(request.created_at),
        due_at=instant_text(request.due_at),
        gives_up_at=instant_text(request.gives_up_at),
        attempts=request.attempts,
        error=request.error or None,
        url=request.result.get("url") or None,
        ended_at=instant_text_or_none(request.ended_at),
    )


def _place_of(cursor: str | None) -> tuple[int, str] | None:
    """The place behind which a page begins; None: there is none, or it cannot be read."""
    at, _, identity = (cursor or "").partition(":")
    return (int(at), identity) if at.isascii() and at.isdigit() and len(at) < 19 else None


async def _find(call: Call) -> Request | None:
    """The request that the path names."""
    async with call.context.database.reading() as tx:
        return await requests.fetch(tx, call.params["id"])


def _unknown() -> web.Response:
    return problems.not_found("there is no such request")
