"""`/api/v1/rules`: what the rules have done lately, and today's rules for what fires already."""

import msgspec
from aiohttp import web

from triaged.api.webhooks import unread
from triaged.core.records.events import Reclassification, Reclassified
from triaged.core.records.model import Severity, incident_id
from triaged.core.time.durations import DAY
from triaged.http import answers, problems
from triaged.http.bodies import API_BODY_MAX, decode, read_body
from triaged.http.queries import Query
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.rules.evaluate import RuleSet
from triaged.store.queries import rule_stats
from triaged.store.queries.reclassifying import walk
from triaged.store.queries.rule_stats import RuleStats
from triaged.store.tables.alerts import StoredAlert
from triaged.wire import Instant, instant_text, instant_text_or_none

SINCE_US = 30 * DAY
SHOWN_MAX = 1_000
"""Alerts in the answer; the counts are of all."""


class RuleRow(msgspec.Struct, frozen=True):
    """One rule."""

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
    """Of these: somebody was paged."""
    acted: int
    """Of these: somebody acknowledged, or resolved by hand."""
    held: int
    """Of these: a page was held because they were muted."""
    shadow: bool
    """It is loaded with `mode: shadow`: it is recorded, and does nothing."""
    would_change: int
    """Of the episodes: those that would come out differently if this shadow rule were active."""


class RuleStatsList(msgspec.Struct, frozen=True):
    """The rules in their order, then those that are gone."""

    since: Instant
    rules: list[RuleRow]


class ReclassifyWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do."""

    dry_run: bool = False
    """Only say what would change."""


class ReclassifiedAlert(msgspec.Struct, frozen=True):
    """A firing alert that today's rules see otherwise."""

    source: str
    fingerprint: str
    incident: str | None
    severity: Severity | None
    """As it was classified."""
    rule: str | None
    today: Severity | None
    today_rule: str | None


class ReclassifiedList(msgspec.Struct, frozen=True):
    """What was looked at, and what changed, or would."""

    dry_run: bool
    looked_at: int
    changed: int
    alerts: list[ReclassifiedAlert]
    """The first 1,000."""


async def stats(call: Call) -> web.StreamResponse:
    """What each rule did since `since`."""
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
        _row(name, found.get(name, RuleStats()), shadows, loaded=place < len(loaded))
        for place, name in enumerate(names)
    ]
    return answers.answer(RuleStatsList(since=instant_text(since), rules=rows))


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


async def reclassify(call: Call) -> web.StreamResponse:
    """Classify what fires by today's rules, and write what differs unless it is a dry run."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    wish = decode(body, ReclassifyWish)
    rules = call.context.configuration.settings.rules
    looked_at = changed = 0
    shown: list[ReclassifiedAlert] = []
    async for part in walk(call.context.database, rules):
        looked_at += part.looked_at
        changed += len(part.differing)
        shown += [_shown(*one) for one in part.differing[: SHOWN_MAX - len(shown)]]
        if not wish.dry_run:
            await _write(call, part.differing)
    return answers.answer(ReclassifiedList(wish.dry_run, looked_at, changed, shown))


async def _write(call: Call, differing: list[tuple[StoredAlert, Reclassification]]) -> None:
    by_incident: dict[int | None, list[Reclassification]] = {}
    for stored, verdict in differing:
        by_incident.setdefault(stored.incident, []).append(verdict)
    events = [Reclassified(number, tuple(verdicts)) for number, verdicts in by_incident.items()]
    if events:
        await call.context.engine.submit(events, urgent=False)


def _shown(stored: StoredAlert, verdict: Reclassification) -> ReclassifiedAlert:
    return ReclassifiedAlert(
        source=stored.source,
        fingerprint=stored.fingerprint,
        incident=None if stored.incident is None else incident_id(stored.incident),
        severity=stored.severity,
        rule=stored.rule,
        today=verdict.outcome.severity,
        today_rule=verdict.outcome.rule,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/rules/stats",
        scope=Scope.READ,
        handler=stats,
        about="What each rule has done.",
        query=(
            Parameter("since", "an RFC 3339 instant, or how long ago, such as 30d (the default)"),
        ),
        answer=RuleStatsList,
    ),
    Route(
        method="POST",
        path="/api/v1/rules/reclassify",
        scope=Scope.RESPOND,
        handler=reclassify,
        about="Today's rules for the alerts that fire already.",
        body=ReclassifyWish,
        answer=ReclassifiedList,
    ),
)
