"""Which dead man's switches an alert feeds."""

from msgspec.structs import replace

from tests.core.world import MONDAY, settings
from triaged.core.records.expectations import Expectation
from triaged.core.records.model import Alert, Severity
from triaged.core.settings import Settings
from triaged.core.time.durations import DAY, MINUTE
from triaged.rules.expecting import expectations_of, expected_of
from triaged.rules.explain.explained_expecting import ExplainedExpectation, explained_expecting
from triaged.rules.read import RuleContext, read_rules
from triaged.wire import instant_text
from triaged.yamlschema.document import parse

RULES = """
rules:
  - {name: quiet, stop: true}
  - {name: watchdog, match: ['alertname="Watchdog"'], expect: {every: 5m, severity: SEV-1}}
  - {name: chains, match: ['alertname="Chain"'], expect: {every: 5m, by: [cluster]}}
  - {name: other, match: ['alertname="Backup"'], expect: {every: 1d}}
"""


def world() -> Settings:
    """Two rules expect something, and so does a source."""
    rules, problems = read_rules([parse("r.yaml", RULES.encode())], RuleContext())
    assert problems == []
    source = Expectation("source:am", DAY)
    expectations = {**expectations_of(rules.rules), "source:am": source}
    expected = expected_of(rules)
    return replace(settings(), rules=rules, expectations=expectations, expected=expected)


def alert(name: str, source: str = "am") -> Alert:
    """A firing one."""
    return Alert(source, "f", firing=True, labels={"alertname": name}, annotations={})


def test_an_expectation_is_told_with_when_it_would_be_missed_also_behind_a_stop() -> None:
    found = explained_expecting(world(), alert("Watchdog"), MONDAY)

    unclassified = world().unclassified
    assert found == [
        ExplainedExpectation(
            "rule:watchdog", "r.yaml:4:5", "5m", instant_text(MONDAY + 5 * MINUTE), Severity.SEV1
        ),
        ExplainedExpectation("source:am", "", "1d", instant_text(MONDAY + DAY), unclassified),
    ]


def test_an_alert_that_nothing_expects_feeds_nothing() -> None:
    assert explained_expecting(world(), alert("Down", "grafana"), MONDAY) == []
    assert (
        explained_expecting(replace(world(), expected=None), alert("Watchdog", "x"), MONDAY) == []
    )


def test_an_alert_that_is_expected_by_labels_feeds_its_own_values() -> None:
    chain = Alert("x", "f", True, {"alertname": "Chain", "cluster": "eu1"}, {})

    (found,) = explained_expecting(world(), chain, MONDAY)

    assert (found.name, found.where) == ('rule:chains{cluster="eu1"}', "r.yaml:5:5")
