"""`/api/v1/stats`: figures of the response, with their anchors named."""

import asyncio
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from triaged.api._long import long_question
from triaged.core.practice.learning.figures import (
    ANCHORS,
    Figures,
    Load,
    Period,
    PhaseTime,
    figures_of,
)
from triaged.core.records.model import Phase, Severity
from triaged.core.settings import Settings
from triaged.core.text.learning.figures import phase_sentence, span_sentences
from triaged.core.time.durations import DAY, SECOND, YEAR
from triaged.core.time.nights import NIGHT_TEXT
from triaged.core.time.recurring import zone_of
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.queries import courses
from triaged.wire import Instant, instant_text

PERIOD_US = 30 * DAY
PERIOD_MAX_US = 2 * YEAR + 2 * DAY
"""Two calendar years, a leap day and a change of the clocks among them."""

STATS_QUERY = (
    Parameter("from", "an RFC 3339 instant, or how long ago, such as 30d (the default)"),
    Parameter("to", "until before when, likewise; default: now. At most two years after `from`"),
    Parameter("team", "only incidents of this team"),
)


class SpanDocument(msgspec.Struct, frozen=True):
    """How long it took from one event to another."""

    name: str
    anchors: str
    """The two events: `first page → first acknowledgement`."""
    n: int
    """Number of incidents in which both happened, in this order."""
    p50_s: float | None
    """Seconds that half of them do not exceed."""
    p90_s: float | None
    text: str
    """All of it in a sentence, with what was left out."""


class TargetDocument(msgspec.Struct, frozen=True):
    """Response targets of the incidents of one severity and team."""

    severity: Severity
    team: str | None
    met: int
    missed: int
    unsettled: int
    """Incidents that nobody has had to answer yet, or that ended before."""


class PhaseSpread(msgspec.Struct, frozen=True):
    """The time in one phase, of incidents about which somebody did something."""

    phase: Phase
    guide_s: float | None
    """Seconds that it should take; null: it varies."""
    n: int
    p50_s: float | None
    p90_s: float | None
    within_guide: int | None
    text: str


class LoadDocument(msgspec.Struct, frozen=True):
    """The pages of one person, or of a channel."""

    whom: str
    """A person's id, or `channel:<name>`."""
    timezone: str
    """Zone in which it is night."""
    pages: int
    night_pages: int
    nights: int
    """Number of nights with at least one page."""


class BarDocument(msgspec.Struct, frozen=True):
    """A part of the period: a day, a week from Monday on, or a month."""

    first_day: str
    incidents: int
    pages: int
    acknowledge_p50_s: float | None


class Excluded(msgspec.Struct, frozen=True):
    """What opened in the period and is in no figure but the pages of merged incidents."""

    drills: int
    notices: int
    merged: int


class Stats(msgspec.Struct, frozen=True):
    """The figures of the incidents that opened in a period."""

    since: Instant = msgspec.field(name="from")
    until: Instant = msgspec.field(name="to")
    timezone: str
    """Zone of the days."""
    team: str | None
    complete: bool
    """False: more incidents opened than one question reads; the first ones count."""
    incidents: int
    excluded: Excluded
    spans: list[SpanDocument]
    targets: list[TargetDocument]
    phases: list[PhaseSpread]
    updates: int
    """Internal updates that were promised: posted or missed."""
    updates_on_time: int
    pages: int
    pages_actionable: int
    """Pages of incidents that somebody acknowledged, or about which somebody did anything else."""
    night: str
    """The hours that are night: `22:00–07:00` in the zone of whoever was paged."""
    load: list[LoadDocument]
    """The most pages at night first."""
    series: list[BarDocument]


@route("GET", "/api/v1/stats", Scope.READ, STATS_QUERY)
@long_question
async def stats(call: Call) -> Stats | web.Response:
    """Figures: response, phases, updates, pages by person and night.

    Drills, notices and merged incidents are left out and counted. A percentile is the smallest
    value that so many percent of all do not exceed. Pages count for the person who got them.
    """
    query, now = Query(call.request.query), call.context.clock.now()
    since, until = query.since("from", now), query.since("to", now)
    team = query.text("team") or ""
    start = now - PERIOD_US if since is None else since
    end = now if until is None else until
    if not query.errors and (wrong := wrong_period(start, end)) is not None:
        query.errors.append(Problem("?from", wrong))
    if query.errors:
        return problems.invalid(query.errors)
    settings = call.context.configuration.settings
    found = await courses.of_period(call.context.database, (start, end), team)
    if team and not found.courses and team not in settings.teams:
        return problems.invalid([Problem("?team", f"there is no team {team!r}")])
    period = Period(start, end, zone_of(settings.timezone))
    figures = await asyncio.to_thread(figures_of, found.courses, period, zones_of(settings))
    return _document(figures, period, team, complete=found.is_complete)


def wrong_period(start: int, end: int) -> str | None:
    """What is wrong with a period; None: nothing."""
    if start >= end:
        return "the period begins before it ends"
    return "at most two years" if end - start > PERIOD_MAX_US else None


def zones_of(settings: Settings) -> Mapping[str, ZoneInfo]:
    """The time zones of people."""
    return {name: zone_of(person.timezone) for name, person in settings.people.items()}


def _document(figures: Figures, period: Period, team: str, *, complete: bool) -> Stats:
    said = span_sentences(figures)
    return Stats(
        since=instant_text(period.start),
        until=instant_text(period.end),
        timezone=period.zone.key,
        team=team or None,
        complete=complete,
        incidents=figures.incidents,
        excluded=Excluded(figures.drills, figures.notices, figures.merged),
        spans=[
            SpanDocument(
                name,
                ANCHORS[name],
                spread.n,
                _seconds(spread.p50),
                _seconds(spread.p90),
                said[name],
            )
            for name, spread in figures.spans.items()
        ],
        targets=[
            TargetDocument(one.severity, one.team or None, one.met, one.missed, one.unsettled)
            for one in figures.targets
        ],
        phases=[_phase(one) for one in figures.phases],
        updates=figures.updates,
        updates_on_time=figures.updates_on_time,
        pages=figures.pages,
        pages_actionable=figures.pages_acted,
        night=NIGHT_TEXT,
        load=[load_document(one) for one in figures.load],
        series=[
            BarDocument(
                bar.first_day.isoformat(),
                bar.incidents,
                bar.pages,
                _seconds(bar.acknowledge.p50),
            )
            for bar in figures.bars
        ],
    )


def _phase(one: PhaseTime) -> PhaseSpread:
    return PhaseSpread(
        phase=one.phase,
        guide_s=_seconds(one.guide_us),
        n=one.spread.n,
        p50_s=_seconds(one.spread.p50),
        p90_s=_seconds(one.spread.p90),
        within_guide=None if one.guide_us is None else one.within,
        text=phase_sentence(one),
    )


def load_document(one: Load) -> LoadDocument:
    """The pages of a person as JSON has them."""
    return LoadDocument(one.whom, one.timezone, one.pages, one.night_pages, one.nights)


def _seconds(us: int | None) -> float | None:
    return None if us is None else us / SECOND
