"""`…/explain`: the recorded decision on alerts, and where today's rules would decide otherwise."""

import asyncio
from collections.abc import Sequence

import msgspec
from aiohttp import web

from triaged.api._alerts import IgnoredReport, ignored_report
from triaged.api._incidents import INCIDENT, document, find, unknown
from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.model import Alert, Reason, Severity, incident_id
from triaged.core.settings import Settings
from triaged.core.text.document import IncidentDocument, PageDocument, page_document
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.rules.explain.explained import ExplainedAlert, explained
from triaged.store import duty_facts
from triaged.store.queries import episode_records
from triaged.store.queries.episode_records import Joining
from triaged.store.tables import pages
from triaged.store.tables.observations import Verdict
from triaged.store.tables.observed_alerts import ObservedAlert
from triaged.wire import Instant, instant_text

ALERTS_MAX = 10
"""Alerts of one incident that are explained: those that join later rarely say more, and a thousand
rules asked one by one take 50 ms an alert."""

PAGES_MAX = 100
"""Pages shown; the rest is at `…/pages`."""


ALERT_QUERY = (
    Parameter("source", "the alert's source"),
    Parameter("fingerprint", "the alert's fingerprint"),
)


class OutcomeThen(msgspec.Struct, frozen=True):
    """The outcome by the rules of the time."""

    at: Instant
    rule_set: str
    """The hash of those rules."""
    incident: bool
    severity: Severity | None
    rule: str | None
    rules: list[str]
    key: dict[str, str]
    policy: str | None
    """The policy that a rule set."""
    labels: dict[str, str]
    """Labels that the rules added or changed."""
    shadow: dict[str, dict[str, str]]
    """By shadow rule that matched: what it would have changed, with the value then."""


class OutcomeChange(msgspec.Struct, frozen=True):
    """A part of the outcome that today's rules would decide otherwise."""

    name: str
    then: str
    now: str


class RecordedAlert(msgspec.Struct, frozen=True):
    """The decision on one alert at the start of its last episode, and the one of today's rules."""

    source: str
    fingerprint: str
    episode: int
    incident: str | None
    sender: str
    """Who reported it last."""
    ignored: IgnoredReport | None
    """The last report in this episode that changed nothing."""
    joined: str | None
    """The reason on the timeline for which it is in that incident."""
    then: OutcomeThen | None
    """The recorded outcome; None: retention has deleted it."""
    today: ExplainedAlert
    """The explanation by the rules of today, for the same instant."""
    same_rules: bool
    differs: list[OutcomeChange]
    """The changes; none where the rules are the same."""


class IncidentExplained(msgspec.Struct, frozen=True):
    """An incident, the decisions on its alerts, and its pages."""

    incident: IncidentDocument
    alerts: list[RecordedAlert]
    """The alerts that began first."""
    alerts_left_out: int
    pages: list[PageDocument]


@route("GET", f"{INCIDENT}/explain", Scope.READ)
async def of_incident(call: Call) -> IncidentExplained | web.Response:
    """The recorded decision on each alert of the incident, and where today's rules would differ."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    async with call.context.database.reading() as tx:
        known = await episode_records.of_incident(tx, incident.number, ALERTS_MAX)
        joinings = await episode_records.joinings(tx, incident.number)
        sent = await pages.of(tx, incident.number)
    rows = await _explained(call, known, joinings)
    total = sum(incident.firing.values()) + incident.resolved
    return IncidentExplained(
        incident=await document(call, incident),
        alerts=rows,
        alerts_left_out=max(0, total - len(rows)) if len(rows) == ALERTS_MAX else 0,
        pages=[page_document(page) for page in sent[:PAGES_MAX]],
    )


@route("GET", "/api/v1/alerts/explain", Scope.READ, ALERT_QUERY)
async def of_alert(call: Call) -> RecordedAlert | web.Response:
    """The recorded decision on one alert, and where today's rules would differ."""
    query = Query(call.request.query)
    source, fingerprint = query.text("source"), query.text("fingerprint")
    for name, value in (("source", source), ("fingerprint", fingerprint)):
        if value is None and not query.errors:
            query.errors.append(Problem(f"?{name}", "wanted: it names the alert"))
    if query.errors:
        return problems.invalid(query.errors)
    joinings: list[Joining] = []
    async with call.context.database.reading() as tx:
        one = await episode_records.of_alert(tx, source or "", fingerprint or "")
        if one is not None and one.alert.incident is not None:
            joinings = await episode_records.joinings(tx, one.alert.incident)
    if one is None:
        return problems.not_found("no such alert was ever seen, or retention has deleted it")
    (row,) = await _explained(call, [one], joinings)
    return row


async def _explained(
    call: Call, known: Sequence[ObservedAlert], joinings: Sequence[Joining]
) -> list[RecordedAlert]:
    """Explain the alerts in a thread: asking a thousand rules one by one takes milliseconds."""
    settings = call.context.configuration.settings
    now = call.context.clock.now()
    began = [one.observed.received_at for one in known if one.observed]
    async with call.context.database.reading() as tx:
        duty = await duty_facts.read(tx, min(began, default=now))

    def every() -> list[RecordedAlert]:
        return [recorded_alert(settings, one, joinings, now, duty) for one in known]

    return await asyncio.to_thread(every)


def recorded_alert(
    settings: Settings,
    one: ObservedAlert,
    joinings: Sequence[Joining],
    now: int,
    duty: DutyFacts = NO_FACTS,
) -> RecordedAlert:
    """The alert as it was and as today's `settings` would have it at the same instant."""
    stored, observed = one.alert, one.observed
    at = observed.received_at if observed else now
    alert = Alert(
        stored.source,
        stored.fingerprint,
        stored.firing,
        stored.labels,
        observed.annotations if observed else stored.annotations,
        observed.starts_at if observed else stored.starts_at,
        None,
        stored.url,
    )
    today = explained(settings, alert, at, duty)
    then = then_of(observed.verdict, at) if observed else None
    same = then is not None and then.rule_set == today.rule_set
    return RecordedAlert(
        source=stored.source,
        fingerprint=stored.fingerprint,
        episode=stored.episode,
        incident=None if stored.incident is None else incident_id(stored.incident),
        sender=stored.sender,
        ignored=ignored_report(stored),
        joined=None if stored.incident is None else joined_because(one, joinings),
        then=then,
        today=today,
        same_rules=same,
        differs=[] if then is None or same else changes_between(then, today),
    )


def then_of(verdict: Verdict, at: int) -> OutcomeThen:
    """A recorded outcome as an answer shows it."""
    return OutcomeThen(
        at=instant_text(at),
        rule_set=verdict.rule_set,
        incident=verdict.incident,
        severity=verdict.severity,
        rule=verdict.rule,
        rules=list(verdict.rules),
        key=dict(verdict.key),
        policy=verdict.policy,
        labels=verdict.laid_over,
        shadow={each.rule: dict(each.would) for each in verdict.shadow},
    )


def changes_between(then: OutcomeThen, today: ExplainedAlert) -> list[OutcomeChange]:
    """The parts of the outcome that today's rules would decide otherwise."""
    policy = next((a.value for a in today.attributes if a.name == "policy"), None)
    by = {one.name: one.rule for one in today.attributes}
    rules = [rule.rule for rule in today.rules if rule.matched and not rule.stopped_by]
    severity = today.severity if today.severity_by != "unclassified" else None
    pairs = {
        "incident": (str(then.incident).lower(), str(today.incident).lower()),
        "severity": (then.severity or "unclassified", severity or "unclassified"),
        "rule": (then.rule or "none", by.get("severity") or "none"),
        "rules": (", ".join(then.rules) or "none", ", ".join(rules) or "none"),
        "key": (_pairs(then.key), _pairs(today.key)),
        "policy": (then.policy or "none", policy or "none"),
    }
    return [OutcomeChange(name, old, new) for name, (old, new) in pairs.items() if old != new]


def _pairs(key: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in key.items())


def joined_because(one: ObservedAlert, joinings: Sequence[Joining]) -> str:
    """The reason for which an alert is in its incident, as its timeline has it."""
    began = one.observed.received_at if one.observed else one.alert.starts_at
    cause: Joining | None = None
    for joining in joinings:
        if joining.kind != "alerts.joined":
            cause = joining
            continue
        alerts = joining.data.get("alerts")
        named = alerts if isinstance(alerts, list) else []
        places = [(a.get("source"), a.get("fingerprint")) for a in named if isinstance(a, dict)]
        own = (one.alert.source, one.alert.fingerprint)
        if joining.recorded_at >= began and own in places:
            is_first = cause is not None and cause.recorded_at == joining.recorded_at
            if is_first and cause is not None and places[0] == own:
                return str(cause.data.get("reason", Reason.NEW_KEY))
            return str(Reason.SAME_KEY)
    return str(cause.data.get("reason", Reason.SAME_KEY)) if cause else str(Reason.SAME_KEY)
