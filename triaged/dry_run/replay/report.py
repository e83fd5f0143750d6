"""A replay as a report: plain values, then a table, Markdown, JSON; HTML is in `report_html.py`."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from triaged.core.records.model import incident_id
from triaged.dry_run.replay.comparison import Changed, RunComparison, Tally, metrics
from triaged.dry_run.replay.limits import Limit
from triaged.dry_run.replay.replay import Period, Ran, Run
from triaged.wire import instant_text

SHOWN_MAX = 20
"""Limit on the listed incidents of a kind; whoever needs more filters the JSON."""

JSON_MAX = 1_000
"""Limit on the incidents of a kind in JSON."""

NAMED_MAX = 5
"""Limit on the incidents that a sentence names."""

PEOPLE = "Pages by person"
"""The title of the section that has the charts."""

KINDS = (
    ("severities", "Other severity"),
    ("opened", "Opened, and did not before"),
    ("vanished", "Opened before, and no more"),
    ("merged", "Merged"),
    ("split", "Split"),
    ("paged", "Paged otherwise"),
)


class ReplayReport(msgspec.Struct, frozen=True):
    """The content of a report."""

    since: int
    until: int
    episodes: int
    names: tuple[str, str]
    """The names of the compared runs: `what happened`, `these rules`, or a directory."""
    fidelity: RunComparison
    """The comparison of the recorded outcome with the run of the present rules."""
    difference: RunComparison
    periods: tuple[Period, ...]
    digest: str
    """The tally of the present rules."""
    apart: int
    reclassified: tuple[int, ...]
    acts: int
    unmatched: int
    refused: int
    broken: tuple[str, ...] = ()
    """Conditions of `--fail-if` that are true."""


class Section(msgspec.Struct, frozen=True):
    """A title, sentences, a table."""

    title: str
    sentences: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def report_of(
    period: tuple[int, int],
    runs: tuple[Run, Run, Run | None],
    names: tuple[str, str],
    differences: tuple[RunComparison, RunComparison],
) -> ReplayReport:
    """The report on (what happened, the present rules, the other rules)."""
    was, now, other = runs
    last = other or now
    return ReplayReport(
        since=period[0],
        until=period[1],
        episodes=len(was.homes),
        names=names,
        fidelity=differences[0],
        difference=differences[1],
        periods=was.periods,
        digest=now.digest,
        apart=was.apart,
        reclassified=was.reclassified,
        acts=last.acts,
        unmatched=last.unmatched,
        refused=last.refused,
    )


def judged(report: ReplayReport, limits: Iterable[Limit]) -> ReplayReport:
    """The report with the conditions of `--fail-if` that are true."""
    before, after = metrics(report.difference.before), metrics(report.difference.after)
    broken = tuple(limit.text for limit in limits if limit.broken(before, after))
    return msgspec.structs.replace(report, broken=broken)


def sections(report: ReplayReport) -> Iterator[Section]:
    """The report from top to bottom."""
    yield _fidelity(report)
    yield Section("Numbers", (), ("", *report.names, "change"), tuple(_numbers(report)))
    people = tuple(_people(report.difference))
    if people:
        yield Section(PEOPLE, (), ("whom", *report.names, "change"), people)
    for kind, title in KINDS:
        found: tuple[Changed, ...] = getattr(report.difference, kind)
        if found:
            yield _changes(title, found)
    if report.broken:
        yield Section("Fails", tuple(f"{text} is true" for text in report.broken))


def _fidelity(report: ReplayReport) -> Section:
    found = report.fidelity
    others = {kind: incidents_of(getattr(found, kind)) for kind, _ in KINDS}
    sentences = [
        f"{report.episodes} alerts from {_at(report.since)} to {_at(report.until)}.",
        f"The present rules give what happened for {found.same} of {found.before.incidents}"
        + " incidents"
        + ("." if found.nothing else ": " + _listed(others) + "."),
    ]
    sentences += [
        f"Other rules ({period.rule_set[:12] or 'unknown'}) decided about "
        f"{period.episodes} alerts from {_at(period.first_at)} to {_at(period.last_at)}."
        for period in report.periods
        if period.rule_set != report.digest
    ]
    if found.carried:
        sentences.append(
            f"{found.carried} incidents are left out: their alerts joined one from before."
        )
    if report.apart:
        sentences.append(
            f"{report.apart} incidents are left out: neither an alert nor a person opened them."
        )
    if report.reclassified:
        names = [incident_id(number) for number in report.reclassified[:NAMED_MAX]]
        more = ", …" if len(report.reclassified) > NAMED_MAX else ""
        sentences.append(
            f"Not replayed: `rule reclassify`, which changed {', '.join(names)}{more}."
        )
    if report.unmatched or report.refused:
        sentences.append(
            f"Of {report.acts} acts of people {report.unmatched} had no counterpart, "
            f"{report.refused} were impossible."
        )
    return Section("Fidelity", tuple(sentences))


def incidents_of(changes: Iterable[Changed]) -> int:
    """The number of incidents that differ; of those that opened anew, what there is now."""
    return sum(len(each.before or each.after) for each in changes)


def _listed(counts: dict[str, int]) -> str:
    """`1 other severity, 2 other pages`: titles of the lists below, which name them."""
    return "; ".join(f"{counts[kind]} {title.lower()}" for kind, title in KINDS if counts[kind])


def _numbers(report: ReplayReport) -> Iterator[tuple[str, ...]]:
    before, after = (_named(side) for side in (report.difference.before, report.difference.after))
    for name, was in before.items():
        now = after[name]
        change = "" if was is None or now is None else f"{now - was:+d}" if now != was else ""
        yield name, _number(was), _number(now), change


def _number(value: int | None) -> str:
    return "not recorded" if value is None else str(value)


def _named(numbers: Tally) -> dict[str, int | None]:
    return {
        "incidents": numbers.incidents,
        **numbers.severities,
        "pages": numbers.pages,
        "pages at night (22-07)": numbers.night_pages,
        "response targets missed": numbers.missed,
        "alerts suppressed": numbers.suppressed,
    }


def _people(found: RunComparison) -> Iterator[tuple[str, ...]]:
    for whom in sorted({**found.before.people, **found.after.people}):
        was, now = found.before.people.get(whom, (0, 0)), found.after.people.get(whom, (0, 0))
        change = f"{now[0] - was[0]:+d}" if now[0] != was[0] else ""
        yield whom, f"{was[0]} ({was[1]} at night)", f"{now[0]} ({now[1]} at night)", change


def _changes(title: str, found: Sequence[Changed]) -> Section:
    rows = tuple(
        (_at(_first(each).opened_at), _side(each.before), _side(each.after), _first(each).title)
        for each in worst_first(found)[:SHOWN_MAX]
    )
    more = len(found) - len(rows)
    sentences = (f"The worst {SHOWN_MAX} of {len(found)}.",) if more > 0 else ()
    return Section(
        f"{title} ({incidents_of(found)})", sentences, ("opened", "before", "after", "title"), rows
    )


def worst_first(found: Iterable[Changed]) -> list[Changed]:
    """The changes that cost most first: nobody is paged any more, less severe, paged later."""
    return sorted(found, key=_mildness)


def _mildness(changed: Changed) -> tuple[bool, bool, int, int, int]:
    """The lower, the worse; of changes that are equally bad the earliest comes first."""
    sides = changed.before, changed.after
    waits = [_first_page_us(side) for side in sides]
    lost = waits[0] is not None and waits[1] is None
    worst = [min((ran.severity for ran in side), default=None) for side in sides]
    lowered = worst[0] is not None and (worst[1] is None or worst[1] > worst[0])
    later_us = (waits[1] or 0) - (waits[0] or 0) if None not in waits else 0
    rank = min(ran.severity for ran in (*changed.before, *changed.after))
    return not lost, not lowered, int(rank[-1:]), -later_us, _first(changed).opened_at


def _first_page_us(incidents: Sequence[Ran]) -> int | None:
    """The shortest time from an opening to a page; None: there was no page."""
    waits = [page.at - ran.opened_at for ran in incidents for page in ran.pages]
    return min(waits, default=None)


def _first(changed: Changed) -> Ran:
    return (changed.before or changed.after)[0]


def _side(incidents: Sequence[Ran]) -> str:
    """`INC-1 SEV-2, 3 pages` of each, in short."""
    named = [f"{incident_id(r.number)} {r.severity}, {_pages(r)}" for r in incidents[:3]]
    more = [f"and {len(incidents) - 3} more"] if len(incidents) > 3 else []
    return "; ".join([*named, *more])


def _pages(ran: Ran) -> str:
    return "1 page" if len(ran.pages) == 1 else f"{len(ran.pages)} pages"


def _at(at: int) -> str:
    """`2026-03-30 08:00`, UTC."""
    return instant_text(at)[:16].replace("T", " ")


def markdown(report: ReplayReport) -> str:
    """The report in Markdown, for a comment on a pull request."""
    lines = [f"## Replay: {_plain(report.names[0])} → {_plain(report.names[1])}", ""]
    for section in sections(report):
        lines += [f"### {section.title}", ""]
        for sentence in section.sentences:
            lines += [_plain(sentence), ""]
        if section.header:
            cells = [section.header, ("---",) * len(section.header), *section.rows]
            lines += ["| " + " | ".join(map(_plain, row)) + " |" for row in cells] + [""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing else: no table, link, tag, mention, or new line."""
    if text == "---":
        return text
    return _MARKS.sub(_escaped, " ".join(text.split()))


def _escaped(match: re.Match[str]) -> str:
    mark = match.group()
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "@\u200b"}.get(mark, f"\\{mark}")


_MARKS = re.compile(r"[\\`*_\[\]<>&|~#!@]")


def document(report: ReplayReport) -> dict[str, object]:
    """The report as JSON: instants in RFC 3339, at most 1,000 incidents of a kind."""
    return {
        "since": instant_text(report.since),
        "until": instant_text(report.until),
        "episodes": report.episodes,
        "compared": list(report.names),
        "rule_set": report.digest,
        "rule_sets": [
            {
                "rule_set": period.rule_set,
                "episodes": period.episodes,
                "first_at": instant_text(period.first_at),
                "last_at": instant_text(period.last_at),
            }
            for period in report.periods
        ],
        "acts": {
            "all": report.acts,
            "unmatched": report.unmatched,
            "refused": report.refused,
        },
        "apart": report.apart,
        "reclassified": [incident_id(number) for number in report.reclassified],
        "fidelity": _difference(report.fidelity),
        "difference": _difference(report.difference),
        "failed": list(report.broken),
    }


def _difference(found: RunComparison) -> dict[str, object]:
    return {
        "nothing": found.nothing,
        "same": found.same,
        "carried": found.carried,
        "before": {**metrics(found.before), "by_hour": list(found.before.hours)},
        "after": {**metrics(found.after), "by_hour": list(found.after.hours)},
        **{
            kind: {
                "count": incidents_of(getattr(found, kind)),
                "incidents": [
                    _changed(each) for each in worst_first(getattr(found, kind))[:JSON_MAX]
                ],
            }
            for kind, _ in KINDS
        },
    }


def _changed(changed: Changed) -> dict[str, object]:
    return {
        side: [
            {
                "incident": incident_id(ran.number),
                "title": ran.title,
                "severity": ran.severity,
                "opened_at": instant_text(ran.opened_at),
                "pages": len(ran.pages),
                "missed": ran.missed,
            }
            for ran in incidents
        ]
        for side, incidents in (("before", changed.before), ("after", changed.after))
    }
