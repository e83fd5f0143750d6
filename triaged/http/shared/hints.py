"""Hints for an incident, computed when asked: for the API and its page. No decision needs them."""

from collections.abc import Mapping

import msgspec

from triaged.core.dependencies import closure
from triaged.core.records.changes import Change
from triaged.core.records.model import Incident, Severity
from triaged.core.settings import Settings
from triaged.core.text.learning.similarity import CAUSE, FIX, told_of
from triaged.core.time.durations import DAY, HOUR, MINUTE, format_duration
from triaged.store.database.base import Reader
from triaged.store.queries import page_stats, similar_incidents
from triaged.store.queries.page_stats import PageCounts
from triaged.store.queries.similar_incidents import SimilarIncident
from triaged.store.tables import changes, incidents
from triaged.wire import Instant, instant_text, instant_text_or_none

CHANGES_BEFORE_US = 2 * HOUR
"""How long before an incident a change may have been: what a deployment breaks shows within minutes
(alerts wait for 5 to 15), a slow leak or a canary within an hour or two; later ones are many and
explain little."""

CHANGES_AFTER_US = 10 * MINUTE
"""How long after it: a sender reports a deployment when it is done, its clock may be off, and its
effect is often seen while it is under way."""

CHANGES_MAX = 20
SIMILAR_MAX = 5
SIMILAR_LEAST = 0.3
"""Below a third of the words' weight, shared words are chance: a cluster, a namespace."""

RELATED_MAX = 20
NOISE_DAYS = 30
TEXT_MAX = 500
"""Characters of a note that are shown."""


class ChangeHint(msgspec.Struct, frozen=True):
    """A change near the incident's start."""

    service: str
    distance: int
    """0: the incident's own service; else how many steps of `depends_on` away."""
    at: Instant
    ended_at: Instant | None
    when: str
    """`6m before`, `2m after`, or `under way`, at the incident's opening."""
    title: str
    kind: str
    status: str
    environment: str
    version: str
    author: str
    url: str
    source: str


class SimilarHint(msgspec.Struct, frozen=True):
    """A resolved incident that shares words."""

    incident: str
    title: str
    severity: Severity
    service: str | None
    opened_at: Instant
    resolved_at: Instant | None
    score: float
    """From 0 to 1: how much of the words' weight is shared."""
    shared: list[str]
    """The rarest words first."""
    cause: str
    """The last note that began with `cause:`."""
    fix: str
    """The last note that began with `fix:`."""
    note: str
    """The last note, where neither cause nor fix is known."""


class RelatedHint(msgspec.Struct, frozen=True):
    """Another incident that is not over, of the same service or of one that it needs."""

    incident: str
    title: str
    severity: Severity
    state: str
    service: str
    distance: int
    firing: int
    opened_at: Instant


class NoiseHint(msgspec.Struct, frozen=True):
    """How often such incidents paged lately, and how often somebody acted."""

    days: int
    key: PageCounts
    """Incidents with the same key, this one included."""
    severity_by: str
    rule: PageCounts
    """Incidents whose severity came from the same rule, raise or person."""
    newest_only: bool
    """There were more incidents than the 1,000 that are read."""


class Hints(msgspec.Struct, frozen=True):
    """Hints: they may be wrong, and no severity or page follows from them."""

    changes: list[ChangeHint]
    """The nearest service first, then the last begun."""
    similar: list[SimilarHint]
    """The most similar ones first."""
    related: list[RelatedHint]
    """The nearest service first, then the worst."""
    noise: NoiseHint


def near_services(settings: Settings, incident: Incident) -> Mapping[str, int]:
    """The service of an incident and those that it needs, with their distance."""
    return closure(settings.services, incident.service) if incident.service else {}


async def changes_of(tx: Reader, incident: Incident, near: Mapping[str, int]) -> list[ChangeHint]:
    """Changes near the incident's start, the nearest service first."""
    opened_at = incident.opened_at
    window = (opened_at - CHANGES_BEFORE_US, opened_at + CHANGES_AFTER_US)
    found = await changes.near(tx, list(near), window, CHANGES_MAX)
    ordered = sorted(found, key=lambda change: (near[change.service], -change.at))
    return [change_hint(change, near[change.service], opened_at) for change in ordered]


def change_hint(change: Change, distance: int, opened_at: int) -> ChangeHint:
    """The change as seen from an incident that opened at `opened_at`."""
    return ChangeHint(
        service=change.service,
        distance=distance,
        at=instant_text(change.at),
        ended_at=instant_text_or_none(change.ended_at),
        when=_when(change, opened_at),
        title=change.title,
        kind=change.kind,
        status=change.status,
        environment=change.environment,
        version=change.version,
        author=change.author,
        url=change.url,
        source=change.source,
    )


def _when(change: Change, opened_at: int) -> str:
    if change.at > opened_at:
        return f"{format_duration(change.at - opened_at)} after"
    if change.ended_at is not None and change.ended_at > opened_at:
        return "under way"
    return f"{format_duration(opened_at - (change.ended_at or change.at))} before"


async def similar_of(tx: Reader, incident: Incident) -> list[SimilarHint]:
    """Resolved incidents that share words, the most similar ones first."""
    found = await similar_incidents.similar(tx, incident, SIMILAR_LEAST, SIMILAR_MAX)
    return [similar_hint(one) for one in found]


def similar_hint(one: SimilarIncident) -> SimilarHint:
    """An incident of the past with what people wrote of its cause and fix."""
    incident, notes = one.incident, one.notes
    cause, fix = told_of(notes, CAUSE), told_of(notes, FIX)
    resolved_at = incident.resolved_at
    return SimilarHint(
        incident=incident.id,
        title=incident.title,
        severity=incident.severity,
        service=incident.service,
        opened_at=instant_text(incident.opened_at),
        resolved_at=instant_text_or_none(resolved_at),
        score=round(one.score, 2),
        shared=list(one.shared),
        cause=cause[:TEXT_MAX],
        fix=fix[:TEXT_MAX],
        note="" if cause or fix or not notes else notes[-1][:TEXT_MAX],
    )


async def related_of(tx: Reader, incident: Incident, near: Mapping[str, int]) -> list[RelatedHint]:
    found = await incidents.live_of(tx, list(near), RELATED_MAX + 1)
    others = [one for one in found if one.number != incident.number]
    others.sort(key=lambda one: (near[one.service or ""], one.severity, -one.number))
    return [
        RelatedHint(
            incident=one.id,
            title=one.title,
            severity=one.severity,
            state=one.state,
            service=one.service or "",
            distance=near[one.service or ""],
            firing=sum(one.firing.values()),
            opened_at=instant_text(one.opened_at),
        )
        for one in others[:RELATED_MAX]
    ]


async def noise_of(tx: Reader, incident: Incident, now: int) -> NoiseHint:
    since = now - NOISE_DAYS * DAY
    rule, newest_only = await page_stats.of_rule(tx, incident.severity_by, since)
    return NoiseHint(
        days=NOISE_DAYS,
        key=await page_stats.of_key(tx, incident.key, since),
        severity_by=incident.severity_by,
        rule=rule,
        newest_only=newest_only,
    )
