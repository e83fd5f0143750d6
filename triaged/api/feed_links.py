"""Calendars that triaged publishes: `/feeds/TOKEN.ics`, `/api/v1/feed-links`, and one's own file.

The token in the address is all that a calendar program can give; only its digest is stored.
"""

from typing import Literal

import msgspec
import structlog
from aiohttp import web

from triaged.access.tokens import digest_of, new_feed_token
from triaged.api._calendars import CALENDAR, is_known, shifts_of, text_of
from triaged.core.text.names import meant
from triaged.core.text.wording import clean
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.feeds.writing import numbered
from triaged.http import problems
from triaged.http.answers import EVERYWHERE, Created
from triaged.http.bodies import Body, Name
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.own import feed_links
from triaged.store.tables.own.feed_links import AGENT_MAX, LINKS_MAX, FeedLink
from triaged.wire import Instant, instant_text, instant_text_or_none

BASE = "/api/v1/feed-links"
ENDING = ".ics"
TOKEN_MAX = 64
CACHE = "private, max-age=300"

log = structlog.get_logger()


class LinkRequest(Body, frozen=True):
    """The calendar whose address is made: that of a schedule, or of a person."""

    schedule: Name | None = None
    person: Name | None = None


class LinkDocument(msgspec.Struct, frozen=True):
    """The address of a published calendar, without its token."""

    id: str
    kind: Literal["schedule", "person"]
    target: str
    made_by: str
    made_at: Instant
    used_at: Instant | None
    """The last time that it was fetched, to the minute."""
    agent: str
    """What the program that fetched it says of itself."""


class NewLink(msgspec.Struct, frozen=True):
    """A link that was made, with its address, which only this answer shows."""

    id: str
    url: str


class LinkList(msgspec.Struct, frozen=True):
    """The links, the last made first."""

    links: list[LinkDocument]


class RevokedLink(msgspec.Struct, frozen=True):
    """The id of the link that was revoked."""

    revoked: str


@route("POST", BASE, Scope.RESPOND)
async def create(call: Call, body: LinkRequest) -> Created[NewLink] | web.Response:
    """Make the address of a calendar: give `schedule` or `person`."""
    context, settings = call.context, call.context.configuration.settings
    if (body.schedule is None) == (body.person is None):
        return problems.problem(400, "give `schedule` or `person`: whose calendar it is")
    kind: feed_links.LinkKind = "person" if body.schedule is None else "schedule"
    target = body.schedule or body.person or ""
    if not is_known(settings, kind, target):
        known = settings.schedules if kind == "schedule" else settings.people
        return problems.not_found(f"there is no {kind} {target[:40]!r}{meant(target, known)}")
    token = new_feed_token()
    link = FeedLink(digest_of(token), kind, target, call.caller.by, context.clock.now())
    async with context.database.transaction() as tx:
        added = await feed_links.add(tx, link)
    if not added:
        return problems.problem(409, f"there are {LINKS_MAX} links: revoke one that nobody uses")
    log.info("feed_link.made", id=link.id, kind=kind, target=target, by=link.made_by)
    url = f"{context.configuration.public_url}/feeds/{token}{ENDING}"
    return Created(NewLink(link.id, url))


@route("GET", BASE, Scope.READ)
async def index(call: Call) -> LinkList:
    """Every link: whose calendar it is, who made it, and when it was fetched last."""
    async with call.context.database.reading() as tx:
        found = await feed_links.listing(tx)
    return LinkList([_document(link) for link in found])


@route("DELETE", f"{BASE}/{{id}}", Scope.RESPOND)
async def revoke(call: Call) -> RevokedLink | web.Response:
    """Revoke a link: its address answers 404 from the next request on."""
    identity = call.params["id"]
    async with call.context.database.transaction() as tx:
        found = await feed_links.revoke(tx, identity)
    if not found:
        return problems.not_found(f"there is no link {identity[:40]!r}: see its list for the ids")
    log.info("feed_link.revoked", id=identity, by=call.caller.by)
    return RevokedLink(identity)


@route("GET", "/feeds/{file}", Scope.LINK)
async def calendar(call: Call) -> web.Response:
    """A published calendar, `TOKEN.ics`: final shifts from 90 days ago to a year ahead."""
    link = await _link(call)
    if link is None:
        return problems.not_found()
    context, now = call.context, call.context.clock.now()
    if not context.calendars.allows(link.digest, now):
        return problems.too_soon(
            "this calendar was read too often in the last hour", HOUR // SECOND
        )
    shifts = await shifts_of(context, link.kind, link.target)
    agent = clean(call.request.headers.get("User-Agent", ""), AGENT_MAX)
    async with context.database.transaction() as tx:
        before = await feed_links.sent(tx, link.digest)
        sent = numbered(shifts, before)
        if sent != before:
            await feed_links.save_sent(tx, link.digest, sent)
        if link.used_at is None or now - link.used_at >= MINUTE or agent != link.agent:
            await feed_links.used(tx, link.digest, now, agent)
    body, etag = await text_of(context, link.kind, link.target, shifts, sent)
    headers = {**EVERYWHERE, "ETag": etag, "Cache-Control": CACHE}
    asked = call.request.headers.get("If-None-Match", "")
    if etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers={**headers, "Content-Type": CALENDAR})


@route("GET", "/api/v1/people/{person}/calendar", Scope.READ)
async def export(call: Call) -> web.Response:
    """A person's final shifts by every schedule as a calendar file."""
    person, people = call.params["person"], call.context.configuration.settings.people
    if person not in people:
        return problems.not_found(f"there is no person {person[:40]!r}{meant(person, people)}")
    shifts = await shifts_of(call.context, "person", person)
    body, _ = await text_of(call.context, "person", person, shifts, numbered(shifts, {}))
    return web.Response(body=body, headers={**EVERYWHERE, "Content-Type": CALENDAR})


async def _link(call: Call) -> FeedLink | None:
    """The link of the request; None: revoked, never made, or of somebody who is gone."""
    file = call.params["file"]
    token = file.removesuffix(ENDING)
    if token == file or not token or len(token) > TOKEN_MAX:
        return None
    async with call.context.database.reading() as tx:
        link = await feed_links.fetch(tx, digest_of(token))
    if link is None or not is_known(call.context.configuration.settings, link.kind, link.target):
        return None
    return link


def _document(link: FeedLink) -> LinkDocument:
    return LinkDocument(
        id=link.id,
        kind=link.kind,
        target=link.target,
        made_by=link.made_by,
        made_at=instant_text(link.made_at),
        used_at=instant_text_or_none(link.used_at),
        agent=link.agent,
    )
