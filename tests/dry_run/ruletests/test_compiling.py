"""Every key of a test is in its case: what comes in, what people do, when it ends."""

import pytest

from tests.dry_run.played import one
from triaged.core.records.events import (
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
    SilenceSet,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Phase, Severity
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.dry_run.ruletests.cases import Case
from triaged.rules.matchers import parse_matchers

EXPECT = "expect: {incidents: 1}"


def matchers(text: str) -> tuple[Matcher, ...]:
    return tuple(parse_matchers(text))


def alerts(case: Case) -> list[tuple[int, Alert]]:
    return [
        (each.at, each.event.alert) for each in case.script if isinstance(each.event, AlertReceived)
    ]


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
        ("ack: alice", Acknowledged(0, "alice", take_over=True)),
        ("ack: alice, note: mine, incident: 2", Acknowledged(2, "alice", "mine", take_over=True)),
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
    (scripted,) = one(f"do: [{{at: 3m, {act}}}], {EXPECT}").script

    assert (scripted.at, scripted.event) == (3 * MINUTE, event)


def test_declare_and_snooze_know_their_instants() -> None:
    case = one(
        "do: [{at: 1m, declare: slow, severity: SEV-3, service: s, team: t, by: bob, note: hi}, "
        "{at: 2m, snooze: 1h, by: bob}], " + EXPECT
    )

    at = case.start_at + MINUTE
    assert [each.event for each in case.script] == [
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

    assert [type(each.event).__name__ for each in case.script] == [
        "AlertReceived",
        "AlertReceived",
        "Acknowledged",
        "NoteAdded",
    ]


def test_without_an_instant_it_is_a_working_day() -> None:
    assert one(EXPECT).start_at % DAY == 10 * HOUR


def test_silences_are_numbered_and_end() -> None:
    case = one(
        "silences: [{match: 'a=b', for: 1h}, {match: ['a=b', 'c=~d.*'], at: 5m, for: 10m}], "
        + EXPECT
    )

    at = case.start_at
    assert [(each.at, each.event) for each in case.script] == [
        (0, SilenceSet("1", matchers("a=b"), at, at + HOUR, "anonymous", "of a test")),
        (
            5 * MINUTE,
            SilenceSet(
                "2",
                matchers('a=b,c=~"d.*"'),
                at + 5 * MINUTE,
                at + 15 * MINUTE,
                "anonymous",
                "of a test",
            ),
        ),
    ]
