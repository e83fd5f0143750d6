"""`/api/v1/rules`: statistics of the rules, and today's rules for alerts that fire already."""

import msgspec
from aiohttp import web

from triaged.core.records.events import Reclassification, Reclassified
from triaged.core.records.model import Severity, incident_id
from triaged.core.time.durations import DAY
from triaged.http import problems
from triaged.http.bodies import Body
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.rules.evaluate import RuleSet
from triaged.store.queries import rule_stats
from triaged.store.queries.reclassifying import walk
from triaged.store.queries.rule_stats import RuleStats
from triaged.store.tables.alerts import StoredAlert
from triaged.wire import Instant, instant_text, instant_text_or_none

SINCE_US = 30 * DAY
SHOWN_MAX = 1_000
"""Alerts in the answer; the numbers include all."""


STATS_QUERY = (
    Parameter("since", "an RFC 3339 instant, or how long ago, such as 30d (the default)"),
)


class RuleRow(msgspec.Struct, frozen=True):
    """The statistics of one rule."""

    rule: str
    loaded: bool
    """False: no rule of this name is loaded now."""
    matches: int
    """Episodes that it matched, also from the shadow."""
    decided: int
    """Episodes whose severity it set."""
    last_match: Instant | None
    incidents: int
    """Incidents with an alert whose severity it set."""
    paged: int
    """Incidents among these for which somebody was paged."""
    acted: int
    """Incidents among these on which a person did anything, ever."""
    held: int
    """Incidents among these that were muted at any time."""
    shadow: bool
    """It is loaded with `mode: shadow`: it is recorded, and does nothing."""
    would_change: int
    """Episodes whose outcome would differ if this shadow rule were active."""


class RuleStatsList(msgspec.Struct, frozen=True):
    """The rules in their order, then those that are gone."""

    since: Instant
    rules: list[RuleRow]


class ReclassifyRequest(Body, frozen=True):
    """Whether to write the differences."""

    dry_run: bool = False
    """Only report the changes, write none."""


class ReclassifiedAlert(msgspec.Struct, frozen=True):
    """A firing alert whose outcome by today's rules is another one."""

    source: str
    fingerprint: str
    incident: str | None
    severity: Severity | None
    """As it was classified."""
    rule: str | None
    today: Severity | None
    today_rule: str | None


class ReclassifiedList(msgspec.Struct, frozen=True):
    """How many alerts were classified again, and those whose outcome changed, or would."""

    dry_run: bool
    looked_at: int
    changed: int
    alerts: list[ReclassifiedAlert]
    """The first 1,000."""


@route("GET", "/api/v1/rules/stats", Scope.READ, STATS_QUERY)
async def stats(call: Call) -> RuleStatsList | web.Response:
    """Each rule's matches, incidents and pages."""
    query = Query(call.request.query)
    now = call.context.clock.now()
    since = query.since("since", now)
    if query.errors:
        return problems.invalid(query.errors)
    since = now - SINCE_US if since is None else since
    found = await rule_stats.of_rules(call.context.database, since)
    rules = call.context.configuration.settings.rules
    loaded: tuple[str, ...] = ()
    shadows: frozenset[str] = frozenset()
    if isinstance(rules, RuleSet):
        loaded = tuple(rule.name for rule in rules.loaded)
        shadows = frozenset(shadow.rule.name for shadow in rules.shadows)
    names = [*loaded, *sorted(found.keys() - set(loaded))]
    rows = [
        _row(name, found.get(name, RuleStats()), shadows, loaded=index < len(loaded))
        for index, name in enumerate(names)
    ]
    return RuleStatsList(since=instant_text(since), rules=rows)


def _row(name: str, one: RuleStats, shadows: frozenset[str], *, loaded: bool) -> RuleRow:
    return RuleRow(
        rule=name,
        loaded=loaded,
        matches=one.matches,
        decided=one.decided,
        last_match=instant_text_or_none(one.last_match_at),
        incidents=one.incidents,
        paged=one.paged,
        acted=one.acted,
        held=one.held,
        shadow=name in shadows,
        would_change=one.would_change,
    )


@route("POST", "/api/v1/rules/reclassify", Scope.RESPOND)
async def reclassify(call: Call, body: ReclassifyRequest) -> ReclassifiedList:
    """Classify firing alerts by today's rules, and write the changes unless it is a dry run."""
    rules = call.context.configuration.settings.rules
    looked_at = changed = 0
    changes: list[ReclassifiedAlert] = []
    async for part in walk(call.context.database, rules):
        looked_at += part.looked_at
        changed += len(part.differing)
        changes += [_change(*one) for one in part.differing[: SHOWN_MAX - len(changes)]]
        if not body.dry_run:
            await _write(call, part.differing)
    return ReclassifiedList(body.dry_run, looked_at, changed, changes)


async def _write(call: Call, differing: list[tuple[StoredAlert, Reclassification]]) -> None:
    by_incident: dict[int | None, list[Reclassification]] = {}
    for stored, verdict in differing:
        by_incident.setdefault(stored.incident, []).append(verdict)
    events = [Reclassified(number, tuple(verdicts)) for number, verdicts in by_incident.items()]
    if events:
        await call.context.engine.submit(events, urgent=False)


def _change(stored: StoredAlert, verdict: Reclassification) -> ReclassifiedAlert:
    return ReclassifiedAlert(
        source=stored.source,
        fingerprint=stored.fingerprint,
        incident=None if stored.incident is None else incident_id(stored.incident),
        severity=stored.severity,
        rule=stored.rule,
        today=verdict.outcome.severity,
        today_rule=verdict.outcome.rule,
    )
