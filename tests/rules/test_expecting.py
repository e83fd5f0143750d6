from triaged.core.records.expectations import Expectation
from triaged.core.records.model import Alert, Severity
from triaged.rules.evaluate import RuleSet
from triaged.rules.expecting import expectations_of, expected_of
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

CONTEXT = RuleContext(sources=frozenset({"am", "prometheus"}), policies=frozenset({"loud"}))


def rules(text: str) -> RuleSet:
    found, problems = read_rules([parse("r.yaml", text.encode())], CONTEXT)
    assert problems == []
    return found


def alert(source: str = "am", **labels: str) -> Alert:
    return Alert(source, "f", True, labels, {})


WATCHDOG = """
rules:
  - {name: quiet, match: ['alertname="Watchdog"'], set: {incident: false}, stop: true}
  - name: watchdog
    match: ['alertname="Watchdog"', 'cluster=~"c.*"']
    when: {source: am}
    set: {service: monitoring, team: '{{ labels.team }}', policy: loud}
    expect: {every: 5m, severity: SEV-1}
  - {name: off, match: ['a="b"'], expect: {every: 5m}, mode: disabled}
"""


def test_an_alert_meets_what_it_matches_even_behind_a_rule_that_stops() -> None:
    expected = expected_of(rules(WATCHDOG))

    assert expected is not None
    assert expected.met_by(alert(alertname="Watchdog", cluster="c1")) == ["rule:watchdog"]
    assert expected.met_by(alert(alertname="Watchdog", cluster="d")) == ()
    assert expected.met_by(alert("prometheus", alertname="Watchdog", cluster="c1")) == []


def test_the_incident_belongs_to_whom_the_rule_plainly_names() -> None:
    assert expectations_of(rules(WATCHDOG).rules) == {
        "rule:watchdog": Expectation(
            "rule:watchdog", 300_000_000, Severity.SEV1, service="monitoring", policy="loud"
        )
    }


def test_rules_that_expect_nothing_cost_nothing() -> None:
    assert expected_of(rules("rules: [{name: a, set: {severity: SEV-1}}]")) is None


BY = """
extract:
  - {name: zone, from: annotations.text, pattern: 'in (?P<region>[a-z]+)'}
rules:
  - {name: base, match: ['prom="a"'], set: {labels: {cluster: 'eu-{{ labels.prom }}'}}}
  - name: watchdog
    match: ['alertname="Watchdog"']
    expect: {every: 5m, by: [region, cluster, region]}
"""


def test_by_takes_the_labels_that_texts_and_rules_have_completed() -> None:
    expected = expected_of(rules(BY))
    sent = Alert("am", "f", True, {"alertname": "Watchdog", "prom": "a"}, {"text": "in north"})

    assert expected is not None
    assert expected.met_by(sent) == ['rule:watchdog{cluster="eu-a",region="north"}']


def test_a_label_of_by_that_an_alert_lacks_is_empty() -> None:
    expected = expected_of(rules(BY))

    assert expected is not None
    bare = alert(alertname="Watchdog", cluster="b")
    assert expected.met_by(bare) == ['rule:watchdog{cluster="b",region=""}']


def test_the_expectation_names_its_labels_once_and_in_order() -> None:
    assert expectations_of(rules(BY).rules)["rule:watchdog"].by == ("cluster", "region")


def test_a_rule_may_expect_its_alert_of_any_source() -> None:
    text = "rules: [{name: w, expect: {every: 5m}, across_sources: true}]"

    assert expectations_of(rules(text).rules)["rule:w"].across_sources
    assert not expectations_of(rules(BY).rules)["rule:watchdog"].across_sources


def test_the_first_rule_that_speaks_of_sources_decides_for_the_incident() -> None:
    found = rules(
        "rules: [{name: a, match: 'x=1', across_sources: false}, {name: b, across_sources: true}]"
    )

    assert [found.classify(alert(x=x), 0).across_sources for x in ("1", "2")] == [False, True]
