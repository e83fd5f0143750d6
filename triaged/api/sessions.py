"""`/api/v1/sessions` and `/api/v1/sign-in-links`: who has signed in to the console, and how."""

import msgspec
from aiohttp import web

from triaged.access.sessions import (
    LINK_US,
    LISTED_MAX,
    TOO_MANY,
    LinkRequest,
    SessionDocument,
    link_of,
    make_link,
    session_document,
)
from triaged.core.time.durations import SECOND
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.own import sessions
from triaged.wire import Instant, instant_text

SESSIONS = "/api/v1/sessions"
LINKS = "/api/v1/sign-in-links"


class SessionList(msgspec.Struct, frozen=True):
    """Sessions, the last begun first."""

    sessions: list[SessionDocument]


class NewLink(msgspec.Struct, frozen=True):
    """A one-time link that was just made: only this answer shows it."""

    link: str
    person: str
    expires_at: Instant


class EndedSession(msgspec.Struct, frozen=True):
    """The id of the session that was ended."""

    ended: str


@route("GET", SESSIONS, Scope.READ)
async def index(call: Call) -> SessionList:
    """The caller's sessions; to an administrator, everybody's."""
    async with call.context.database.reading() as tx:
        found = await sessions.listing(tx, _whose(call), LISTED_MAX)
    return SessionList([session_document(one) for one in found])


@route("DELETE", f"{SESSIONS}/{{id}}", Scope.RESPOND)
async def end(call: Call) -> EndedSession | web.Response:
    """End a session: its browser is signed out. Administrators may end everybody's."""
    name = call.params["id"]
    async with call.context.database.transaction() as tx:
        ended = await sessions.end_named(tx, name, _whose(call))
    call.context.known_sessions.forget()
    if not ended:
        return problems.not_found(f"you have no session {name[:40]!r}")
    return EndedSession(name)


def _whose(call: Call) -> str | None:
    """As whom the sessions act that the caller may see; None: as anybody."""
    return None if call.caller.may(Scope.ADMIN) else call.caller.by


@route("POST", LINKS, Scope.ADMIN)
async def create_link(call: Call, body: LinkRequest) -> Created[NewLink] | web.Response:
    """Make a link by which a person signs in to the console, once and within 10 minutes."""
    context, now = call.context, call.context.clock.now()
    body.check(context.configuration.settings.people)
    async with context.database.transaction() as tx:
        code = await make_link(tx, body, call.caller.by, now)
    if code is None:
        answer = problems.too_soon(TOO_MANY, LINK_US // SECOND)
        context.metrics.limits_hit.labels("sign_ins", "links").inc()
        return answer
    link = link_of(context.configuration.public_url, code)
    return Created(NewLink(link, body.person, instant_text(now + LINK_US)))
