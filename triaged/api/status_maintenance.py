"""`/api/v1/status-page/maintenance`: announce, move, verify, complete and cancel maintenance."""

from typing import Literal

import msgspec
from aiohttp import web

from triaged.access.tokens import new_public_id
from triaged.api._status_page import (
    BASE,
    Line,
    MaintenanceDocument,
    maintenance_document,
    page_of,
    submit,
)
from triaged.core.records.practice.status import Maintenance
from triaged.core.records.practice.status_events import MaintenanceChanged, MaintenancePlanned
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Moment, Name, Text
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import status
from triaged.wire import instant

MAINTENANCE = f"{BASE}/maintenance"
ONE = MAINTENANCE + "/{id}"


class MaintenanceRequest(Body, frozen=True):
    """Maintenance to announce."""

    title: Line
    body: Text
    """What the public notices of it."""
    components: tuple[Name, ...] = ()
    starts_at: Moment | None = None
    """Unset: when the window next begins."""
    ends_at: Moment | None = None
    window: Name = ""
    """The maintenance window of the rules that mutes its pages."""


class MaintenanceChange(Body, frozen=True):
    """What happens to maintenance."""

    verb: Literal["move", "verify", "complete", "cancel"]
    body: Text = ""
    """The text of the post. Unset: the usual one."""
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class MaintenanceList(msgspec.Struct, frozen=True):
    """Maintenance; the latest first."""

    maintenance: list[MaintenanceDocument]


@route("GET", MAINTENANCE, Scope.READ)
async def index(call: Call) -> MaintenanceList | web.Response:
    """Planned maintenance and that of the past; the latest first."""
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    async with call.context.database.reading() as tx:
        rows = await status.page_rows(tx)
    found = sorted(rows.maintenance.values(), key=lambda row: (-row.starts_at, row.id))
    return MaintenanceList([maintenance_document(row, page) for row in found])


@route("POST", MAINTENANCE, Scope.RESPOND)
async def create(
    call: Call, body: MaintenanceRequest
) -> Created[MaintenanceDocument] | web.Response:
    """Announce maintenance: the page shows it, and subscribers hear of it, at once."""
    event = MaintenancePlanned(
        by=call.caller.by,
        new_id=new_public_id(),
        new_post=new_public_id(),
        title=body.title,
        body=body.body.replace("\r\n", "\n").strip("\n"),
        components=tuple(dict.fromkeys(body.components)),
        starts_at=None if body.starts_at is None else instant(body.starts_at),
        ends_at=None if body.ends_at is None else instant(body.ends_at),
        window=body.window,
    )
    found = await submit(call, event)
    if isinstance(found, web.Response):
        return found
    document = await _document(call, found)
    return document if isinstance(document, web.Response) else Created(document)


@route("POST", ONE, Scope.RESPOND)
async def change(call: Call, body: MaintenanceChange) -> MaintenanceDocument | web.Response:
    """Move maintenance, or say how far it is; it begins and ends by the clock."""
    event = MaintenanceChanged(
        by=call.caller.by,
        id=call.params["id"],
        new_post=new_public_id(),
        verb=body.verb,
        body=body.body.replace("\r\n", "\n").strip("\n"),
        starts_at=None if body.starts_at is None else instant(body.starts_at),
        ends_at=None if body.ends_at is None else instant(body.ends_at),
    )
    found = await submit(call, event)
    return found if isinstance(found, web.Response) else await _document(call, found)


async def _document(call: Call, identity: str) -> MaintenanceDocument | web.Response:
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    async with call.context.database.reading() as tx:
        row = await status.thread(tx, identity)
    if not isinstance(row, Maintenance):
        return problems.not_found(f"there is no maintenance {identity[:40]!r}")
    return maintenance_document(row, page)
