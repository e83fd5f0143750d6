"""`/api/v1/alerts` and `/api/v1/incidents/{id}/alerts`: the state of alerts."""

from typing import Literal

import msgspec
from aiohttp import web

from triaged.api._alerts import IgnoredReport, ignored_report
from triaged.api._incidents import INCIDENT, find, unknown
from triaged.core.records.model import Severity, incident_id, incident_number
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables import alerts
from triaged.store.tables.alerts import AlertFilter, StoredAlert
from triaged.wire import Instant, instant_text, instant_text_or_none

LIST_QUERY = (
    Parameter("state", "firing, resolved"),
    Parameter("source", "of this source"),
    Parameter("fingerprint", "with this fingerprint"),
    Parameter("incident", "of this incident"),
    *PAGE_OF_LIST,
)


class AlertDocument(msgspec.Struct, frozen=True):
    """The state of an alert."""

    source: str
    fingerprint: str
    state: Literal["firing", "resolved"]
    episode: int
    starts_at: Instant
    last_seen_at: Instant
    ended_at: Instant | None
    lapses_at: Instant | None
    repeats: int
    incident: str | None
    severity: Severity | None
    rule: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    url: str
    sender: str
    """Who reported it last: the origin of the sender's own address, else who called."""
    ignored: IgnoredReport | None
    """The last report in this episode that changed nothing."""


class AlertList(msgspec.Struct, frozen=True):
    """Alerts, the newest episode first."""

    alerts: list[AlertDocument]
    next_cursor: str | None


@route("GET", "/api/v1/alerts", Scope.READ, LIST_QUERY)
async def index(call: Call) -> AlertList | web.Response:
    """The state of every alert, the newest episode first."""
    query = Query(call.request.query)
    states = query.choices("state", ("firing", "resolved"))
    name = query.text("incident")
    number = None if name is None else incident_number(name)
    if name is not None and number is None:
        query.errors.append(Problem("?incident", "an incident such as INC-12"))
    wanted = AlertFilter(
        firing=None if len(states) != 1 else states[0] == "firing",
        source=query.text("source"),
        fingerprint=query.text("fingerprint"),
        incident=number,
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    return problems.invalid(query.errors) if query.errors else await _page(call, wanted)


@route("GET", f"{INCIDENT}/alerts", Scope.READ, PAGE_OF_LIST)
async def of_incident(call: Call) -> AlertList | web.Response:
    """The alerts that belong to the incident."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    query = Query(call.request.query)
    wanted = AlertFilter(incident=incident.number, cursor=query.text("cursor"), limit=query.limit())
    return problems.invalid(query.errors) if query.errors else await _page(call, wanted)


async def _page(call: Call, wanted: AlertFilter) -> AlertList:
    async with call.context.database.reading() as tx:
        found, cursor = await alerts.find(tx, wanted)
    return AlertList([_document(alert) for alert in found], cursor)


def _document(alert: StoredAlert) -> AlertDocument:
    return AlertDocument(
        source=alert.source,
        fingerprint=alert.fingerprint,
        state="firing" if alert.firing else "resolved",
        episode=alert.episode,
        starts_at=instant_text(alert.starts_at),
        last_seen_at=instant_text(alert.last_seen_at),
        ended_at=instant_text_or_none(alert.ended_at),
        lapses_at=instant_text_or_none(alert.lapses_at),
        repeats=alert.repeats,
        incident=None if alert.incident is None else incident_id(alert.incident),
        severity=alert.severity,
        rule=alert.rule,
        labels=alert.labels,
        annotations=alert.annotations,
        url=alert.url,
        sender=alert.sender,
        ignored=ignored_report(alert),
    )
