"""Alertmanager's API v2, as far as Prometheus and `amtool` need it.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import msgspec
from aiohttp import web

from triaged import __version__
from triaged.api import alertmanager_query as words
from triaged.api.schemas import Accepted
from triaged.api.webhooks import take
from triaged.core.muting.muters import Cause, Muter, holds
from triaged.core.records.matching import Matcher, pattern_of
from triaged.errors import Malformed
from triaged.http import answers, problems
from triaged.http.guards import admit
from triaged.http.routes import Call, Handler, Parameter, Route, Scope
from triaged.store.tables import alerts, incidents, muting
from triaged.store.tables.alerts import StoredAlert
from triaged.wire import instant_text

BASE = "/api/v2"
SOURCE = "prometheus"
RECEIVER = {"name": "triaged"}
ALERTS_MAX = 10_000
"""Alerts in an answer; where there are more, the header `X-Triaged-Truncated` says so."""

READ_AT_ONCE = 1000
NEVER = "0001-01-01T00:00:00.000Z"
"""How Alertmanager writes that an alert does not end by itself."""

STATES: Mapping[str, Collection[Muter]] = {
    "active": (),
    "silenced": (Muter.SILENCE, Muter.MAINTENANCE),
    "inhibited": (Muter.SUPPRESS,),
    "muted": (Muter.MAINTENANCE,),
}
"""Query parameters that leave alerts out, by what mutes these. Clients that know of no windows ask
for what is not `silenced`."""

CONFIG = "route:\n  receiver: triaged\nreceivers:\n- name: triaged\n"
"""What `amtool config` shows: our rules have no form there."""


async def post(call: Call) -> web.StreamResponse:
    """Alerts of Prometheus; only JSON, as Alertmanager has it."""
    return await take(call, SOURCE, only_json=True)


async def status(call: Call) -> web.StreamResponse:
    """What `amtool config show` and `amtool cluster show` ask."""
    unknown = "unknown"
    return answers.answer(
        {
            "cluster": {"status": "disabled", "peers": []},
            "versionInfo": {
                "branch": unknown,
                "buildDate": unknown,
                "buildUser": unknown,
                "goVersion": unknown,
                "revision": unknown,
                "version": __version__,
            },
            "config": {"original": CONFIG},
            "uptime": instant_text(call.context.started_at),
        }
    )


async def receivers(_: Call) -> web.StreamResponse:
    """The one receiver there is."""
    return answers.answer([RECEIVER])


async def show_alerts(call: Call) -> web.StreamResponse:
    """Alerts that fire and match."""
    matchers = words.filters(call)
    if not _wants_ours(call):
        return answers.answer([])
    found = [_document(alert) async for alert in _firing(call, matchers)]
    return answers.answer(found, headers=_truncation(found))


async def show_groups(call: Call) -> web.StreamResponse:
    """Alerts that fire and match, by incident: its key is what they have in common."""
    matchers = words.filters(call)
    if not _wants_ours(call):
        return answers.answer([])
    groups: dict[int | None, list[dict[str, object]]] = {}
    async for one in _firing(call, matchers):
        groups.setdefault(one.alert.incident, []).append(_document(one))
    numbers = [number for number in groups if number is not None]
    async with call.context.database.reading() as tx:
        found = await incidents.of_numbers(tx, numbers)
    keys = {incident.number: dict(incident.key) for incident in found}
    shown: list[dict[str, object]] = [
        {"labels": keys.get(number or 0, {}), "receiver": RECEIVER, "alerts": members}
        for number, members in groups.items()
    ]
    listed = [alert for members in groups.values() for alert in members]
    return answers.answer(shown, headers=_truncation(listed))


async def gone(call: Call) -> web.StreamResponse:
    """410, as Alertmanager answers to its first API since 0.27."""
    refusal = await admit(call, f"ingest:{SOURCE}")
    detail = "Alertmanager's API v1 is gone: send to /api/v2/alerts"
    return refusal or problems.problem(410, detail)


def _wants_ours(call: Call) -> bool:
    """Whether alerts that go to us are asked for, as they are unless the query says no."""
    query = call.request.query
    try:
        return pattern_of(query.get("receiver") or ".*").fullmatch(RECEIVER["name"]) is not None
    except ValueError as error:
        raise Malformed("wrong_shape", str(error), "?receiver") from None


class Standing(msgspec.Struct, frozen=True):
    """An alert that fires, and what mutes it."""

    alert: StoredAlert
    causes: Sequence[Cause] = ()


async def _firing(call: Call, matchers: Sequence[Matcher]) -> AsyncIterator[Standing]:
    """Firing alerts whose labels all `matchers` accept and whose state is asked for.

    At most ALERTS_MAX of them.
    """
    now = call.context.clock.now()
    muters = call.context.engine.settings.muters
    left_out = words.unwanted(call, STATES)
    async with call.context.database.reading() as tx:
        mutes = await muting.mutes(tx, muters, now)
    cursor: str | None = None
    count = 0
    while True:
        wanted = alerts.AlertFilter(firing=True, cursor=cursor, limit=READ_AT_ONCE)
        async with call.context.database.reading() as tx:
            found, cursor = await alerts.find(tx, wanted)
            matching = [one for one in found if holds(matchers, one.labels)]
            identities = [(one.source, one.fingerprint) for one in matching]
            laid = await muting.overlaid(tx, identities) if mutes else {}
        for alert in matching:
            labels = laid.get((alert.source, alert.fingerprint))
            standing = Standing(alert, mutes.causes(labels) if labels else ())
            if not left_out & _states(standing):
                yield standing
                count += 1
                if count == ALERTS_MAX:
                    return
        if cursor is None:
            return


def _truncation(found: Sequence[object]) -> dict[str, str]:
    return {"X-Triaged-Truncated": "true"} if len(found) == ALERTS_MAX else {}


def _states(standing: Standing) -> set[str]:
    """Which of STATES an alert is in."""
    if not standing.causes:
        return {"active"}
    return {
        name for cause in standing.causes for name, kinds in STATES.items() if cause.kind in kinds
    }


def _status(causes: Sequence[Cause]) -> dict[str, object]:
    def names(kind: Muter) -> list[str]:
        return [cause.name for cause in causes if cause.kind is kind]

    inhibiting = [fingerprint for cause in causes for _, fingerprint in cause.alerts]
    return {
        "state": "suppressed" if causes else "active",
        "silencedBy": names(Muter.SILENCE),
        "inhibitedBy": list(dict.fromkeys(inhibiting)),
        "mutedBy": names(Muter.MAINTENANCE),
    }


def _document(standing: Standing) -> dict[str, object]:
    alert = standing.alert
    document: dict[str, object] = {
        "annotations": alert.annotations,
        "endsAt": NEVER if alert.lapses_at is None else instant_text(alert.lapses_at),
        "fingerprint": alert.fingerprint,
        "receivers": [RECEIVER],
        "startsAt": instant_text(alert.starts_at),
        "status": _status(standing.causes),
        "updatedAt": instant_text(alert.last_seen_at),
        "labels": alert.labels,
    }
    if alert.url:
        document["generatorURL"] = alert.url
    return document


ALERT_QUERY = (
    words.FILTER,
    Parameter("active", "false: leave out what nothing mutes"),
    Parameter("silenced", "false: leave out what a silence or a maintenance window mutes"),
    Parameter("inhibited", "false: leave out what other alerts suppress"),
    Parameter("muted", "false: leave out what a maintenance window mutes"),
    Parameter("receiver", "a regular expression; there is one receiver, triaged"),
)


def _reading(path: str, handler: Handler, about: str, *query: Parameter) -> Route:
    return Route(
        method="GET",
        path=f"{BASE}/{path}",
        scope=Scope.READ,
        handler=words.speaking(handler),
        about=about,
        query=query,
    )


ROUTES = (
    Route(
        method="POST",
        path=f"{BASE}/alerts",
        scope=Scope.INGEST,
        handler=post,
        about="Alerts, as Prometheus sends them to an Alertmanager.",
        answer=Accepted,
    ),
    Route(
        method="POST",
        path="/api/v1/alerts",
        scope=Scope.INGEST,
        handler=gone,
        about="Alertmanager's API v1 is gone: 410.",
        status=410,
    ),
    _reading("alerts", show_alerts, "Alerts that fire.", *ALERT_QUERY),
    _reading("alerts/groups", show_groups, "Alerts that fire, by incident.", *ALERT_QUERY),
    _reading("status", status, "What runs, in Alertmanager's words."),
    _reading("receivers", receivers, "The one receiver."),
)
