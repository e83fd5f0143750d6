"""What Grafana says between the lines is said in titles, keys and labels of ours."""

import pytest

from triaged.core.records.model import Alert, Outcome
from triaged.rules.read import RuleContext, read_rules
from triaged.rules.recognising import recognised
from triaged.yamlschema.document import parse

REFUSED = "failed to execute query [A]: dial tcp 10.0.0.7:9090: connect: connection refused"
WRONG = "[sse.parseError] failed to parse expression [B]: unknown function"


def classify(alert: Alert, rules: str = "rules: []") -> Outcome:
    """What these rules make of an alert."""
    rule_set, problems = read_rules([parse("r.yaml", rules.encode())], RuleContext())
    assert problems == []
    return rule_set.classify(alert, 0)


def grafana(name: str, annotations: dict[str, str], **labels: str) -> Alert:
    return Alert("grafana", "f", True, {"alertname": name, **labels}, annotations)


def test_title_says_that_grafana_could_not_look() -> None:
    said = {"grafana_state_reason": "Error", "Error": REFUSED, "summary": "Payments fail"}

    outcome = classify(grafana("Payments failing", said, service="payments"))

    assert outcome.title == "Grafana query failed (Error): Payments fail"


@pytest.mark.parametrize(
    ("reason", "title"),
    [
        ("NoData", "Grafana got no data (NoData): Slow"),
        ("Error, KeepLast", "Grafana query failed (Error, KeepLast): Slow"),
        ("Paused", "Grafana (Paused): Slow"),
        ("", "Slow"),
    ],
)
def test_every_reason_is_told(reason: str, title: str) -> None:
    assert classify(grafana("Slow", {"grafana_state_reason": reason})).title == title


def test_rules_match_the_reason_as_a_label() -> None:
    rules = """
rules:
  - {name: blind, match: ['grafana_state_reason=~"(Error|NoData).*"'], set: {severity: SEV-3}}
"""
    outcome = classify(grafana("Slow", {"grafana_state_reason": "NoData"}), rules)

    assert (outcome.severity, outcome.labels["grafana_state_reason"]) == ("SEV-3", "NoData")


def test_a_label_of_that_name_is_the_senders() -> None:
    alert = grafana("Slow", {"grafana_state_reason": "Error"}, grafana_state_reason="mine")

    assert recognised(alert) == {}


@pytest.mark.parametrize("name", ["DatasourceNoData", "DatasourceError"])
def test_rules_without_an_answer_are_one_incident_each(name: str) -> None:
    said = {"grafana_state_reason": name.removeprefix("Datasource"), "Error": WRONG}

    first, second = (
        classify(grafana(name, said, rulename=rule, datasource_uid="P8"))
        for rule in ("Disk", "Queue")
    )

    assert first.key != second.key
    assert first.title.endswith(": Disk")
    assert second.title.endswith(": Queue")


def test_a_data_source_that_is_gone_is_one_incident() -> None:
    said = {"grafana_state_reason": "Error", "Error": REFUSED}

    first, second, other = (
        classify(grafana("DatasourceError", said, rulename=rule, datasource_uid=uid))
        for rule, uid in (("Disk", "P8"), ("Queue", "P8"), ("Disk", "P9"))
    )

    assert first.key == second.key != other.key
    assert first.title == "Grafana query failed (Error): data source P8 is not reached (rule Disk)"


def test_group_by_of_a_rule_holds_for_grafanas_own_alerts_too() -> None:
    rules = "rules: [{name: all, set: {group_by: [alertname]}}]"

    outcome = classify(grafana("DatasourceNoData", {}, rulename="Disk"), rules)

    assert outcome.key == (("alertname", "DatasourceNoData"),)


def test_a_test_of_grafanas_opens_nothing_unless_a_rule_asks_for_it() -> None:
    alert = grafana("TestAlert", {"summary": "Notification test"}, instance="Grafana")
    rules = """rules: [{name: tests, match: ['test_message="grafana"'], set: {incident: true}}]"""

    assert classify(alert).incident is False
    assert classify(alert, rules).incident is True
    assert classify(grafana("TestAlert", {}, instance="db-1")).incident is True


@pytest.mark.parametrize(
    ("labels", "title"),
    [
        ({"instance": "a", "job": "node", "zz": "1"}, "instance=a, job=node, zz=1"),
        ({"severity": "critical", "pod": "p", "b": "2", "a": "1", "c": "3"}, None),
        ({"__name__": "x"}, "f"),
    ],
)
def test_an_alert_without_a_name_is_told_by_its_most_telling_labels(
    labels: dict[str, str], title: str | None
) -> None:
    outcome = classify(Alert("am", "f", True, labels, {}))

    assert outcome.title == (title or "pod=p, severity=critical, a=1, b=2")
