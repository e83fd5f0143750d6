"""`/api/v1/quarantine`: bodies that could not be used; list, show, resubmit, delete."""

from base64 import b64encode
from typing import Literal

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from triaged.http import problems
from triaged.http.alert_bodies import Accepted, commit, unusable
from triaged.http.queries import PAGE_OF_LIST, Query
from triaged.http.routes import Call, Scope, route
from triaged.ingest import Received
from triaged.intake.decode import Unusable, decode_quarantined
from triaged.store.tables import quarantine
from triaged.store.tables.quarantine import Kept
from triaged.wire import Instant, instant_text

BASE = "/api/v1/quarantine"
ONE = BASE + "/{id}"


class QuarantinedBody(msgspec.Struct, frozen=True):
    """A body that could not be used; only the answer for a single one holds the body itself."""

    id: str
    source: str
    reason: str
    detail: str
    count: int
    received_at: Instant
    last_at: Instant
    headers: dict[str, str] | UnsetType = UNSET
    body: str | UnsetType = UNSET
    """The body as text; base64 where `encoding` says so."""
    encoding: Literal["utf-8", "base64"] | UnsetType = UNSET


class Quarantined(msgspec.Struct, frozen=True):
    """Bodies that could not be used, newest first."""

    quarantine: list[QuarantinedBody]
    next_cursor: str | None


class Dropped(msgspec.Struct, frozen=True):
    """The id of the body that was deleted."""

    dropped: str


def row(kept: Kept) -> QuarantinedBody:
    """A body in the list, without the body."""
    return QuarantinedBody(
        id=kept.id,
        source=kept.source,
        reason=kept.reason,
        detail=kept.detail,
        count=kept.count,
        received_at=instant_text(kept.received_at),
        last_at=instant_text(kept.last_at),
    )


def whole(kept: Kept) -> QuarantinedBody:
    """A body with everything that was kept of it."""
    found = row(kept)
    try:
        body, encoding = kept.body.decode(), "utf-8"
    except UnicodeDecodeError:
        body, encoding = b64encode(kept.body).decode(), "base64"
    changes = {"headers": dict(kept.headers), "body": body, "encoding": encoding}
    return msgspec.structs.replace(found, **changes)


async def find(call: Call) -> Kept | None:
    """The body that the path names."""
    async with call.context.database.reading() as tx:
        return await quarantine.fetch(tx, call.params["id"])


@route("GET", BASE, Scope.READ, PAGE_OF_LIST)
async def index(call: Call) -> Quarantined | web.Response:
    """Bodies that could not be used, newest first."""
    query = Query(call.request.query)
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, after = await quarantine.find(tx, cursor, limit)
    return Quarantined([row(kept) for kept in found], after)


@route("GET", ONE, Scope.READ)
async def show(call: Call) -> QuarantinedBody | web.Response:
    """One of them, with its body."""
    kept = await find(call)
    return _unknown() if kept is None else whole(kept)


@route("POST", f"{ONE}/resubmit", Scope.RESPOND)
async def resubmit(call: Call) -> Accepted | web.Response:
    """Submit the body again as if it came in now; if it can be used, it leaves quarantine."""
    kept = await find(call)
    if kept is None:
        return _unknown()
    source = call.context.configuration.sources.get(kept.source)
    if source is None:
        return problems.problem(409, f"there is no source {kept.source!r} any more")
    now = call.context.clock.now()
    received = Received(kept.source, kept.body, kept.headers, now)
    found = await decode_quarantined(source, received, kept.reason)
    if isinstance(found, Unusable):
        return unusable(found, "stays in quarantine")
    accepted = await commit(call, received, found)
    await _drop(call, kept.id)
    return accepted


@route("DELETE", ONE, Scope.RESPOND)
async def drop(call: Call) -> Dropped | web.Response:
    """Delete it."""
    name = call.params["id"]
    return Dropped(name) if await _drop(call, name) else _unknown()


async def _drop(call: Call, name: str) -> bool:
    async with call.context.database.transaction() as tx:
        return await quarantine.drop(tx, name)


def _unknown() -> web.Response:
    return problems.not_found("there is no such body in quarantine")
