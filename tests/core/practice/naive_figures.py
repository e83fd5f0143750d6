"""Figures computed the long way: from whole incidents and whole timelines, one number at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from triaged.core.practice.learning.figures import ANCHORS, Figures
from triaged.core.records.actors import is_person
from triaged.core.records.model import (
    ChainedEntry,
    Entry,
    Incident,
    Phase,
    Response,
    Severity,
    State,
)
from triaged.core.time.durations import MINUTE

Timeline = Sequence[Entry | ChainedEntry]
History = Sequence[tuple[Incident, Timeline]]
GUIDE = {"detection": 5, "triage": 10, "investigation": 45}
"""Minutes, from the founding document: 0-5, 5-15, 15-60."""


def naive(history: History, zones: Mapping[str, ZoneInfo], zone: ZoneInfo) -> dict[str, object]:
    """All numbers that do not depend on the days of a chart."""
    real = [one for one in history if one[0].kind == "incident"]
    own = [one for one in real if one[0].state != State.MERGED]
    pages = [(incident, page) for incident, timeline in real for page in of(timeline, "page.sent")]
    return {
        "incidents": len(own),
        "left out": (
            sum(incident.kind == "drill" for incident, _ in history),
            sum(incident.kind == "notice" for incident, _ in history),
            len(real) - len(own),
        ),
        "spans": {name: lies(spans(own, name)) for name in ANCHORS},
        "targets": targets(own),
        "phases": {phase: phase_time(own, phase) for phase in Phase},
        "updates": tuple(map(sum, zip((0, 0), *map(updates, own), strict=True))),
        "pages": len(pages),
        "acted": sum(len(of(t, "page.sent")) for i, t in real if acted(t) or i.state == "merged"),
        "load": load(pages, zones, zone),
    }


def numbers(figures: Figures) -> dict[str, object]:
    """The same numbers as the figures have them."""
    return {
        "incidents": figures.incidents,
        "left out": (figures.drills, figures.notices, figures.merged),
        "spans": {name: (s.n, s.p50, s.p90) for name, s in figures.spans.items()},
        "targets": {(t.severity, t.team): (t.met, t.missed, t.unsettled) for t in figures.targets},
        "phases": {
            p.phase: ((p.spread.n, p.spread.p50, p.spread.p90), p.within) for p in figures.phases
        },
        "updates": (figures.updates_on_time, figures.updates),
        "pages": figures.pages,
        "acted": figures.pages_acted,
        "load": {one.whom: (one.pages, one.night_pages, one.nights) for one in figures.load},
    }


def of(timeline: Timeline, kind: str) -> list[Entry | ChainedEntry]:
    return [entry for entry in timeline if entry.kind == kind]


def acted(timeline: Timeline) -> bool:
    return any(is_person(entry.actor) for entry in timeline)


def lies(values: list[int]) -> tuple[int, int | None, int | None]:
    """n, and the smallest values that half and nine tenths of all do not exceed."""
    if not values:
        return 0, None, None

    def least(tenths: int) -> int:
        return min(v for v in values if 10 * sum(o <= v for o in values) >= tenths * len(values))

    return len(values), least(5), least(9)


def spans(own: History, name: str) -> list[int]:
    found = []
    for incident, timeline in own:
        paged, begun = of(timeline, "page.sent"), of(timeline, "phase.changed")
        work = incident.work
        begins: int | None = incident.opened_at
        ends: int | None = None
        if name == "acknowledge":
            begins = paged[0].at if paged else None
            ends = min((e.at for e in of(timeline, "incident.acknowledged")), default=None)
        elif name == "declare":
            ends = getattr(work, "declared_at", None)
        elif name == "mitigate":
            ends = min((e.at for e in begun if e.data["to"] == "mitigation"), default=None)
        else:
            ends = incident.resolved_at
        if begins is not None and ends is not None and begins <= ends:
            found.append(ends - begins)
    return found


def targets(own: History) -> dict[tuple[Severity, str], tuple[int, int, int]]:
    groups = {(incident.severity, incident.team or "") for incident, _ in own}
    found = {}
    for group in groups:
        of_group = [i.response for i, _ in own if (i.severity, i.team or "") == group]
        met = sum(one is Response.MET for one in of_group)
        missed = sum(one is Response.MISSED for one in of_group)
        found[group] = (met, missed, len(of_group) - met - missed)
    return found


def phase_time(own: History, phase: Phase) -> tuple[tuple[int, int | None, int | None], int]:
    times = []
    for incident, timeline in own:
        if acted(timeline):
            changes = of(timeline, "phase.changed")
            edges = [incident.opened_at, *(change.at for change in changes)]
            names = [change.data["from"] for change in changes]
            if incident.resolved_at is not None:
                edges.append(incident.resolved_at)
                names.append(incident.phase)
            highest = [max(edges[: n + 1]) for n in range(len(edges))]
            parts = zip(names, highest, edges[1:], strict=False)
            total = sum(end - start for name, start, end in parts if name == phase and end > start)
            times += [total] if total else []
    guide = GUIDE.get(phase)
    within = 0 if guide is None else len([us for us in times if us <= guide * MINUTE])
    return lies(times), within


def updates(one: tuple[Incident, Timeline]) -> tuple[int, int]:
    """On time, and promised: what was missed is promised until a late update comes for it."""
    about = [e for e in one[1] if e.kind in ("update.posted", "update.late")]
    posted = [e for e in about if e.kind == "update.posted"]
    on_time = [e for e in posted if int(str(e.data["late_us"])) < MINUTE]
    is_missing = bool(about) and about[-1].kind == "update.late"
    return len(on_time), len(posted) + is_missing


def load(
    pages: list[tuple[Incident, Entry | ChainedEntry]],
    zones: Mapping[str, ZoneInfo],
    zone: ZoneInfo,
) -> dict[str, tuple[int, int, int]]:
    found: dict[str, list[datetime]] = {}
    for _, page in pages:
        whom = str(page.data["person"] or f"channel:{page.data['channel']}")
        at = datetime.fromtimestamp(page.at / 1_000_000, UTC).astimezone(zones.get(whom, zone))
        found.setdefault(whom, []).append(at)
    result = {}
    for whom, times in found.items():
        dark = [at for at in times if at.hour >= 22 or at.hour < 7]
        nights = {at.date().toordinal() - (at.hour < 7) for at in dark}
        result[whom] = (len(times), len(dark), len(nights))
    return result
