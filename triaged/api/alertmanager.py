"""Alertmanager's API v2, as far as Prometheus and `amtool` need it.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from triaged import __version__
from triaged.api._alertmanager_query import FILTER, filters, unwanted, v2_route
from triaged.core.muting.matcher_index import Index
from triaged.core.muting.muters import Cause, Muter
from triaged.core.records.matching import Matcher, pattern_of
from triaged.errors import Malformed
from triaged.http import alert_bodies, problems
from triaged.http.alert_bodies import Accepted
from triaged.http.answers import Reply
from triaged.http.guards import admit
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope, route
from triaged.store.tables import alerts, incidents, muting
from triaged.store.tables.alerts import StoredAlert
from triaged.wire import Instant, instant_text

SOURCE = "prometheus"
ALERTS_MAX = 10_000
"""Alerts in an answer; where there are more, the header `X-Triaged-Truncated` says so."""

READ_AT_ONCE = 500
NEVER = "0001-01-01T00:00:00.000Z"
"""The end of an alert that does not end by itself, as Alertmanager writes it."""

STATES: Mapping[str, Collection[Muter]] = {
    "active": (),
    "silenced": (Muter.SILENCE, Muter.MAINTENANCE),
    "inhibited": (Muter.SUPPRESS,),
    "muted": (Muter.MAINTENANCE,),
}
"""By query parameter that leaves alerts out: the muters of those alerts. Clients that do not know
maintenance windows ask for alerts that are not `silenced`."""

ALERT_QUERY = (
    FILTER,
    Parameter("active", "false: leave out alerts that nothing mutes"),
    Parameter("silenced", "false: leave out alerts that a silence or a maintenance window mutes"),
    Parameter("inhibited", "false: leave out alerts that other alerts suppress"),
    Parameter("muted", "false: leave out alerts that a maintenance window mutes"),
    Parameter("receiver", "a regular expression; there is one receiver, triaged"),
)

API_OF = "0.25.0"
"""The Alertmanager whose API v2 this is, by the conformance tests. `amtool` compares it with its
own version, and warns at each call where they differ."""

CONFIG = "route:\n  receiver: triaged\nreceivers:\n- name: triaged\n"
"""The configuration that `amtool config` shows: our rules have no form there."""


class Receiver(msgspec.Struct, frozen=True):
    """A receiver of Alertmanager's."""

    name: str


RECEIVER = Receiver("triaged")


class AlertStatus(msgspec.Struct, frozen=True, rename="camel"):
    """The state of an alert, and what mutes it."""

    state: Literal["active", "suppressed"]
    silenced_by: list[str]
    inhibited_by: list[str]
    muted_by: list[str]


class GettableAlert(msgspec.Struct, frozen=True, rename="camel"):
    """An alert as Alertmanager shows it."""

    annotations: dict[str, str]
    ends_at: Instant
    fingerprint: str
    receivers: list[Receiver]
    starts_at: Instant
    status: AlertStatus
    updated_at: Instant
    labels: dict[str, str]
    generator_url: str | UnsetType = msgspec.field(name="generatorURL", default=UNSET)


class AlertGroup(msgspec.Struct, frozen=True):
    """The firing alerts of an incident; the labels are its key."""

    labels: dict[str, str]
    receiver: Receiver
    alerts: list[GettableAlert]


class ClusterStatus(msgspec.Struct, frozen=True):
    """The cluster, which triaged does not have."""

    status: Literal["disabled"] = "disabled"
    peers: list[str] = []


class VersionInfo(msgspec.Struct, frozen=True, rename="camel"):
    """The build; `version` is the Alertmanager's whose API this is, which clients ask for."""

    branch: str = "triaged"
    build_date: str = "unknown"
    build_user: str = "triaged"
    go_version: str = "unknown"
    revision: str = f"triaged {__version__}"
    version: str = API_OF


class OriginalConfig(msgspec.Struct, frozen=True):
    """The configuration as text."""

    original: str = CONFIG


class AlertmanagerStatus(msgspec.Struct, frozen=True, rename="camel"):
    """The status as Alertmanager shows it."""

    cluster: ClusterStatus
    version_info: VersionInfo
    config: OriginalConfig
    uptime: Instant


class FiringAlert(msgspec.Struct, frozen=True):
    """An alert that fires, and what mutes it."""

    alert: StoredAlert
    causes: Sequence[Cause] = ()


@v2_route("POST", "alerts", Scope.INGEST)
async def post(call: Call) -> Annotated[web.StreamResponse, Accepted]:
    """Alerts, as Prometheus sends them to an Alertmanager; only JSON is accepted."""
    return await alert_bodies.receive(call, SOURCE, only_json=True)


@route("POST", "/api/v1/alerts", Scope.INGEST)
async def gone(call: Call) -> Annotated[web.Response, HTTPStatus.GONE]:
    """Alertmanager's API v1 is gone: 410, as Alertmanager answers since 0.27."""
    refusal = await admit(call, f"ingest:{SOURCE}")
    detail = "Alertmanager's API v1 is gone: send to /api/v2/alerts"
    return refusal or problems.problem(HTTPStatus.GONE, detail)


@v2_route("GET", "status", Scope.READ)
async def status(call: Call) -> AlertmanagerStatus:
    """The status, as `amtool config show` and `amtool cluster show` ask for it."""
    uptime = instant_text(call.context.started_at)
    return AlertmanagerStatus(ClusterStatus(), VersionInfo(), OriginalConfig(), uptime)


prefixed_status = replace(status, path="/webhooks/{source}/api/v2/status")
"""Where a Prometheus with a `path_prefix` has its Alertmanager."""


@v2_route("GET", "receivers", Scope.READ)
async def receivers(_: Call) -> list[Receiver]:
    """The one receiver."""
    return [RECEIVER]


@v2_route("GET", "alerts", Scope.READ, ALERT_QUERY)
async def show_alerts(call: Call) -> Reply[list[GettableAlert]]:
    """Alerts that fire."""
    matchers = filters(call)
    if not _wants_ours(call):
        return Reply([])
    found = [_gettable(alert) async for alert in _firing(call, matchers)]
    return Reply(found, _truncation(len(found)))


@v2_route("GET", "alerts/groups", Scope.READ, ALERT_QUERY)
async def show_groups(call: Call) -> Reply[list[AlertGroup]]:
    """Alerts that fire, by incident: its key is what they have in common."""
    matchers = filters(call)
    if not _wants_ours(call):
        return Reply([])
    groups: dict[int | None, list[GettableAlert]] = {}
    async for one in _firing(call, matchers):
        groups.setdefault(one.alert.incident, []).append(_gettable(one))
    numbers = [number for number in groups if number is not None]
    async with call.context.database.reading() as tx:
        found = await incidents.of_numbers(tx, numbers)
    keys = {incident.number: dict(incident.key) for incident in found}
    listed = [
        AlertGroup(keys.get(number or 0, {}), RECEIVER, members)
        for number, members in groups.items()
    ]
    return Reply(listed, _truncation(sum(len(group.alerts) for group in listed)))


def _wants_ours(call: Call) -> bool:
    """True if the query's `receiver`, if there is one, matches ours."""
    query = call.request.query
    try:
        return pattern_of(query.get("receiver") or ".*").fullmatch(RECEIVER.name) is not None
    except ValueError as error:
        raise Malformed("wrong_shape", str(error), "?receiver") from None


async def _firing(call: Call, matchers: Sequence[Matcher]) -> AsyncIterator[FiringAlert]:
    """Firing alerts whose labels all `matchers` accept and whose state is asked for.

    At most ALERTS_MAX of them.
    """
    now = call.context.clock.now()
    muters = call.context.engine.settings.muters
    left_out = unwanted(call, STATES)
    async with call.context.database.reading() as tx:
        mutes = await muting.mutes(tx, muters, now)
    cursor: str | None = None
    count = 0
    index = Index([matchers])
    while True:
        wanted = alerts.AlertFilter(firing=True, cursor=cursor, limit=READ_AT_ONCE)
        async with call.context.database.reading() as tx:
            found, cursor = await alerts.find(tx, wanted)
            matching = [one for one in found if index.matching(one.labels)]
            identities = [(one.source, one.fingerprint) for one in matching]
            laid = await muting.overlaid(tx, identities) if mutes else {}
        for alert in matching:
            identity = alert.source, alert.fingerprint
            labels = laid.get(identity)
            one = FiringAlert(alert, mutes.causes(identity, labels) if labels else ())
            if not left_out & _states(one):
                yield one
                count += 1
                if count == ALERTS_MAX:
                    return
        if cursor is None:
            return


def _truncation(count: int) -> dict[str, str]:
    return {"X-Triaged-Truncated": "true"} if count == ALERTS_MAX else {}


def _states(one: FiringAlert) -> set[str]:
    """The keys of STATES that hold for an alert."""
    if not one.causes:
        return {"active"}
    return {name for cause in one.causes for name, kinds in STATES.items() if cause.kind in kinds}


def _status(causes: Sequence[Cause]) -> AlertStatus:
    def names(kind: Muter) -> list[str]:
        return [cause.name for cause in causes if cause.kind is kind]

    inhibiting = [fingerprint for cause in causes for _, fingerprint in cause.alerts]
    return AlertStatus(
        state="suppressed" if causes else "active",
        silenced_by=names(Muter.SILENCE),
        inhibited_by=list(dict.fromkeys(inhibiting)),
        muted_by=names(Muter.MAINTENANCE),
    )


def _gettable(one: FiringAlert) -> GettableAlert:
    alert = one.alert
    return GettableAlert(
        annotations=alert.annotations,
        ends_at=NEVER if alert.lapses_at is None else instant_text(alert.lapses_at),
        fingerprint=alert.fingerprint,
        receivers=[RECEIVER],
        starts_at=instant_text(alert.starts_at),
        status=_status(one.causes),
        updated_at=instant_text(alert.last_seen_at),
        labels=alert.labels,
        generator_url=alert.url or UNSET,
    )
