"""The expectation of a case beside its outcome."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from triaged.core.records.model import Incident
from triaged.dry_run.ruletests.cases import Played
from triaged.dry_run.ruletests.tests_schema import Expect, Expected, Paged, format_offset

NONE = "none"


class Mismatch(msgspec.Struct, frozen=True):
    """One expectation that does not hold."""

    field: str
    """`severity`, or `incidents[1].severity` for the second of several."""
    expected: str
    got: str


class PageLine(msgspec.Struct, frozen=True):
    """A page in the comparison: ` ` as expected, `-` expected only, `+` went out only."""

    mark: str
    at: str
    to: str
    """The person; empty for a page straight to a channel."""
    via: str


class CaseResult(msgspec.Struct, frozen=True):
    """The result of a case: passed, or the differences."""

    name: str
    where: str
    differences: tuple[Mismatch, ...]
    pages: tuple[PageLine, ...]
    """All pages, if they differ from what was expected."""
    refused: tuple[str, ...]
    decided: tuple[str, ...]
    """The outcome of each incident, and the rule behind it."""

    @property
    def passed(self) -> bool:
        """True if everything is as expected."""
        return not (self.differences or self.pages or self.refused)


def result_of(played: Played) -> CaseResult:
    """Compare what came of a case with what it expects."""
    expect = played.case.expect
    return CaseResult(
        name=played.case.name,
        where=played.case.where,
        differences=tuple(_mismatches(played, expect)),
        pages=() if expect.pages is None else _pages(played, expect),
        refused=played.refused,
        decided=tuple(_decided(played)),
    )


def _mismatches(played: Played, expect: Expect) -> Iterator[Mismatch]:
    count = len(played.incidents)
    if expect.opens is not None and expect.opens is not bool(count):
        yield Mismatch("opens", _text(expect.opens), _text(bool(count)))
    wanted = _each(expect)
    if wanted is not None and len(wanted) != count:
        yield Mismatch("incidents", str(len(wanted)), str(count))
    elif isinstance(expect.incidents, int) and expect.incidents != count:
        yield Mismatch("incidents", str(expect.incidents), str(count))
    if expect.matched is not None:
        yield from _matched(played, expect.matched)
    if not played.incidents and _says_something(expect):
        yield from (Mismatch(name, text, "no incident") for name, text in _said(expect))
    for index, incident in enumerate(played.incidents):
        prefix = f"incidents[{index}]." if count > 1 else ""
        found = observed(incident, played.muted_by[index])
        yield from _of_one(expect, found, prefix)
        if wanted is not None and index < len(wanted):
            yield from _of_one(wanted[index], found, prefix)


def _each(expect: Expect) -> Sequence[Expected] | None:
    return None if isinstance(expect.incidents, int) else expect.incidents


def _matched(played: Played, wanted: tuple[str, ...]) -> Iterator[Mismatch]:
    """One mismatch for each way in which alerts matched otherwise."""
    ways = dict.fromkeys(outcome.rules for outcome in played.outcomes)
    for rules in ways or {(): None}:
        if rules != wanted:
            yield Mismatch("matched", _list(wanted), _list(rules))


def _says_something(expected: Expected) -> bool:
    return any(True for _ in _said(expected))


def _said(expected: Expected) -> Iterator[tuple[str, str]]:
    """(name, text) of what is expected of an incident."""
    for name in Expected.__struct_fields__:
        value = getattr(expected, name)
        if value is not None:
            yield name, _text(value)


def _of_one(expected: Expected, found: Mapping[str, object], prefix: str) -> Iterator[Mismatch]:
    for name, wanted in _said(expected):
        got = _text(found[name])
        if wanted != got:
            yield Mismatch(f"{prefix}{name}", wanted, got)


def observed(incident: Incident, muted_by: tuple[str, ...]) -> Mapping[str, object]:
    """The attributes of an incident that `Expected` may name, by name."""
    kind, _, rule = incident.severity_by.partition(":")
    return {
        "severity": incident.severity,
        "rule": rule if kind in ("rule", "raise") else "",
        "severity_by": incident.severity_by,
        "state": incident.state,
        "phase": incident.phase,
        "response": incident.response,
        "service": incident.service,
        "team": incident.team,
        "policy": incident.plan.policy,
        "title": incident.title,
        "runbook": incident.runbook,
        "group": dict(incident.key),
        "firing": sum(incident.firing.values()),
        "reopens": incident.reopens,
        "muted_by": muted_by,
    }


def _text(value: object) -> str:
    match value:
        case None | "":
            return NONE
        case bool():
            return "true" if value else "false"
        case Mapping():
            return ", ".join(f"{name}={text}" for name, text in sorted(value.items())) or NONE
        case tuple():
            return _list(value)
        case _:
            return str(value)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or NONE


def _pages(played: Played, expect: Expect) -> tuple[PageLine, ...]:
    """The comparison of pages, by instant; empty if all are as expected."""
    missing = list(expect.pages or ())
    lines: list[tuple[int, PageLine]] = []
    for at, page in played.pages:
        person, contact = page.recipient.person, page.recipient.contact
        found = next((p for p in missing if _is(p, at, (person, contact), expect.tolerance)), None)
        if found is not None:
            missing.remove(found)
        mark = "+" if found is None else " "
        lines.append((at, PageLine(mark, format_offset(at), person, contact)))
    lines += [(p.at, PageLine("-", format_offset(p.at), p.to, p.via)) for p in missing]
    if all(line.mark == " " for _, line in lines):
        return ()
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def _is(page: Paged, at: int, whom: tuple[str, str], tolerance_us: int) -> bool:
    person, contact = whom
    near = abs(page.at - at) <= tolerance_us
    return near and page.to == person and page.via in ("", contact)


def _decided(played: Played) -> Iterator[str]:
    for incident in played.incidents:
        key = ", ".join(f"{name}={text}" for name, text in incident.key)
        by = f"by {incident.severity_by}, policy {incident.plan.policy}"
        yield f"{incident.id} {incident.severity} {by}, {incident.state} ({key or 'declared'})"
    ways = dict.fromkeys(outcome.rules for outcome in played.outcomes)
    for rules in ways:
        yield f"matched: {_list(rules)}"
