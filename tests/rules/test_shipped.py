"""The rules that come with triaged, on alerts that real rule files raise."""

import csv
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.shipped import alerts, rules_of, told_of
from triaged.config.read import load
from triaged.core.records.model import Alert
from triaged.core.settings import Settings
from triaged.dry_run.ruletests.case_results import result_of
from triaged.dry_run.ruletests.cases import play
from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
from triaged.rules.evaluate import RuleSet
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

RULES = sorted((ROOT / "rules").glob("*.yaml"))
TESTS = sorted((ROOT / "rules/tests").glob("*.yaml"))
REAL_ALERTS_MIN = 150
CATALOGUE = ROOT / "tests/rules/catalogue.csv"
"""Names and labels of alerts in public rule files, and the severity that a person gives them."""

AGREEMENT_MIN = 0.97
"""402 of 411; without the library, by the label alone, 287."""

DIFFERENT = {
    ("KafkaISRExpandRate", "warning"): "replicas come back: the recovery, not the loss",
    ("KafkaISRShrinkRate", "warning"): "partitions without enough replicas have their own alert",
    ("KafkaPreferredReplicaImbalance", "warning"): "slower at worst; no copy is missing",
    ("JvmThreadsDeadlocked", "critical"): "a deadlock does not end by itself, as shortage may",
    ("PostgresTablesNotVaccumed", "critical"): "wears for days before anybody is slowed",
    ("MySQLHeartbeatLag", "critical"): "as MySQLReplicationLag, which measures the same",
    ("ContainerLowMemoryUsage", "info"): "too much memory is reserved: a matter of cost",
    ("SidekiqSchedulingLatencyTooHigh", "critical"): "what is scheduled may be what users wait for",
}
"""Where the library decides otherwise than the person who rated the alerts, and why."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    configuration = load(ROOT / "config.example.yaml", {}).configuration
    assert configuration is not None
    return configuration.settings


@pytest.fixture(scope="module")
def shipped(settings: Settings) -> RuleSet:
    assert isinstance(settings.rules, RuleSet)
    return settings.rules


def severity(rules: RuleSet, **labels: str) -> str | None:
    """What an alert becomes."""
    return told_of(rules, labels).severity


def test_shipped_rules_need_nothing_of_the_configuration() -> None:
    _, problems = read_rules([parse(f.name, f.read_bytes()) for f in RULES], RuleContext())

    assert problems == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.stem))
def test_shipped_tests_of_rules_pass(settings: Settings, shipped: RuleSet, path: Path) -> None:
    context = TestContext(
        settings, frozenset({"alertmanager", "grafana"}), frozenset(shipped.names)
    )

    cases, problems = read_tests([parse(path.name, path.read_bytes())], context)

    assert problems == []
    assert [case.name for case in cases if not result_of(play(case, settings)).passed] == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.stem))
def test_what_is_commented_out_is_right(path: Path) -> None:
    uncommented = re.sub(r"^  #(?=- |  \S)", "  ", path.read_text(), flags=re.MULTILINE)

    _, problems = read_rules([parse(path.name, uncommented.encode())], RuleContext())

    assert problems == []


def test_every_shipped_rule_says_why() -> None:
    rules = [rule for path in RULES for rule in rules_of(parse(path.name, path.read_bytes()))]

    assert [rule.name for rule in rules if not rule.description] == []


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


def test_a_label_that_the_operator_changed_counts(shipped: RuleSet) -> None:
    assert severity(shipped, alertname="KubeJobFailed", severity="critical") == "SEV-2"
    assert severity(shipped, alertname="BlackboxProbeFailed", severity="info") == "SEV-4"


def catalogue() -> list[dict[str, str]]:
    with CATALOGUE.open(newline="") as file:
        return list(csv.DictReader(file))


def test_real_alerts_become_what_a_person_suggests_but_where_we_say_why(shipped: RuleSet) -> None:
    rows = catalogue()

    different = [
        (row["alertname"], row["severity"])
        for row in rows
        if outcome(shipped, row["alertname"], row["severity"]) != row["expected"]
    ]

    assert set(different) == set(DIFFERENT)
    assert len(rows) > 400
    assert 1 - len(different) / len(rows) >= AGREEMENT_MIN


def test_the_tests_stand_on_real_alerts(shipped: RuleSet) -> None:
    real = {(row["alertname"], row["severity"]) for row in catalogue()}

    tested = {(told.alertname, told.label) for told in alerts(shipped)}

    assert len(tested & real) >= REAL_ALERTS_MIN
    assert len(tested - real) <= 6  # labels that an operator changed, and Grafana's own alerts


def outcome(rules: RuleSet, alertname: str, label: str) -> str:
    """The severity in the catalogue's words."""
    return severity(rules, alertname=alertname, severity=label) or "none"


def test_workloads_behind_one_exporter_are_incidents_of_their_own(shipped: RuleSet) -> None:
    scrape = {"service": "x-kube-state-metrics", "pod": "x-kube-state-metrics-6d8f9c7b5d-x2k4v"}
    own = {"alertname": "PodRestartsOften", "severity": "critical", "namespace": "shop"}
    pods = [scrape | own | {"pod": f"{name}-5d9c7b8f6d-hq7nd"} for name in ("cart", "pay")]
    deployments = [scrape | own | {"deployment": name} for name in ("cart", "pay")]

    outcomes = [
        shipped.classify(Alert("am", str(labels), True, labels, {}), 0)
        for labels in pods + deployments
    ]

    assert len({outcome.key for outcome in outcomes}) == 4
    assert {outcome.service for outcome in outcomes} == {None}


WORKLOADS = """
tests:
  - name: two workloads behind one exporter, the first acknowledged
    at: 2026-03-30T10:00:00+02:00
    input:
      - {alertname: KubePodCrashLooping, severity: critical, cluster: eu1, namespace: shop,
         pod: checkout-1, service: kube-prometheus-stack-kube-state-metrics}
      - {alertname: KubePodCrashLooping, severity: critical, cluster: eu1, namespace: shop,
         pod: payments-1, service: kube-prometheus-stack-kube-state-metrics, _at: 20m}
    do: [{at: 3m, ack: alice}]
    until: 21m
    expect: EXPECT
"""


@pytest.mark.parametrize(
    ("expected", "passes"),
    [
        ("{incidents: 1}", False),
        ("{incidents: 2, pages: [{at: 0s, to: alice}, {at: 20m, to: alice}]}", True),
    ],
)
def test_the_second_workload_pages_while_somebody_has_the_first(
    settings: Settings, shipped: RuleSet, expected: str, *, passes: bool
) -> None:
    context = TestContext(settings, frozenset({"alertmanager"}), frozenset(shipped.names))
    text = WORKLOADS.replace("EXPECT", expected)

    (case,), problems = read_tests([parse("workloads", text.encode())], context)

    assert problems == []
    assert result_of(play(case, settings)).passed == passes
