"""Alertmanager's API v2, as far as Prometheus and `amtool` need it.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from triaged import __version__
from triaged.api import answers, problems
from triaged.api.guards import admit
from triaged.api.routes import Call, Handler, Parameter, Route, Scope
from triaged.api.schemas import Accepted
from triaged.api.webhooks import take
from triaged.errors import Malformed
from triaged.rules.matchers import Matcher, parse_matchers, pattern_of
from triaged.store import alerts, incidents
from triaged.store.alerts import StoredAlert
from triaged.wire import instant_text

BASE = "/api/v2"
SOURCE = "prometheus"
RECEIVER = {"name": "triaged"}
ALERTS_MAX = 10_000
"""Alerts in an answer; where there are more, the header `X-Triaged-Truncated` says so."""

READ_AT_ONCE = 1000
NEVER = "0001-01-01T00:00:00.000Z"
"""How Alertmanager writes that an alert does not end by itself."""

CONFIG = "route:\n  receiver: triaged\nreceivers:\n- name: triaged\n"
"""What `amtool config` shows: our rules have no form there."""

SILENCES_LATER = "silences are not there yet: silence in Alertmanager, or snooze the incident"


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
    matchers = _matchers(call)
    if not _wants_ours(call):
        return answers.answer([])
    found = [_document(alert) async for alert in _firing(call, matchers)]
    return answers.answer(found, headers=_truncation(found))


async def show_groups(call: Call) -> web.StreamResponse:
    """Alerts that fire and match, by incident: its key is what they have in common."""
    matchers = _matchers(call)
    if not _wants_ours(call):
        return answers.answer([])
    groups: dict[int | None, list[dict[str, object]]] = {}
    async for alert in _firing(call, matchers):
        groups.setdefault(alert.incident, []).append(_document(alert))
    async with call.context.database.reading() as tx:
        keys = {
            number: dict(incident.key)
            for number in groups
            if number is not None and (incident := await incidents.fetch(tx, number)) is not None
        }
    shown: list[dict[str, object]] = [
        {"labels": keys.get(number or 0, {}), "receiver": RECEIVER, "alerts": members}
        for number, members in groups.items()
    ]
    return answers.answer(shown)


async def silences(_: Call) -> web.StreamResponse:
    """None yet."""
    return answers.answer([])


async def no_silence(_: Call) -> web.StreamResponse:
    """404: there is no silence of any id."""
    return problems.not_found(SILENCES_LATER)


async def refuse_silence(_: Call) -> web.StreamResponse:
    """400 that says what to do instead."""
    return problems.problem(400, SILENCES_LATER)


async def gone(call: Call) -> web.StreamResponse:
    """410, as Alertmanager answers to its first API since 0.27."""
    refusal = await admit(call, f"ingest:{SOURCE}")
    detail = "Alertmanager's API v1 is gone: send to /api/v2/alerts"
    return refusal or problems.problem(410, detail)


def _matchers(call: Call) -> list[Matcher]:
    """What every `filter=` asks for. Raises Malformed."""
    try:
        return [
            matcher
            for text in call.request.query.getall("filter", [])
            for matcher in parse_matchers(text)
        ]
    except ValueError as error:
        raise Malformed("wrong_shape", str(error), "?filter") from None


def _wants_ours(call: Call) -> bool:
    """Whether active alerts that go to us are asked for, as they are unless the query says no."""
    query = call.request.query
    if query.get("active", "true") in {"false", "0"}:
        return False
    try:
        return pattern_of(query.get("receiver") or ".*").fullmatch(RECEIVER["name"]) is not None
    except ValueError as error:
        raise Malformed("wrong_shape", str(error), "?receiver") from None


async def _firing(call: Call, matchers: Sequence[Matcher]) -> AsyncIterator[StoredAlert]:
    """Firing alerts whose labels all `matchers` accept, at most ALERTS_MAX and one."""
    cursor: str | None = None
    count = 0
    while True:
        wanted = alerts.AlertFilter(firing=True, cursor=cursor, limit=READ_AT_ONCE)
        async with call.context.database.reading() as tx:
            found, cursor = await alerts.find(tx, wanted)
        for alert in found:
            if all(matcher.matches(alert.labels) for matcher in matchers):
                yield alert
                count += 1
                if count == ALERTS_MAX:
                    return
        if cursor is None:
            return


def _truncation(found: Sequence[object]) -> dict[str, str]:
    return {"X-Triaged-Truncated": "true"} if len(found) == ALERTS_MAX else {}


def _document(alert: StoredAlert) -> dict[str, object]:
    document: dict[str, object] = {
        "annotations": alert.annotations,
        "endsAt": NEVER if alert.lapses_at is None else instant_text(alert.lapses_at),
        "fingerprint": alert.fingerprint,
        "receivers": [RECEIVER],
        "startsAt": instant_text(alert.starts_at),
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
        "updatedAt": instant_text(alert.last_seen_at),
        "labels": alert.labels,
    }
    if alert.url:
        document["generatorURL"] = alert.url
    return document


ALERT_QUERY = (
    Parameter("filter", "a matcher, or several in braces; may be repeated"),
    Parameter("active", "false: leave out what is not muted, which is everything"),
    Parameter("receiver", "a regular expression; there is one receiver, triaged"),
)


def _reading(path: str, handler: Handler, about: str, *query: Parameter) -> Route:
    return Route(
        method="GET",
        path=f"{BASE}/{path}",
        scope=Scope.READ,
        handler=handler,
        about=about,
        query=query,
    )


def _refusing(method: str, path: str) -> Route:
    return Route(
        method=method,
        path=f"{BASE}/{path}",
        scope=Scope.RESPOND,
        handler=refuse_silence,
        about="Silences are not there yet: says what to do instead.",
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
    _reading("silences", silences, "None yet."),
    _reading("silence/{id}", no_silence, "None yet: 404."),
    _refusing("POST", "silences"),
    _refusing("DELETE", "silence/{id}"),
)
