"""Every problem is told at its position, and one bad test spoils no other."""

import pytest

from tests.dry_run.played import read

EXPECT = "expect: {incidents: 1}"


def wrong(text: str) -> list[str]:
    """What is wrong with a test with these keys."""
    _, problems = read(f"tests: [{{name: t, {text}}}]\n")
    return [problem.message for problem in problems]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "expect is missing: a map"),
        ("expect: {}", "nothing is expected: a test that cannot fail"),
        (f"nmae: x, {EXPECT}", "'nmae' is none of name, expect, at, input, do, silences"),
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
        (
            f"expecting: [wachdog], {EXPECT}",
            "'wachdog' is none of chains, source:alertmanager, watchdog",
        ),
        (f"silences: [{{match: 'a=b'}}], {EXPECT}", "for is missing: a duration such as"),
        (f"silences: [{{match: a=b, for: 0s}}], {EXPECT}", "expected some time"),
        (f"silences: [{{match: 'a==', for: 1h}}], {EXPECT}", "'a==', column 3: a value in double"),
        (f"silences: [{{match: 'a=~\".*\"', for: 1h}}], {EXPECT}", "mutes everything: at least"),
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
        ("expect: {muted_by: ['silence:1']}", "'silence:1' does not exist: there are none"),
        (
            "silences: [{match: a=b, for: 1h}], expect: {muted_by: ['slence:1']}",
            "'slence:1' is none of silence:1 (did you mean silence:1?)",
        ),
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
