"""Every key is read, every problem is told at its position, and one bad test spoils no other."""

import pytest

from tests.rehearsal.played import one, read
from triaged.core.durations import DAY, HOUR, MINUTE
from triaged.core.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    Closed,
    Declared,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.model import Alert, Phase, Severity
from triaged.rehearsal.cases import Case

EXPECT = "expect: {incidents: 1}"


def alerts(case: Case) -> list[tuple[int, Alert]]:
    return [
        (each.at, each.event.alert)
        for each in case.happenings
        if isinstance(each.event, AlertReceived)
    ]


def wrong(text: str) -> list[str]:
    """What is wrong with a test with these keys."""
    _, problems = read(f"tests: [{{name: t, {text}}}]\n")
    return [problem.message for problem in problems]


def test_an_alert_has_its_labels_and_what_begins_with_an_underscore() -> None:
    case = one(
        "at: 2026-03-30T10:00:00+02:00, input: [{a: b, empty: '', _at: 5m, _source: grafana, "
        "_annotations: {summary: hot}, _since: 1h, _fingerprint: f1}], " + EXPECT
    )

    began_at = case.start_at + 5 * MINUTE - HOUR
    assert alerts(case) == [
        (
            5 * MINUTE,
            Alert("grafana", "f1", True, {"a": "b"}, {"summary": "hot"}, starts_at=began_at),
        )
    ]


def test_repeat_makes_alerts_that_differ() -> None:
    case = one("input: [{a: b, _repeat: {pod: 2, zone: 2}}], " + EXPECT)

    found = [alert for _, alert in alerts(case)]
    assert [(a.labels["pod"], a.labels["zone"]) for a in found] == [
        ("1", "1"),
        ("1", "2"),
        ("2", "1"),
        ("2", "2"),
    ]
    assert len({alert.fingerprint for alert in found}) == 4


@pytest.mark.parametrize(
    ("keys", "minutes"),
    [
        ("_every: 2m, _last: 5m", [0, 2, 4]),
        ("_every: 2m, _last: 4m, _at: 1m", [1, 3]),
        ("_every: 2m, _resolve: 4m", [0, 2, 4]),
        ("_every: 3m", [0, 3, 6]),
    ],
)
def test_an_alert_is_sent_again_until_it_is_not(keys: str, minutes: list[int]) -> None:
    case = one(f"input: [{{a: b, {keys}}}], until: 6m, {EXPECT}")

    assert [at / MINUTE for at, _ in alerts(case)] == minutes


def test_what_is_expected_is_named_as_rules_and_sources_are() -> None:
    case = one(f"expecting: [watchdog, 'source:alertmanager'], {EXPECT}")

    assert case.expecting == ("rule:watchdog", "source:alertmanager")


def test_resolve_is_an_end_or_says_when_it_will_come() -> None:
    case = one("input: [{a: b, _resolve: true, _at: 9m}, {a: b, _at: 1m, _resolve: 3m}], " + EXPECT)

    assert [(at, alert.firing) for at, alert in alerts(case)] == [
        (1 * MINUTE, True),
        (3 * MINUTE, False),
        (9 * MINUTE, False),
    ]


@pytest.mark.parametrize(
    ("act", "event"),
    [
        ("ack: alice", Acknowledged(0, "alice")),
        ("ack: alice, note: mine, incident: 2", Acknowledged(2, "alice", "mine")),
        ("unack: alice", Unacknowledged(0, "alice")),
        ("resolve: 'token:ops'", Resolved(0, "token:ops")),
        ("reopen: anonymous", Reopened(0, "anonymous")),
        ("close: bob", Closed(0, "bob")),
        ("escalate: bob", Escalated(0, "bob")),
        ("assign: bob, by: alice", Assigned(0, "alice", "bob")),
        ("severity: SEV-1, note: bad", SeverityChosen(0, "anonymous", Severity.SEV1, "bad")),
        ("phase: triage", PhaseChanged(0, "anonymous", Phase.TRIAGE)),
        ("note: hello, by: bob", NoteAdded(0, "bob", "hello")),
    ],
)
def test_each_verb_is_what_a_person_does(act: str, event: object) -> None:
    (happening,) = one(f"do: [{{at: 3m, {act}}}], {EXPECT}").happenings

    assert (happening.at, happening.event) == (3 * MINUTE, event)


def test_declare_and_snooze_know_their_instants() -> None:
    case = one(
        "do: [{at: 1m, declare: slow, severity: SEV-3, service: s, team: t, by: bob, note: hi}, "
        "{at: 2m, snooze: 1h, by: bob}], " + EXPECT
    )

    at = case.start_at + MINUTE
    assert [each.event for each in case.happenings] == [
        Declared("bob", "slow", Severity.SEV3, "s", "t", "hi", at),
        Snoozed(0, "bob", case.start_at + 2 * MINUTE + HOUR),
    ]


@pytest.mark.parametrize(
    ("keys", "until_us"),
    [
        ("input: [{a: b}], expect: {incidents: 1}", 0),
        ("input: [{a: b, _resolve: 5m}], expect: {incidents: 1}", 5 * MINUTE),
        ("input: [{a: b}], do: [{at: 7m, ack: bob}], expect: {incidents: 1}", 7 * MINUTE),
        (
            "input: [{a: b}], expect: {pages: [{at: 9m, to: bob}], tolerance: 1m}",
            10 * MINUTE,
        ),
        ("input: [{a: b}], until: 2h, expect: {pages: [{at: 9m, to: bob}]}", 2 * HOUR),
    ],
)
def test_a_test_ends_with_the_last_that_is_expected_or_happens(keys: str, until_us: int) -> None:
    assert one(keys).until_us == until_us


def test_people_act_after_the_alerts_of_the_same_instant() -> None:
    case = one("do: [{ack: bob}, {note: x}], input: [{a: b}, {a: c}], " + EXPECT)

    assert [type(each.event).__name__ for each in case.happenings] == [
        "AlertReceived",
        "AlertReceived",
        "Acknowledged",
        "NoteAdded",
    ]


def test_without_an_instant_it_is_a_working_day() -> None:
    assert one(EXPECT).start_at % DAY == 10 * HOUR


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "expect is missing: a map"),
        ("expect: {}", "nothing is expected: a test that cannot fail"),
        (f"nmae: x, {EXPECT}", "'nmae' is none of name, expect, at, input, do, expecting"),
        (f"at: noon, {EXPECT}", "expected an instant with its zone such as"),
        (f"until: 100d, {EXPECT}", "a test lasts 31d at most"),
        (f"until: soon, {EXPECT}", "expected a duration such as"),
        (f"input: [{{}}], {EXPECT}", "an alert has at least one label"),
        (f"input: [text], {EXPECT}", "expected a map, got text"),
        (f"input: [{{a: 5}}], {EXPECT}", "expected text, got the number 5: put it in quotes"),
        (f"input: [{{a: [b]}}], {EXPECT}", "expected text, got a list"),
        (f"input: [{{a: b, _reslve: true}}], {EXPECT}", "'_reslve' is none of _at, _resolve,"),
        (f"input: [{{a: b, _source: grafan}}], {EXPECT}", "'grafan' is none of alertmanager"),
        (f"input: [{{a: b, _resolve: 5}}], {EXPECT}", "expected true or false, or a duration"),
        (f"input: [{{a: b, _repeat: {{c: 0}}}}], {EXPECT}", "expected a number from 1 to 2000"),
        (f"input: [{{a: b, _repeat: {{c: 50, d: 50}}}}], {EXPECT}", "more than 2000 alerts"),
        (f"input: [{{a: b, _every: 1m}}], {EXPECT}", "_every goes on until _last, _resolve or"),
        (f"input: [{{a: b, _every: 0s, _last: 1m}}], {EXPECT}", "expected a second or more"),
        (f"input: [{{a: b, _every: 1s, _last: 1h}}], {EXPECT}", "more than 2000 alerts"),
        (f"expecting: [wachdog], {EXPECT}", "'wachdog' is none of source:alertmanager, watchdog"),
        (f"do: [{{at: 1m}}], {EXPECT}", "no verb; an act is one of ack, unack,"),
        (f"do: [{{ack: bob, close: bob}}], {EXPECT}", "several verbs: ack, close; an act is one"),
        (f"do: [{{ack: bobb}}], {EXPECT}", "'bobb' is none of alice, bob, carol (did you mean"),
        (f"do: [{{note: x, by: bobb}}], {EXPECT}", "'bobb' is none of alice, bob, carol"),
        (f"do: [{{assign: bobb}}], {EXPECT}", "'bobb' is none of alice, bob, carol"),
        (f"do: [{{declare: x}}], {EXPECT}", "severity is missing: a declared incident has one"),
        (f"do: [{{ack: bob, team: x}}], {EXPECT}", "service and team go with declare only"),
        ("expect: {severity: SEV-9}", "'SEV-9' is none of SEV-1, SEV-2, SEV-3, SEV-4"),
        ("expect: {rule: label-SEV-9}", "'label-SEV-9' is none of label-SEV-1, label-SEV-2"),
        ("expect: {matched: [nothing]}", "'nothing' is none of label-SEV-1, label-SEV-2"),
        ("expect: {policy: defalt}", "'defalt' is none of default (did you mean default?)"),
        ("expect: {incidents: [{rule: none}]}", "'none' is none of label-SEV-1"),
        ("expect: {pages: [{to: bob}]}", "at is missing: a duration such as"),
        ("expect: {pages: [{at: 1m}]}", "to is missing: the person, or `via` the channel"),
        ("expect: {pages: [{at: 1m, to: bobb}]}", "'bobb' is none of alice, bob, carol"),
        ("expect: {pages: [{at: 1m, to: bob, via: fax}]}", "'fax' is none of desk, mail"),
        ("expect: {pages: [{at: 1m, via: fax}]}", "'fax' is none of desk, hook, mail"),
    ],
)
def test_what_is_wrong_is_said(keys: str, message: str) -> None:
    (found,) = wrong(keys)
    assert found.startswith(message)


def test_every_problem_is_told_at_its_position_and_the_good_test_is_kept() -> None:
    cases, problems = read(
        """\
        tests:
          - name: bad
            input: [{alertname: Down, port: 9090}]
            expect: {severity: SEV-0}
          - name: good
            input: [{alertname: Down}]
            expect: {incidents: 1}
          - name: worse
            do: [{ack: alise}]
            expect: {incidents: 1}
        """
    )

    assert [case.name for case in cases] == ["good"]
    assert [problem.where for problem in problems] == ["t.yaml:3:37", "t.yaml:4:24", "t.yaml:9:16"]


def test_a_file_that_is_no_yaml_is_one_problem() -> None:
    cases, problems = read("tests: [")

    assert (cases, len(problems)) == ([], 1)
