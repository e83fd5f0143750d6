"""The report of a drill: what was expected, what happened, and how it was the last time.

Everything is measured from the beginning of the drill, on its own timeline.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from triaged.core.practice.drills import asked_so_far
from triaged.core.records.model import ChainedEntry, Incident, Severity, incident_id
from triaged.core.records.practice.drills import DRILL_MARK, DrillRun, DrillState
from triaged.core.records.practice.roles import REQUIRED, Role
from triaged.core.settings import Settings
from triaged.core.text.wording import TEXT_MAX, TITLE_MAX, clean
from triaged.core.time.durations import SECOND, format_duration

CELL_MAX = 200
ANSWERED = "drill.answered"


class Measured(msgspec.Struct, frozen=True):
    """What happened when, in µs from the beginning; None: it did not."""

    severity: Severity
    ack: int | None = None
    roles: int | None = None
    first_update: int | None = None
    customer_draft: int | None = None
    cadence: int | None = None
    """The longest time between two updates."""
    resolved: int | None = None


class ReportRow(msgspec.Struct, frozen=True):
    """One line of the table."""

    what: str
    expected: str
    """Empty: nothing was."""
    actual: str
    met: bool | None
    """None: nothing was expected, or the drill was over before the time was."""
    last: str
    """What it was in the last drill of this scenario; empty: there was none."""


class Answered(msgspec.Struct, frozen=True):
    """A question, and the answers to it."""

    number: int
    to: Role | None
    ask: str
    answers: tuple[tuple[str, str], ...]
    """(who, text)."""


class DrillReport(msgspec.Struct, frozen=True):
    """Results of a drill."""

    run: DrillRun
    incident: Incident
    rows: tuple[ReportRow, ...]
    questions: tuple[Answered, ...]
    last: DrillRun | None = None


NAMES: Mapping[str, str] = {
    "ack": "acknowledged",
    "roles": "three roles held",
    "first_update": "first internal update",
    "customer_draft": "text for customers",
    "cadence": "longest time between updates",
}


def measured(run: DrillRun, incident: Incident, entries: Sequence[ChainedEntry]) -> Measured:
    """Facts from a drill's timeline."""
    updates = [entry.at for entry in entries if entry.kind == "update.posted"]
    resolved = _first(run, entries, "incident.resolved") if run.state is DrillState.ENDED else None
    times = [*updates, *([run.started_at + resolved] if resolved is not None else [])]
    gaps = [after - before for before, after in pairwise(times)]
    return Measured(
        severity=incident.severity,
        ack=_first(run, entries, "incident.acknowledged"),
        roles=_roles_at(run, entries),
        first_update=updates[0] - run.started_at if updates else None,
        customer_draft=_drafted_at(run, entries),
        cadence=max(gaps, default=None),
        resolved=resolved,
    )


def _first(run: DrillRun, entries: Iterable[ChainedEntry], kind: str) -> int | None:
    return next((entry.at - run.started_at for entry in entries if entry.kind == kind), None)


def _roles_at(run: DrillRun, entries: Iterable[ChainedEntry]) -> int | None:
    """When each of the three roles first had a holder at one time."""
    held: dict[object, object] = {}
    for entry in entries:
        if entry.kind == "role.changed":
            held[entry.data.get("role")] = entry.data.get("to")
            if all(held.get(role.value) for role in REQUIRED):
                return entry.at - run.started_at
    return None


def _drafted_at(run: DrillRun, entries: Iterable[ChainedEntry]) -> int | None:
    """The first answer to a question to the communications lead."""
    prompts = run.scenario.prompts
    asked = {number for number, one in enumerate(prompts, 1) if one.to is Role.COMMUNICATIONS_LEAD}
    answers = (one for one in entries if one.kind == ANSWERED and one.data.get("prompt") in asked)
    return next((one.at - run.started_at for one in answers), None)


def report_of(
    settings: Settings,
    run: DrillRun,
    incident: Incident,
    entries: Sequence[ChainedEntry],
    last: tuple[DrillRun, Measured] | None = None,
) -> DrillReport:
    """The report of a drill, so far if it goes on; `last`: the drill before with its measures."""
    now = measured(run, incident, entries)
    before = None if last is None else last[1]
    rows = (
        _severity_row(run, now, before),
        *(_row(name, _targets(settings, run, now)[name], now, before) for name in NAMES),
        ReportRow("resolved", "", _span(now.resolved), None, _last_span("resolved", before)),
    )
    return DrillReport(run, incident, rows, tuple(_questions(run, entries)), last and last[0])


def _targets(settings: Settings, run: DrillRun, now: Measured) -> dict[str, int | None]:
    """The scenario's times, else those of the severity, under the clock of the drill."""
    target = settings.severities[now.severity]
    within = target.respond_within
    usual: dict[str, int | None] = {
        "ack": within if isinstance(within, int) else None,
        "cadence": target.update_every,
    }
    wanted = msgspec.structs.asdict(run.scenario.expect)
    found = {name: usual.get(name) if wanted[name] is None else wanted[name] for name in NAMES}
    return {name: None if us is None else us // run.speed for name, us in found.items()}


def _severity_row(run: DrillRun, now: Measured, before: Measured | None) -> ReportRow:
    wanted = run.scenario.severity
    return ReportRow(
        what="severity",
        expected=wanted or "",
        actual=now.severity,
        met=None if wanted is None else now.severity is wanted,
        last=before.severity if before else "",
    )


def _row(name: str, target: int | None, now: Measured, before: Measured | None) -> ReportRow:
    actual: int | None = getattr(now, name)
    met = None
    if target is not None and (actual is not None or name != "cadence"):
        met = actual is not None and actual <= target
    expected = "" if target is None else f"within {_span(target)}"
    return ReportRow(NAMES[name], expected, _span(actual), met, _last_span(name, before))


def _last_span(name: str, before: Measured | None) -> str:
    return "" if before is None else _span(getattr(before, name))


def _span(us: int | None) -> str:
    """`4m10s`; `no` for what did not happen."""
    return "no" if us is None else format_duration(max(us, 0) + SECOND // 2)


def _questions(run: DrillRun, entries: Sequence[ChainedEntry]) -> Iterator[Answered]:
    for number in asked_so_far(run):
        prompt = run.scenario.prompts[number - 1]
        answers = (
            (entry.actor, str(entry.data.get("answer", "")))
            for entry in entries
            if entry.kind == ANSWERED and entry.data.get("prompt") == number
        )
        yield Answered(number, prompt.to, prompt.ask, tuple(answers))


def markdown(report: DrillReport, when: str) -> str:
    """The report as Markdown; `when` is the beginning of the drill, in words."""
    run = report.run
    lines = [f"# {DRILL_MARK} {_cell(run.scenario.name)}, {when}", ""]
    lines += [clean(run.scenario.about, TEXT_MAX), ""] if run.scenario.about else []
    lines += [f"- Incident: {report.incident.id}, {_cell(report.incident.title)}"]
    lines += [f"- State: {run.state}" + (f" ({_cell(run.reason)})" if run.reason else "")]
    lines += [f"- Participants: {', '.join(run.participants) or 'whoever watched the console'}"]
    how = "by their contacts" if run.pages else "on the console only"
    clock = "real time" if run.speed == 1 else f"{run.speed} times as fast"
    lines += [f"- Paged: {how}; clock: {clock}", ""]
    lines += ["| | expected | actual | met | last time |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.what} | {row.expected} | {row.actual} | {_met(row.met)} | {row.last or '–'} |"
        for row in report.rows
    ]
    lines += ["", f"Last time: {incident_id(report.last.incident)}."] if report.last else []
    lines += ["", "## Questions", ""]
    for one in report.questions:
        to = f" ({one.to.replace('_', ' ')})" if one.to else ""
        lines += [f"{one.number}. {_cell(one.ask)}{to}"]
        lines += [f"   - {_cell(who)}: {_cell(text)}" for who, text in one.answers]
        lines += [] if one.answers else ["   - no answer"]
    lines += [] if report.questions else ["None was asked."]
    return "\n".join(lines) + "\n"


def _met(met: bool | None) -> str:  # noqa: FBT001 - private
    return "–" if met is None else "yes" if met else "**no**"


def _cell(text: str) -> str:
    """A text of people in a line or a cell: no line end, no bar, no markup."""
    plain = clean(text, max(CELL_MAX, TITLE_MAX) * 5)
    for character in "\\`*_[]<>|#":
        plain = plain.replace(character, f"\\{character}")
    return plain
