"""What happened is exported as a test that passes with the same rules."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import replace

from tests.core.world import MONDAY
from tests.dry_run.exports import Watched, entry_then
from tests.dry_run.played import RULES, SETTINGS, SOURCES
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    Closed,
    Declared,
    Escalated,
    Event,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    SilenceSet,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import Alert, Entry, Phase, Severity
from triaged.core.records.practice.events import Merged, SplitOff
from triaged.core.text.alert_documents import SilenceDocument
from triaged.core.time.durations import MINUTE, SECOND
from triaged.dry_run.ruletests.case_results import CaseResult, result_of
from triaged.dry_run.ruletests.cases import play
from triaged.dry_run.ruletests.exporting import exported
from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
from triaged.rules.matchers import parse_matchers
from triaged.yamlschema.document import parse

CONTEXT = TestContext(SETTINGS, SOURCES, RULES)


def alert(severity: str = "SEV-1", pod: str = "1", *, firing: bool = True) -> Alert:
    labels = {"alertname": "Down", "service": "shop", "severity": severity, "pod": pod}
    return Alert("alertmanager", f"f{pod}", firing, labels, {"summary": 'It\'s: "down" #1'})


def happened(*events: tuple[float, Event], until: float = 60) -> Watched:
    """A simulator in which these happened, (minutes since the start, event)."""
    simulator = Watched(SETTINGS, MONDAY)
    for minutes, event in events:
        at = MONDAY + round(minutes * MINUTE)
        simulator.run_until(at)
        if isinstance(event, AlertReceived):
            simulator.handle(replace(event, received_at=at))
        else:
            simulator.handle(event)
        simulator.run_until(at)
    simulator.run_until(MONDAY + int(until * MINUTE))
    return simulator


def fires(severity: str = "SEV-1", pod: str = "1") -> AlertReceived:
    return AlertReceived(alert(severity, pod), 0)


def ends(pod: str = "1") -> AlertReceived:
    return AlertReceived(alert(pod=pod, firing=False), 0)


def result_of_export(simulator: Watched, number: int = 1) -> CaseResult:
    """What `triaged test` says of the exported incident."""
    text = exported(simulator.answers(number))
    cases, problems = read_tests([parse("export.yaml", text.encode())], CONTEXT)
    assert [str(problem) for problem in problems] == [], text
    (case,) = cases
    return result_of(play(case, SETTINGS))


def test_a_night_is_a_test() -> None:
    simulator = happened(
        (0, fires("SEV-3")),
        (1.5, fires("SEV-1", "2")),
        (3, Acknowledged(1, "alice")),
        (20.01, ends("1")),
        (22, ends("2")),
    )

    assert (
        exported(simulator.answers(1))
        == """\
# INC-1 as it happened: `triaged test FILE` runs it.
tests:
  - name: INC-1 Down
    at: 2026-03-30T10:00:00.000000Z
    input:
      - {alertname: Down, service: shop, severity: SEV-3, pod: "1", _resolve: 20m0.6s, \
_fingerprint: f1, _annotations: {summary: "It's: \\"down\\" #1"}}
      - {alertname: Down, service: shop, severity: SEV-1, pod: "2", _at: 1m30s, _resolve: 22m, \
_fingerprint: f2, _annotations: {summary: "It's: \\"down\\" #1"}}
    do:
      - {at: 3m, ack: alice}
    until: 22m
    expect:
      incidents: 1
      severity: SEV-1
      rule: label-SEV-1
      title: Down
      policy: default
      service: shop
      group: {alertname: Down, service: shop}
      state: resolved
      response: met
      reopens: 0
      tolerance: 5s
      pages:
        - {at: 0s, to: alice, via: desk}
        - {at: 0s, to: alice, via: mail}
        - {at: 1m30s, to: alice, via: desk}
        - {at: 1m30s, to: alice, via: mail}
"""
    )
    assert result_of_export(simulator).passed


def test_everything_that_people_do_is_done_again() -> None:
    simulator = happened(
        (0, fires("SEV-2")),
        (1, Escalated(1, "alice")),
        (2, Acknowledged(1, "bob", "mine")),
        (3, Assigned(1, "bob", "carol")),
        (4, SeverityChosen(1, "token:ops", Severity.SEV1, "worse")),
        (5, PhaseChanged(1, "carol", Phase.MITIGATION)),
        (6, NoteAdded(1, "carol", "rolled back", MONDAY)),
        (7, Snoozed(1, "carol", MONDAY + 30 * MINUTE)),
        (31, Escalated(1, "carol")),
        (32, Acknowledged(1, "bob")),
        (33, Unacknowledged(1, "bob")),
        (40, Resolved(1, "bob")),
        (41, Reopened(1, "bob")),
        (42, ends()),
        (43, Closed(1, "bob")),
    )

    result = result_of_export(simulator)
    assert result.passed, result


def test_a_declared_incident_is_a_test() -> None:
    event = Declared("alice", "Shop is slow", Severity.SEV2, "shop", "payments", "hm", MONDAY)
    simulator = happened((0, event), (1, Acknowledged(1, "bob")))

    text = exported(simulator.answers(1))

    assert "declare: Shop is slow, severity: SEV-2, by: alice, service: shop" in text
    assert result_of_export(simulator).passed


def test_an_alert_that_began_anew_is_not_resolved_in_between() -> None:
    later = replace(alert(), starts_at=MONDAY + 9 * MINUTE)
    simulator = happened((0, fires()), (10, AlertReceived(later, 0)), (12, ends()))

    result = result_of_export(simulator)
    assert result.passed, result


def test_what_no_alert_opened_is_no_test() -> None:
    answers: Any = happened((0, fires())).answers(1)
    answers["timeline"][0]["data"] = {"reason": "quarantine"}

    with pytest.raises(ValueError, match=r"no alert opened INC-1 \(quarantine\)"):
        exported(answers)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (
            "page.failed",
            "attempt 1 to reach bob by mail failed: 550\nno",
            "attempt 1 to reach bob by mail failed: 550 no; in a test every provider accepts",
        ),
        ("incident.bundled", "bundled in INC-7", "bundled in INC-7; the storm is not in the test"),
    ],
)
def test_what_else_decided_is_told_and_pages_are_not_expected(
    kind: str, text: str, why: str
) -> None:
    answers: Any = happened((0, fires())).answers(1)
    seq = len(answers["timeline"])
    entry = Entry(MONDAY + SECOND, kind, "triaged", text)
    answers["timeline"].append(entry_then(entry, seq))

    written = exported(answers)

    assert f"# Pages are not expected: {why}.\n" in written
    assert "pages:" not in written


def muted() -> Any:
    """The answers about an incident that a silence mutes from the beginning, for 10 minutes."""
    simulator = Watched(SETTINGS, MONDAY)
    silence = SilenceSet(
        "x", tuple(parse_matchers("alertname=Down")), MONDAY, MONDAY + 10 * MINUTE, "alice", "work"
    )
    simulator.handle(silence)
    simulator.handle(replace(fires(), received_at=MONDAY))
    simulator.run_until(MONDAY + 11 * MINUTE)
    return simulator.answers(1)


def test_a_silence_that_muted_it_is_in_the_test() -> None:
    answers = muted()
    silence = SilenceDocument(
        id="x",
        state="expired",
        matchers=['alertname="Down"'],
        starts_at="2026-03-30T09:00:00.000000Z",
        ends_at="2026-03-30T10:10:00.000000Z",
        created_by="alice",
        comment="work",
        updated_at="2026-03-30T09:00:00.000000Z",
        expire_when_clear=False,
    )
    answers["silences"] = [to_builtins(silence)]

    text = exported(answers)

    assert "- {match: ['alertname=\"Down\"'], at: 0s, for: 10m}" in text
    assert "- {at: 10m, to: alice, via: desk}" in text
    cases, problems = read_tests([parse("export.yaml", text.encode())], CONTEXT)
    assert problems == []
    assert result_of(play(cases[0], SETTINGS)).passed


def test_what_muted_an_incident_and_is_not_in_the_test_is_told() -> None:
    text = exported(muted())

    assert "# Pages are not expected: muted by silence:x, which is not in the test." in text
    assert "response:" not in text
    assert "pages:" not in text


def test_a_late_daemon_is_within_the_tolerance() -> None:
    answers: Any = happened((0, fires())).answers(1)
    for page in answers["pages"]:
        page["due_at"] = page["due_at"].replace(":00.000000Z", ":01.400000Z")

    cases, _ = read_tests([parse("export.yaml", exported(answers).encode())], CONTEXT)

    assert result_of(play(cases[0], SETTINGS)).passed


PEOPLE = st.sampled_from(["alice", "bob"])
EVENTS = st.one_of(
    st.builds(fires, st.sampled_from(["SEV-1", "SEV-2", "SEV-3"]), st.sampled_from("123")),
    st.builds(ends, st.sampled_from("123")),
    st.builds(Acknowledged, st.just(1), PEOPLE),
    st.builds(Unacknowledged, st.just(1), PEOPLE),
    st.builds(Resolved, st.just(1), PEOPLE),
    st.builds(Reopened, st.just(1), PEOPLE),
    st.builds(Escalated, st.just(1), PEOPLE),
    st.builds(SeverityChosen, st.just(1), PEOPLE, st.sampled_from(Severity)),
    st.builds(NoteAdded, st.just(1), PEOPLE, st.just("hm")),
    st.builds(PhaseChanged, st.just(1), PEOPLE, st.sampled_from(Phase)),
    st.builds(Assigned, st.just(1), PEOPLE, PEOPLE),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), EVENTS), max_size=8), st.integers(0, 100))
def test_every_night_is_a_test_that_passes(
    nights: list[tuple[int, Event]], extra_minutes: int
) -> None:
    steps: list[tuple[float, Event]] = [(0.0, fires("SEV-2"))]
    seconds = 0
    for gap, event in nights:
        seconds += gap
        steps.append((seconds * SECOND / MINUTE, event))
    simulator = happened(*steps, until=seconds / 60 + extra_minutes)

    result = result_of_export(simulator)
    assert result.passed, (result, exported(simulator.answers(1)))


def test_incident_that_people_merged_or_split_is_no_test() -> None:
    merged = happened((0, fires()), (1, Declared("bob", "shop", Severity.SEV2)))
    merged.handle(Merged(1, "bob", 2))
    split = happened((0, fires(pod="1")), (1, fires(pod="2")))
    split.handle(SplitOff(1, "bob", (("alertmanager", "f1"),)))

    for simulator, number in ((merged, 1), (merged, 2), (split, 1), (split, 2)):
        with pytest.raises(ValueError, match="a test has no such act"):
            exported(simulator.answers(number))
