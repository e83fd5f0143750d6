"""`/postmortems/{id}`: a postmortem to read and to print, for whoever may read incidents."""

import asyncio

from aiohttp import web
from markupsafe import Markup
from msgspec.structs import replace

from triaged.core.records.model import Incident, incident_number
from triaged.core.text.learning.documents import PostmortemDocument, postmortem_document
from triaged.core.text.wording import clean
from triaged.http.problems import not_found
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.postmortems import Opened, opened, readings
from triaged.store.tables import incidents
from triaged.web._console.refusals import sign_in_path
from triaged.web._markdown import rendered
from triaged.web._page import page

NAME_MAX = 100
CHALLENGES = ('Basic realm="triaged", charset="UTF-8"', 'Bearer realm="triaged"')
"""A browser asks for a name and a password: any name, and the token."""


async def read(call: Call) -> web.Response:
    """The postmortem as a page without script; what people wrote in it runs nothing.

    Until somebody writes one it is the draft made of facts.
    """
    number = incident_number(call.params["id"])
    incident = None
    if number is not None:
        async with call.context.database.reading() as tx:
            incident = await incidents.fetch(tx, number)
    if incident is None:
        return not_found(f"there is no incident {call.params['id'][:40]!r}")
    found = await opened(call, incident)
    document, text = await asyncio.to_thread(_shown, call, found)
    return _page(incident, document, text)


def asked_to_sign_in(call: Call, answer: web.Response) -> web.Response:
    """The refusal of a stranger: the browser asks for a token, and the page leads to `/login`."""
    if answer.status != 401:
        return answer
    found = page("sign_in.html", status=401, path=sign_in_path(call))
    for challenge in CHALLENGES:
        found.headers.add("WWW-Authenticate", challenge)
    return found


show = replace(route("GET", "/postmortems/{id}", Scope.READ)(read), present=asked_to_sign_in)


def _shown(call: Call, found: Opened) -> tuple[PostmortemDocument, Markup]:
    """The document and the rendered text; a long text takes some 100 ms."""
    said = readings(call.context.configuration.settings, found)
    return postmortem_document(found.row, said), rendered(found.text)


def _page(incident: Incident, document: PostmortemDocument, text: Markup) -> web.Response:
    revision = f"Revision {document.revision}" if document.revision else "Draft made of facts"
    by = f" by {clean(document.updated_by, NAME_MAX)}" if document.updated_by else ""
    return page(
        "postmortem.html",
        severity=incident.severity,
        number=incident.id,
        state=document.state.replace("_", " "),
        waived_by=document.waived_by,
        reason=document.reason,
        text=text,
        actions=document.actions,
        revision=f"{revision}{by}",
        head=document.timeline_head,
    )
