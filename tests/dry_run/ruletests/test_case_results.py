"""What is expected holds, or is told beside what came instead."""

import pytest

from tests.dry_run.played import judged
from triaged.dry_run.ruletests.case_results import Mismatch, PageLine

INPUT = "input: [{alertname: Down, severity: SEV-1, service: shop}]"
TWO = "input: [{alertname: Down, severity: SEV-1}, {alertname: Slow, severity: SEV-3}]"


@pytest.mark.parametrize(
    ("field", "right", "other"),
    [
        ("severity", "SEV-1", "SEV-2"),
        ("rule", "label-SEV-1", "label-SEV-2"),
        ("severity_by", "rule:label-SEV-1", "unclassified"),
        ("state", "open", "resolved"),
        ("phase", "detection", "triage"),
        ("response", "on_track", "missed"),
        ("service", "shop", "''"),
        ("team", "''", "payments"),
        ("policy", "default", None),
        ("title", "Down", "Up"),
        ("runbook", "''", "https://example.org/x"),
        ("group", "{alertname: Down, service: shop}", "{alertname: Down}"),
        ("firing", "1", "2"),
        ("reopens", "0", "1"),
        ("incidents", "1", "2"),
        ("incidents", "[{severity: SEV-1}]", "[{severity: SEV-1}, {severity: SEV-1}]"),
        ("opens", "true", "false"),
        ("matched", "[]", "[label-SEV-1]"),
    ],
)
def test_each_expectation_can_hold_and_can_fail(field: str, right: str, other: str | None) -> None:
    assert judged(f"{INPUT}, expect: {{{field}: {right}}}").passed
    if other is not None:
        result = judged(f"{INPUT}, expect: {{{field}: {other}}}")
        assert not result.passed
        assert [mismatch.field for mismatch in result.differences] == [field]


def test_a_difference_has_both_sides() -> None:
    result = judged(f"{INPUT}, expect: {{severity: SEV-2, team: payments}}")

    assert result.differences == (
        Mismatch("severity", "SEV-2", "SEV-1"),
        Mismatch("team", "payments", "none"),
    )
    assert result.decided[0].startswith("INC-1 SEV-1 by rule:label-SEV-1, policy default, open (")


def test_what_is_said_of_an_incident_holds_for_each() -> None:
    result = judged(f"{TWO}, expect: {{severity: SEV-1}}")

    assert result.differences == (Mismatch("incidents[1].severity", "SEV-1", "SEV-3"),)


def test_several_incidents_are_compared_in_the_order_of_their_opening() -> None:
    each = "{{title: Down, severity: SEV-1}}, {{title: Slow, severity: {severity}}}"

    good = judged(f"{TWO}, expect: {{incidents: [{each.format(severity='SEV-3')}]}}")
    bad = judged(f"{TWO}, expect: {{incidents: [{each.format(severity='SEV-4')}]}}")

    assert good.passed
    assert bad.differences == (Mismatch("incidents[1].severity", "SEV-4", "SEV-3"),)


def test_an_expectation_of_an_incident_fails_where_none_opens() -> None:
    result = judged("input: [{alertname: W, incident: 'no'}], expect: {severity: SEV-1}")

    assert result.differences == (Mismatch("severity", "SEV-1", "no incident"),)


def test_the_whole_list_of_pages_is_compared() -> None:
    first = "{at: 0s, to: alice, via: desk}, {at: 0s, to: alice, via: mail}"

    assert judged(f"{INPUT}, expect: {{pages: [{first}]}}").passed
    missing = judged(f"{INPUT}, expect: {{pages: [{first}, {{at: 1m, to: bob}}]}}")
    unexpected = judged(f"{INPUT}, expect: {{pages: [{{at: 0s, to: alice, via: desk}}]}}")

    assert missing.pages[-1] == PageLine("-", "1m", "bob", "")
    assert unexpected.pages == (
        PageLine(" ", "0s", "alice", "desk"),
        PageLine("+", "0s", "alice", "mail"),
    )


def test_no_page_can_be_expected() -> None:
    assert judged("expect: {pages: []}").passed
    assert not judged(f"{INPUT}, expect: {{pages: []}}").passed


def test_a_page_may_come_within_the_tolerance() -> None:
    pages = "pages: [{at: 2s, to: alice}, {at: 2s, to: alice}]"

    assert judged(f"{INPUT}, expect: {{{pages}, tolerance: 2s}}").passed
    assert not judged(f"{INPUT}, expect: {{{pages}, tolerance: 1s}}").passed


def test_what_a_person_could_not_do_is_a_failure() -> None:
    result = judged(f"{INPUT}, do: [{{close: bob}}], expect: {{incidents: 1}}")

    impossible = "cannot close an incident that is open"
    possible = "possible now: acknowledge, resolve, merge"
    assert not result.passed
    assert result.refused == (f"t.yaml:1:84: INC-1: {impossible}; {possible}",)


def test_what_mutes_can_be_expected() -> None:
    silence = "silences: [{match: alertname=Down, for: 1h}]"

    assert judged(f"{INPUT}, {silence}, expect: {{muted_by: ['silence:1']}}").passed
    assert judged(f"{INPUT}, expect: {{muted_by: []}}").passed
    result = judged(f"{INPUT}, {silence}, expect: {{muted_by: []}}")
    assert result.differences == (Mismatch("muted_by", "none", "silence:1"),)
