"""`/api/v1/alerts`: the state of every alert."""

from aiohttp import web

from triaged.api.schemas import AlertList
from triaged.core.records.model import incident_id, incident_number
from triaged.errors import Problem
from triaged.http import answers, problems
from triaged.http.queries import Query
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.store.tables import alerts
from triaged.store.tables.alerts import StoredAlert
from triaged.wire import instant_text, instant_text_or_none


def alert_document(alert: StoredAlert) -> dict[str, object]:
    """An alert as every answer shows it."""
    return {
        "source": alert.source,
        "fingerprint": alert.fingerprint,
        "state": "firing" if alert.firing else "resolved",
        "episode": alert.episode,
        "starts_at": instant_text(alert.starts_at),
        "last_seen_at": instant_text(alert.last_seen_at),
        "ended_at": instant_text_or_none(alert.ended_at),
        "lapses_at": instant_text_or_none(alert.lapses_at),
        "repeats": alert.repeats,
        "incident": None if alert.incident is None else incident_id(alert.incident),
        "severity": alert.severity,
        "rule": alert.rule,
        "labels": alert.labels,
        "annotations": alert.annotations,
        "url": alert.url,
    }


async def index(call: Call) -> web.StreamResponse:
    """The alerts that the query asks for."""
    query = Query(call.request.query)
    states = query.choices("state", ("firing", "resolved"))
    name = query.text("incident")
    number = None if name is None else incident_number(name)
    if name is not None and number is None:
        query.errors.append(Problem("?incident", "an incident such as INC-12"))
    wanted = alerts.AlertFilter(
        firing=None if len(states) != 1 else states[0] == "firing",
        source=query.text("source"),
        incident=number,
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await alerts.find(tx, wanted)
    return answers.listing("alerts", [alert_document(alert) for alert in found], cursor)


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/alerts",
        scope=Scope.READ,
        handler=index,
        about="The state of every alert, the newest episode first.",
        query=(
            Parameter("state", "firing, resolved"),
            Parameter("source", "of this source"),
            Parameter("incident", "of this incident"),
            Parameter("cursor", "`next_cursor` of the page before"),
            Parameter("limit", "1 to 1000; 100 unless given"),
        ),
        answer=AlertList,
    ),
)
