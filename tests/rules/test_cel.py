"""Conditions in CEL: checked when read, bounded when asked, false where they fail."""

import pytest

from triaged.core.records.model import Alert
from triaged.rules.cel import TEXT_MAX, expression_of
from triaged.rules.conditions import Cel
from triaged.rules.explain.explain import explain
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

MANY = {f"l{number}": "v" for number in range(60)}


def alert(**labels: str) -> Alert:
    """A firing alert."""
    return Alert("am", "f", firing=True, labels=labels, annotations={"summary": "disk full"})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('labels.severity == "critical" && int(labels.replicas) < 2', True),
        ('labels["severity"] in ["page", "critical"]', True),
        ('annotations.summary.contains("full") && source == "am"', True),
        ('labels.severity.matches("^crit")', True),
        ('has(labels.nope) && labels.nope == "x"', False),
        ('labels.exists(name, name.startsWith("repl"))', True),
        ('labels.severity == "info"', False),
        ('labels.nope == "x"', False),
        ("int(labels.severity) > 1", False),
    ],
)
def test_an_expression_is_asked_of_labels_annotations_and_source(text: str, holds: bool) -> None:
    assert expression_of(text).holds(alert(severity="critical", replicas="1")) is holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("labels.x +", "column 11: Syntax error"),
        ("unknown == 1", "column 1: undeclared reference to 'unknown'"),
        ("labels.a == 1", "no matching overload"),
        ("size(labels)", "a condition is true or false; this is INT"),
        ("true || " * 200 + "true", f"may have {TEXT_MAX} characters"),
        ("(" * 400 + "true" + ")" * 400, "recursion limit"),
    ],
)
def test_what_is_wrong_is_said_when_it_is_read(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", "\\(")):
        expression_of(text)


def test_loops_in_loops_end_and_do_not_hold() -> None:
    text = "labels.all(a, labels.all(b, labels.all(c, labels.all(d, a != ''))))"
    expression = expression_of(text)

    assert expression.failure(alert(**MANY)) == "Iteration budget exceeded"
    assert expression.holds(alert(**MANY)) is False


def test_a_rule_asks_it_last_and_explain_says_why_not() -> None:
    text = (
        "rules:\n"
        "  - {name: few, match: ['a=\"b\"'], when: {source: am, cel: 'int(labels.n) < 2'},"
        " set: {severity: SEV-1}}\n"
    )
    rules, problems = read_rules(
        [parse("r.yaml", text.encode())], RuleContext(sources=frozenset({"am"}))
    )

    assert problems == []
    assert isinstance(rules.rules[0].conditions[-1], Cel)
    assert rules.classify(alert(a="b", n="1"), 0).severity == "SEV-1"
    assert rules.classify(alert(a="b", n="3"), 0).severity is None
    (verdict,) = explain(rules, alert(a="b"), 0).rules
    assert verdict.failed == 'int(labels.n) < 2: Key not found in map : "n"'


def test_an_expression_is_equal_to_one_of_the_same_text() -> None:
    assert expression_of("true") == expression_of("true") != expression_of("false")
    assert hash(expression_of("true")) == hash(expression_of("true"))
