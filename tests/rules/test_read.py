import pytest

from tests.core.response.test_escalation import OFFICE
from triaged.core.records.model import Alert
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

CONTEXT = RuleContext(
    calendars={"office": OFFICE},
    teams=frozenset({"payments"}),
    policies=frozenset({"default"}),
    sources=frozenset({"alertmanager"}),
)


def problems(*files: str) -> list[str]:
    """Everything that is wrong with these files."""
    documents = [parse(f"{n}.yaml", text.encode()) for n, text in enumerate(files)]
    _, found = read_rules(documents, CONTEXT)
    return [f"{'warning: ' if p.warning else ''}{p}" for p in found]


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("{name: a, set: {severty: SEV-1}}", "'severty' is none of severity"),
        ("{name: a, set: {severity: SEV-5}}", "'SEV-5' is none of SEV-1, SEV-2, SEV-3, SEV-4"),
        ("{name: a, set: {policy: defualt}}", "did you mean default?"),
        ("{name: a, set: {team: payment}}", "warning: 0.yaml"),
        ("{name: a, when: {during: offce}, set: {severity: SEV-1}}", "did you mean office?"),
        ("{name: a, when: {source: alertmanger}, set: {severity: SEV-1}}", "alertmanager?"),
        ("{name: a, match: ['x=~\"(\"'], set: {severity: SEV-1}}", "missing )"),
        ("{name: a, set: {title: '{{ 1+1 }}'}}", "`add` is not allowed"),
        ("{name: A B, set: {severity: SEV-1}}", "lower-case"),
        ("{name: a}", "sets nothing"),
        ("{name: a, set: {group_by: []}}", "an empty list"),
        ("{name: a, set: {group_by: [x, '']}}", "a label has a name"),
        ("{name: a, set: {labels: {'': x}}}", "a label has a name"),
        ("{name: a, set: {runbook: 'javascript:alert(1)'}}", "an http or https address"),
        ("{name: a, when: {source: []}, set: {severity: SEV-1}}", "an empty list"),
        ('{name: a, match: \'x="1" y="2"\', set: {severity: SEV-1}}', "column 7: a comma"),
        ("{name: a, set: {title: '{{ lables.x }}'}}", "did you mean labels?"),
        ("{set: {severity: SEV-1}}", "name"),
        ("{name: a, set: {severity: SEV-1}, mode: shade}", "did you mean shadow?"),
        (
            "{name: a, set: {severity: SEV-1}, until: 2026-12-31}",
            "0.yaml:2:46: until is for `mode: shadow`; this rule is active",
        ),
        (
            "{name: a, set: {severity: SEV-1}, mode: shadow, until: 2026-02-30}",
            "2026-02-30",
        ),
        ("{name: a, mode: shadow, until: soon}", "expected a day such as 2026-12-31"),
        ("{name: a, mode: shadow, expect: {every: 5m}}", "nothing is expected in the shadow"),
        ("{name: a, set: {raise: [{to: SEV-1}]}}", "when is missing"),
        ("{name: a, set: {raise: [{to: SEV-1, when: {}}]}}", "expected one of alerts, distinct"),
        ("{name: a, set: {raise: [{to: SEV-1, when: {alerts: 9}}]}}", "need `within`"),
        ("{name: a, set: {raise: [{to: SEV-1, when: {alerts: 1, within: 5m}}]}}", "from 2 to"),
        (
            "{name: a, set: {raise: [{to: SEV-1, when: {distinct: pod, within: 5m}}]}}",
            "count go together",
        ),
        ("{name: a, set: {raise: [{to: SEV-1, when: {firing_for: 0s}}]}}", "not none"),
        ("{name: a, expect: {}}", "every is missing"),
        ("{name: a, expect: {every: 1s}}", "at least 10s"),
        ("{name: a, expect: {every: 5m, by: ['a b']}}", "'a b' is no label to expect by"),
        ("{name: a, expect: {every: 5m, by: [expect]}}", "'expect' is no label to expect by"),
        ("{name: a, expect: {every: 5m, by: [a, b, c, d, e, f]}}", "more than 5 labels"),
        ("{name: 'a{b}', expect: {every: 5m}}", "does not end in }"),
        ("{name: a, expect: {every: 5m}, when: {during: office}}", "at every hour"),
        ("{name: a, set: {resolve: {hold: soon}}}", "a duration such as"),
    ],
)
def test_a_mistake_is_named_where_it_stands(rule: str, complaint: str) -> None:
    found = problems(f"rules:\n  - {rule}\n")

    assert any(complaint in problem for problem in found), found
    assert all("0.yaml:2:" in problem for problem in found)


def test_every_problem_of_every_file_is_found_at_once() -> None:
    found = problems(
        "rules: [{name: a, set: {policy: x}}, {name: b, set: {severity: SEV-9}}]",
        "rules: [{name: a, set: {severity: SEV-1}}]",
        "maintenence: []",
    )

    assert len(found) == 4
    assert "the name of the rule at 0.yaml:1:16, too" in found[2]


def test_no_problem_hides_another_of_its_rule() -> None:
    match = """rules: [{name: a, match: ['a="b'], when: {source: [1, x]}, """
    found = problems(f"{match}set: {{severty: 1, policy: y}}}}]")

    assert [problem.partition(": ")[0] for problem in found] == [
        *("0.yaml:1:27", "0.yaml:1:52", "0.yaml:1:66", "0.yaml:1:55", "0.yaml:1:86"),
    ]


def test_good_rules_count_beside_bad_ones() -> None:
    document = parse("r.yaml", b"rules: [{name: a, set: {severity: SEV-1}}, {name: b, x: 1}]")

    rules, found = read_rules([document], CONTEXT)

    assert rules.names == ("a",)
    assert len(found) == 1


def test_matchers_are_a_list_or_a_text_each_of_one_or_several() -> None:
    texts = (
        """['a="1"', 'b=~"2"']""",
        """['a="1", b=~"2"']""",
        """'a="1", b=~"2"'""",
        """'{a="1",b=~"2",}'""",
    )

    for text in texts:
        document = parse("r.yaml", f"rules: [{{name: a, match: {text}, stop: true}}]".encode())
        rules, found = read_rules([document], CONTEXT)
        assert found == [], text
        alerts = [
            Alert("am", "f", True, labels, {}) for labels in ({"a": "1", "b": "2"}, {"a": "1"})
        ]
        assert [rules.matching(alert, 0) for alert in alerts] == [1, 0], text


def test_layout_and_order_of_keys_do_not_change_the_digest() -> None:
    texts = (
        b"rules: [{name: a, set: {severity: SEV-1, service: x}}]",
        b"# comment\nrules:\n  - set: {service: 'x', severity: SEV-1}\n    name: a\n",
        b"rules: [{name: a, set: {severity: SEV-1, service: y}}]",
    )

    one, same, other = (read_rules([parse("r", text)], CONTEXT)[0].digest for text in texts)

    assert one == same != other


def test_no_files_are_no_rules() -> None:
    rules, found = read_rules([], CONTEXT)

    assert (rules.names, found) == ((), [])


@pytest.mark.parametrize("section", ["rules", "suppress", "maintenance", "extract", "mappings"])
def test_section_without_entries_is_an_error(section: str) -> None:
    document = parse("r.yaml", f"allow_empty: false\n{section}:\n".encode())

    _, problems = read_rules([document], RuleContext())

    assert str(problems[0]) == (
        f"r.yaml:2:1: {section} has no entries: the file may be cut off. "
        f"Write `{section}: []`, or `allow_empty: true`"
    )
    assert not problems[0].warning


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n"])
def test_file_with_nothing_in_it_is_a_warning(text: str) -> None:
    _, problems = read_rules([parse("r.yaml", text.encode())], RuleContext())

    assert [each.warning for each in problems] == [True]
    assert problems[0].message.startswith("the file has no rules")


@pytest.mark.parametrize("text", ["allow_empty: true\nrules:\n", "rules: []\n"])
def test_file_may_be_empty_on_purpose(text: str) -> None:
    document = parse("r.yaml", text.encode())

    assert read_rules([document], RuleContext())[1] == []
