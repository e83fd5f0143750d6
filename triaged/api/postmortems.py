"""`/api/v1/postmortems/{id}`: the text of a postmortem, its revisions, its way to publication."""

import asyncio
import re
from collections.abc import Callable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.api._incidents import find, unknown
from triaged.core.practice.learning.postmortem_checks import lacks_for_publishing, lacks_for_review
from triaged.core.practice.learning.postmortem_draft import draft, opening_day
from triaged.core.practice.learning.postmortem_export import exported, file_name
from triaged.core.records.answers import Acted, Answer, Conflict, Outdated, Unknown
from triaged.core.records.events import Event
from triaged.core.records.model import Incident
from triaged.core.records.practice.learning_events import (
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.postmortems import (
    TEXT_MAX,
    PostmortemState,
    revision_id,
)
from triaged.core.text.learning.documents import (
    PostmortemDocument,
    PostmortemSummary,
    RevisionDocument,
    RevisionTextDocument,
    postmortem_document,
    postmortem_summary,
    revision_document,
    revision_text_document,
)
from triaged.core.text.merging import Sides, merge
from triaged.http import answers, problems
from triaged.http.answers import Reply
from triaged.http.bodies import Body, Text
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.postmortems import Opened, etag_of, opened, readings
from triaged.store.tables import incidents
from triaged.store.tables.practice_rows import postmortems

BASE = "/api/v1/postmortems"
ONE = BASE + "/{id}"
LIST_QUERY = (
    Parameter("state", "states with commas: draft, in_review, published, waived"),
    Parameter("due", "true: asked for, and neither published nor waived"),
    *PAGE_OF_LIST,
)
REVISIONS_SHOWN = 100
UNKNOWN = -1
"""The revision of a tag whose text is not that of the revision: the store is another by now."""

_TAG = re.compile(r'"r(\d{1,9})(?:-([0-9a-f]{8}))?"')

PostmortemAfter = Reply[PostmortemDocument] | web.Response


class PostmortemText(Body, frozen=True):
    """The whole text, in Markdown."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


class PostmortemStep(Body, frozen=True):
    """A step of the postmortem that says no more than that it is taken."""


class Waiver(Body, frozen=True):
    """The reason why no postmortem is needed: 20 characters or more."""

    reason: Text


class RevisionList(msgspec.Struct, frozen=True):
    """The last 100 texts, unmerged ones included, the newest first."""

    revisions: list[RevisionDocument]


class PostmortemList(msgspec.Struct, frozen=True):
    """Postmortems, those of the newest incidents first."""

    postmortems: list[PostmortemSummary]
    next_cursor: str | None


@route("GET", BASE, Scope.READ, LIST_QUERY)
async def index(call: Call) -> PostmortemList | web.Response:
    """Postmortems that are asked for or were begun, those of the newest incidents first."""
    query = Query(call.request.query)
    wanted = postmortems.PostmortemFilter(
        states=query.choices("state", [*PostmortemState]),
        is_due=query.choices("due", ("true", "false")) == ("true",),
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        rows, cursor = await postmortems.find(tx, wanted)
        found = await incidents.of_numbers(tx, [row.incident for row in rows])
    known = {incident.number: incident for incident in found}
    now = call.context.clock.now()
    listed = [
        postmortem_summary(row, known[row.incident], now) for row in rows if row.incident in known
    ]
    return PostmortemList(listed, cursor)


@route("GET", ONE, Scope.READ)
async def show(call: Call) -> PostmortemAfter:
    """The postmortem of an incident; until somebody writes one, the draft made of facts.

    `ETag` names the revision, for `If-Match`.
    """
    incident = await find(call)
    return unknown(call) if incident is None else await _shown(call, incident)


async def _shown(call: Call, incident: Incident) -> Reply[PostmortemDocument]:
    found = await opened(call, incident)
    said = await asyncio.to_thread(readings, call.context.configuration.settings, found)
    return Reply(postmortem_document(found.row, said), {"ETag": etag_of(found.row)})


@route("PUT", ONE, Scope.RESPOND)
async def save(call: Call, body: PostmortemText) -> PostmortemAfter:
    """Save the text, made from the revision that `If-Match` names (the `ETag` of GET).

    If somebody else has saved meanwhile, the answer is 412 with both texts and their merge; the
    text that was sent is kept as an unmerged revision.
    """
    incident = await find(call)
    if incident is None:
        return unknown(call)
    tag = _TAG.fullmatch(call.request.headers.get("If-Match", "").removeprefix("W/"))
    if tag is None:
        detail = "`If-Match` names the revision that you began with: the `ETag` of GET"
        return problems.problem(428, detail)
    found = await opened(call, incident)
    day = opening_day(incident, found.account.timezone)
    facts, missing = await asyncio.to_thread(
        lambda: (
            draft(found.account),
            lacks_for_publishing(body.text, found.account.actions, day),
        )
    )
    base, by = int(tag[1]), call.caller.by
    if base == found.row.revision and tag[2] not in (None, found.row.hash[:8]):
        base = UNKNOWN
    event = PostmortemSaved(incident.number, by, body.text, base, facts, tuple(missing))
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if isinstance(outcome, Outdated):
        return await _outdated(call, incident, outcome, event)
    return await _after(call, incident, outcome)


async def _outdated(
    call: Call, incident: Incident, outcome: Outdated, event: PostmortemSaved
) -> web.Response:
    """412: what holds, what was sent, and both in one text."""
    async with call.context.database.reading() as tx:
        now = await postmortems.fetch(tx, incident.id)
        base = await postmortems.revision(tx, revision_id(incident.id, event.base))
        number = outcome.revision if now is None else now.revision
        theirs = await postmortems.revision(tx, revision_id(incident.id, number))
    if now is None or theirs is None:
        return problems.failed()
    sides = Sides("yours", f"{theirs.by}, revision {theirs.number}")
    before = event.facts if base is None else base.text
    merged = await asyncio.to_thread(merge, before, event.text, theirs.text, sides)
    document = problems.OutdatedDocument(
        type="about:blank",
        title="Precondition Failed",
        status=412,
        detail=f"{theirs.by} has saved revision {theirs.number} meanwhile; your text is kept as"
        f" {outcome.kept}; `merged` holds both",
        revision=theirs.number,
        yours=event.text,
        theirs=theirs.text,
        merged=merged.text,
        conflicts=merged.conflicts,
        kept=outcome.kept,
    )
    return problems.outdated(document, etag_of(now))


@route("POST", f"{ONE}/review", Scope.RESPOND)
async def review(call: Call, _: PostmortemStep) -> PostmortemAfter:
    """Ask others to read it: refused with 409 while a section of the document is unwritten."""

    def event(found: Opened) -> Event:
        missing = tuple(lacks_for_review(found.text))
        return PostmortemReviewed(found.row.incident, call.caller.by, found.row.revision, missing)

    return await _step(call, event)


@route("POST", f"{ONE}/publish", Scope.RESPOND)
async def publish(call: Call, _: PostmortemStep) -> PostmortemAfter:
    """Publish it: from now on the incident may be closed. 409 says what is missing."""

    def event(found: Opened) -> Event:
        row, account = found.row, found.account
        day = opening_day(account.incident, account.timezone)
        missing = tuple(lacks_for_publishing(found.text, account.actions, day))
        return PostmortemPublished(row.incident, call.caller.by, row.revision, missing)

    return await _step(call, event)


async def _step(call: Call, event_of: Callable[[Opened], Event]) -> PostmortemAfter:
    incident = await find(call)
    if incident is None:
        return unknown(call)
    event = await asyncio.to_thread(event_of, await opened(call, incident))
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    return await _after(call, incident, outcome)


@route("POST", f"{ONE}/waive", Scope.ADMIN)
async def waive(call: Call, body: Waiver) -> PostmortemAfter:
    """Decide that the incident needs no postmortem; the reason is on the timeline."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    event = PostmortemWaived(incident.number, call.caller.by, body.reason)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    return await _after(call, incident, outcome)


async def _after(call: Call, incident: Incident, outcome: Answer) -> PostmortemAfter:
    match outcome:
        case Acted():
            return await _shown(call, await find(call) or incident)
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            return problems.failed()


@route("GET", f"{ONE}/revisions", Scope.READ)
async def list_revisions(call: Call) -> RevisionList | web.Response:
    """The last 100 texts, those included that are kept because somebody else was faster."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    async with call.context.database.reading() as tx:
        found = await postmortems.revisions(tx, incident.number, REVISIONS_SHOWN)
    return RevisionList([revision_document(one) for one in found])


@route("GET", f"{ONE}/revisions/{{number}}", Scope.READ)
async def show_revision(call: Call) -> RevisionTextDocument | web.Response:
    """One text: by its number, or `kept-` and the first 16 digits of its hash."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    name = call.params["number"][:40].replace("kept-", "kept/")
    async with call.context.database.reading() as tx:
        found = await postmortems.revision(tx, f"{incident.id}/postmortem/{name}")
    if found is None or found.incident != incident.number:
        return problems.not_found("there is no such revision")
    return revision_text_document(found)


@route("GET", f"{ONE}/export", Scope.READ)
async def export(call: Call) -> web.Response:
    """The postmortem as a file for a repository: Markdown below a YAML front matter."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    found = await opened(call, incident)
    timezone = call.context.configuration.settings.timezone
    text = exported(incident, found.row, found.text, found.account.actions)
    name = file_name(incident, timezone)
    headers = {
        **answers.EVERYWHERE,
        "Content-Type": "text/markdown; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return web.Response(body=text.encode(), headers=headers)
