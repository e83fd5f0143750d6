"""`/api/v1/reports`: what customers report, and what becomes of it."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.access.tokens import new_identity
from triaged.core.practice.reports import CONTACT_MAX, TEXT_MAX, TITLE_MAX
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import Event
from triaged.core.records.model import Severity, incident_id, incident_number
from triaged.core.records.practice.reports import (
    CustomerReport,
    CustomerReportState,
    ReportAttached,
    ReportDeclared,
    ReportDismissed,
    ReportFiled,
)
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.intake.reports import UNSEEN_MAX, is_full, report_id
from triaged.store.tables.practice_rows import customer_reports
from triaged.wire import Instant, instant_text, instant_text_or_none
from triaged.yamlschema.values import none_of

REPORTS = "/api/v1/reports"
REPORT = REPORTS + "/{id}"
AGAIN_S = 600

LIST_QUERY = (
    Parameter("state", "states with commas: new, opened, attached, declared, dismissed"),
    *PAGE_OF_LIST,
)


class Filing(Body, frozen=True):
    """What a customer has noticed."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""
    service: Name | None = None
    """A service of the configuration: its people hear of the report."""
    contact: Annotated[str, Meta(max_length=CONTACT_MAX)] = ""
    """How to reach the customer."""


class Attachment(Body, frozen=True):
    """The incident that a report is about."""

    incident: Name


class SeverityOfReport(Body, frozen=True):
    """The severity of an incident that is declared from a report."""

    severity: Severity


class Dismissal(Body, frozen=True):
    """Why a report is about no incident."""

    reason: Text


class CustomerReportDocument(msgspec.Struct, frozen=True):
    """A customer's report."""

    id: str
    title: str
    text: str
    service: str | None
    contact: str
    by: str
    at: Instant
    state: CustomerReportState
    look_by: Instant
    """By then somebody has looked at it, or it pages."""
    incident: str | None
    """The incident that it belongs to."""
    handled_by: str | None
    handled_at: Instant | None
    reason: str
    """Why it was dismissed."""


class CustomerReportList(msgspec.Struct, frozen=True):
    """Reports of customers, the newest first."""

    reports: list[CustomerReportDocument]
    next_cursor: str | None


ReportAfter = CustomerReportDocument | web.Response


@route("POST", REPORTS, Scope.REPORT)
async def file(call: Call, body: Filing) -> Created[CustomerReportDocument] | web.Response:
    """File a customer's report: whoever is on call for its service hears of it.

    429 after 60 reports in an hour with one token, and while 500 wait for somebody to look.
    """
    services = call.context.configuration.settings.services
    if body.service is not None and body.service not in services:
        return problems.invalid([Problem("$.service", none_of(body.service, services))])
    if not call.context.reports.allows(call.caller.by, call.context.clock.now()):
        return problems.too_soon("too many reports with this token in an hour", AGAIN_S)
    if await is_full(call.context.database):
        return problems.too_soon(f"{UNSEEN_MAX} reports wait for somebody to look", AGAIN_S)
    identity = report_id(new_identity())
    event = ReportFiled(
        id=identity,
        by=call.caller.by,
        title=body.title,
        text=body.text,
        service=body.service or "",
        contact=body.contact,
    )
    await call.context.engine.submit([event], urgent=True)
    row = await _find(call, identity)
    assert row is not None, "it has just been committed"
    location = f"{call.context.configuration.public_url}{REPORTS}/{identity}"
    return Created(_document(row), {"Location": location})


@route("GET", REPORTS, Scope.READ, LIST_QUERY)
async def index(call: Call) -> CustomerReportList | web.Response:
    """Reports of customers, the newest first."""
    query = Query(call.request.query)
    states = query.choices("state", [*CustomerReportState])
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, following = await customer_reports.find(tx, states, cursor, limit)
    return CustomerReportList([_document(row) for row in found], following)


@route("GET", REPORT, Scope.READ)
async def show(call: Call) -> ReportAfter:
    """One report."""
    row = await _find(call, call.params["id"])
    return _unknown(call) if row is None else _document(row)


@route("POST", f"{REPORT}/attach", Scope.RESPOND)
async def attach(call: Call, body: Attachment) -> ReportAfter:
    """Say that the report is about an incident, on whose timeline it then stands.

    409 for an incident of another service.
    """
    number = incident_number(body.incident)
    if number is None:
        return problems.invalid([Problem("$.incident", "an incident such as INC-12")])
    return await _act(call, lambda identity: ReportAttached(identity, call.caller.by, number))


@route("POST", f"{REPORT}/declare", Scope.RESPOND)
async def declare(call: Call, body: SeverityOfReport) -> ReportAfter:
    """Declare an incident with what the customer reports; it pages like any other."""
    severity = body.severity
    return await _act(call, lambda identity: ReportDeclared(identity, call.caller.by, severity))


@route("POST", f"{REPORT}/dismiss", Scope.RESPOND)
async def dismiss(call: Call, body: Dismissal) -> ReportAfter:
    """Say why the report is about no incident: it pages nobody."""
    reason = body.reason
    return await _act(call, lambda identity: ReportDismissed(identity, call.caller.by, reason))


async def _act(call: Call, event_of: Callable[[str], Event]) -> ReportAfter:
    event = event_of(call.params["id"])
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    match outcome:
        case Acted():
            row = await _find(call, call.params["id"])
            return _unknown(call) if row is None else _document(row)
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            return problems.failed()


async def _find(call: Call, identity: str) -> CustomerReport | None:
    async with call.context.database.reading() as tx:
        return await customer_reports.fetch(tx, identity)


def _unknown(call: Call) -> web.Response:
    return problems.not_found(f"there is no report {call.params['id'][:40]!r}")


def _document(row: CustomerReport) -> CustomerReportDocument:
    return CustomerReportDocument(
        id=row.id,
        title=row.title,
        text=row.text,
        service=row.service or None,
        contact=row.contact,
        by=row.by,
        at=instant_text(row.at),
        state=row.state,
        look_by=instant_text(row.look_by),
        incident=None if row.joined is None else incident_id(row.joined),
        handled_by=row.handled_by or None,
        handled_at=instant_text_or_none(row.handled_at),
        reason=row.reason,
    )
