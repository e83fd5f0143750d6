"""Figures of many incidents: what the response was like, between anchors that are named.

Drills, notices and incidents that were merged into others are left out and counted; the pages of
merged incidents count, for they woke somebody. A percentile is the smallest value that so many
percent of all do not exceed (nearest rank). Spans are µs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.practice.learning.courses import Course, Sent
from triaged.core.practice.phases import GUIDE_US
from triaged.core.records.model import Phase, Response, Severity, State
from triaged.core.time.durations import DAY
from triaged.core.time.nights import night_of
from triaged.core.time.recurring import edge, local_day

ANCHORS: Mapping[str, str] = {
    "acknowledge": "first page → first acknowledgement",
    "declare": "opened → declared",
    "mitigate": "opened → mitigation begun",
    "resolve": "opened → resolved",
}
"""The spans that are measured, each by the two events between which it lies."""

DAYS_MAX, WEEKS_MAX = 31, 26
"""Longest periods, in days and weeks, that a chart divides into days and into weeks; a longer one
has a bar a month."""


class Period(msgspec.Struct, frozen=True):
    """The time [start, end) in which the incidents opened, and the zone of its days."""

    start: int
    end: int
    zone: ZoneInfo


class Spread(msgspec.Struct, frozen=True):
    """How `n` values lie."""

    n: int = 0
    p50: int | None = None
    p90: int | None = None


class Targets(msgspec.Struct, frozen=True):
    """Response targets of the incidents of one severity and team."""

    severity: Severity
    team: str
    """Empty: no team."""
    met: int
    missed: int
    unsettled: int
    """Incidents that nobody has had to answer yet, or that ended before."""


class PhaseTime(msgspec.Struct, frozen=True):
    """The time in one phase, of incidents about which somebody did something."""

    phase: Phase
    guide_us: int | None
    """None: it takes as long as it takes."""
    spread: Spread
    within: int
    """Number of incidents that kept to the guide."""


class Load(msgspec.Struct, frozen=True):
    """The pages of one person, or of a channel."""

    whom: str
    """A person's id, or `channel:<name>`."""
    timezone: str
    pages: int
    night_pages: int
    nights: int
    """Number of nights with at least one page."""


class Bar(msgspec.Struct, frozen=True):
    """A part of the period: a day, a week from Monday on, or a month."""

    first_day: date
    incidents: int
    pages: int
    acknowledge: Spread


class Figures(msgspec.Struct, frozen=True):
    """The figures of a period."""

    incidents: int
    drills: int
    notices: int
    merged: int
    spans: Mapping[str, Spread]
    """By the names of `ANCHORS`."""
    targets: Sequence[Targets]
    phases: Sequence[PhaseTime]
    updates: int
    """Internal updates that were promised."""
    updates_on_time: int
    pages: int
    pages_acted: int
    """Pages of incidents about which somebody did something."""
    load: Sequence[Load]
    """Most pages at night first."""
    bars: Sequence[Bar]


def figures_of(courses: Iterable[Course], period: Period, zones: Mapping[str, ZoneInfo]) -> Figures:
    """The figures of the incidents that opened in the period; `zones` are those of people."""
    every = list(courses)
    real = [one for one in every if one.brief.kind == "incident"]
    own = [one for one in real if one.brief.state is not State.MERGED]
    return Figures(
        incidents=len(own),
        drills=sum(one.brief.kind == "drill" for one in every),
        notices=sum(one.brief.kind == "notice" for one in every),
        merged=len(real) - len(own),
        spans={name: spread_of(_spans(own, name)) for name in ANCHORS},
        targets=_targets(own),
        phases=[_phase_time(own, phase) for phase in Phase],
        updates=sum(one.updates for one in own),
        updates_on_time=sum(one.updates_on_time for one in own),
        pages=sum(len(one.pages) for one in real),
        pages_acted=sum(len(one.pages) for one in real if is_acted_on(one)),
        load=load_of((page for one in real for page in one.pages), zones, period.zone),
        bars=_bars(own, real, period),
    )


def is_acted_on(course: Course) -> bool:
    """Whether anybody did anything about the incident; to merge it is such an act."""
    return course.acted or course.brief.state is State.MERGED


def spread_of(values: Iterable[int]) -> Spread:
    """How these values lie."""
    ordered = sorted(values)
    if not ordered:
        return Spread()
    return Spread(len(ordered), _percentile(ordered, 50), _percentile(ordered, 90))


def _percentile(ordered: Sequence[int], percent: int) -> int:
    return ordered[ceil(len(ordered) * percent / 100) - 1]


def _spans(courses: Iterable[Course], name: str) -> Iterable[int]:
    for one in courses:
        start, end = _ends_of(one, name)
        if start is not None and end is not None and end >= start:
            yield end - start


def _ends_of(course: Course, name: str) -> tuple[int | None, int | None]:
    """The two instants between which a span of `ANCHORS` lies."""
    opened_at = course.brief.opened_at
    match name:
        case "acknowledge":
            return course.pages[0].at if course.pages else None, course.acknowledged_at
        case "declare":
            return opened_at, course.declared_at
        case "mitigate":
            return opened_at, course.mitigated_at
        case _:
            return opened_at, course.brief.resolved_at


def _targets(courses: Iterable[Course]) -> list[Targets]:
    found: dict[tuple[Severity, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    column = {Response.MET: 0, Response.MISSED: 1}
    for one in courses:
        of = one.brief
        found[of.severity, of.team or ""][column.get(of.response, 2)] += 1
    return [Targets(*which, *numbers) for which, numbers in sorted(found.items())]


def _phase_time(courses: Iterable[Course], phase: Phase) -> PhaseTime:
    times = [one.phases[phase] for one in courses if one.acted and phase in one.phases]
    guide_us = GUIDE_US[phase]
    within = 0 if guide_us is None else sum(us <= guide_us for us in times)
    return PhaseTime(phase, guide_us, spread_of(times), within)


def load_of(sent: Iterable[Sent], zones: Mapping[str, ZoneInfo], otherwise: ZoneInfo) -> list[Load]:
    """The pages of each person and channel, the most at night first."""
    pages: dict[str, int] = defaultdict(int)
    nights: dict[str, list[date]] = defaultdict(list)
    for page in sent:
        pages[page.whom] += 1
        night = night_of(page.at, zones.get(page.whom, otherwise))
        if night is not None:
            nights[page.whom].append(night)
    load = [
        Load(
            whom=whom,
            timezone=zones.get(whom, otherwise).key,
            pages=number,
            night_pages=len(nights[whom]),
            nights=len(set(nights[whom])),
        )
        for whom, number in pages.items()
    ]
    return sorted(load, key=lambda one: (-one.night_pages, -one.pages, one.whom))


def _bars(own: Sequence[Course], real: Sequence[Course], period: Period) -> list[Bar]:
    """The bars of the chart, the empty ones among them."""
    days = first_days(period)
    opened: dict[date, list[Course]] = defaultdict(list)
    pages: dict[date, int] = defaultdict(int)
    starts = [edge(day, 0, period.zone) for day in days]
    for one in own:
        opened[days[_place(starts, one.brief.opened_at)]].append(one)
    for one in real:
        pages[days[_place(starts, one.brief.opened_at)]] += len(one.pages)
    return [
        Bar(day, len(opened[day]), pages[day], spread_of(_spans(opened[day], "acknowledge")))
        for day in days
    ]


def _place(starts: Sequence[int], at: int) -> int:
    """The last of `starts` that is not after `at`; the first one for what lies before all."""
    low, high = 0, len(starts) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if starts[middle] <= at:
            low = middle
        else:
            high = middle - 1
    return low


def first_days(period: Period) -> list[date]:
    """The first day of each part of the period: of its days, its weeks or its months."""
    day, last = local_day(period.start, period.zone), local_day(period.end - 1, period.zone)
    length = period.end - period.start
    days = [day]
    while (day := _next(day, length)) <= last:
        days.append(day)
    return days


def _next(day: date, length: int) -> date:
    if length <= DAYS_MAX * DAY:
        return day + timedelta(days=1)
    if length <= WEEKS_MAX * 7 * DAY:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
