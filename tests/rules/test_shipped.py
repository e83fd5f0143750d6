"""The rules that come with triaged, on alerts that real rule files raise."""

import csv
from pathlib import Path

import pytest

from tests.conftest import ROOT
from triaged.core.model import Alert
from triaged.documents import parse
from triaged.rules.evaluate import RuleSet
from triaged.rules.read import RuleContext, read_rules

AGREEMENT_MIN = 0.69
"""287 of 411. A label cannot say what a service means: the rest is what the operator's own rules
are for."""


@pytest.fixture(scope="module")
def shipped() -> RuleSet:
    files = sorted((ROOT / "rules").glob("*.yaml"))
    rules, problems = read_rules([parse(f.name, f.read_bytes()) for f in files], RuleContext())
    assert problems == []
    return rules


def severity(rules: RuleSet, **labels: str) -> str | None:
    """What an alert becomes."""
    return rules.classify(Alert("am", "f", True, labels, {}), 0).severity


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("critical", "SEV-2"),
        ("page", "SEV-2"),
        ("SEV1", "SEV-1"),
        ("sev-3", "SEV-3"),
        ("Warning", "SEV-3"),
        ("info", "SEV-4"),
        ("P2", "SEV-2"),
        ("whatever", None),
    ],
)
def test_the_usual_severity_labels_mean_something(
    shipped: RuleSet, label: str, expected: str | None
) -> None:
    assert severity(shipped, alertname="X", severity=label) == expected


@pytest.mark.parametrize("name", ["Watchdog", "InfoInhibitor"])
def test_alerts_for_machines_open_nothing(shipped: RuleSet, name: str) -> None:
    outcome = shipped.classify(Alert("am", "f", True, {"alertname": name}, {}), 0)

    assert not outcome.incident


def test_grafana_that_cannot_see_is_degraded_unless_its_label_says_otherwise(
    shipped: RuleSet,
) -> None:
    assert severity(shipped, alertname="DatasourceNoData") == "SEV-3"
    assert severity(shipped, alertname="DatasourceError", severity="critical") == "SEV-2"


def test_real_alerts_become_what_a_person_suggests_more_often_than_not(
    shipped: RuleSet, shared: Path
) -> None:
    with (shared / "reference/alerts-catalogue.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    agreed = sum(
        suggestion(shipped, row["alertname"], row["severity"]) == row["sev_suggested"]
        for row in rows
    )

    assert len(rows) > 400
    assert agreed / len(rows) >= AGREEMENT_MIN


def suggestion(rules: RuleSet, alertname: str, label: str) -> str:
    """In the catalogue's words."""
    labels = {"alertname": alertname, "severity": label}
    outcome = rules.classify(Alert("am", "f", True, labels, {}), 0)
    return (outcome.severity or "").replace("-", "") if outcome.incident else "NONE"
