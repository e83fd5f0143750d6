"""Grafana's old alerting: the rule is the alert."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ingest.cases import SOURCE, parse, shared_bodies
from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason
from triaged.ingest.common.grafana_legacy import MATCHES_MAX

EXPECTED: dict[str, tuple[str, bool, str]] = {
    "alerting": ("rule-1-7", True, "Zeta CPU alert"),
    "datasource-down-no-matches": ("rule-1-129", True, "Response Time Check"),
    "evalmatch-tags-null-braces": ("rule-1-2", True, "{stats} Test Lambda Alert"),
    "formatted-oncall": (
        "uid-08d6891a-835c-e661-39fa-96b6a9e26552",
        True,
        "TestAlert: The whole system is down",
    ),
    "imageurl": ("rule-1-1", True, "Load peaking!"),
    "no-data-state-alerting-v7": ("rule-1-3", True, "No Data alert"),
    "ok": ("rule-1-7", False, "Zeta CPU alert"),
    "tags-duplicate-matches-v6": ("rule-1-58", True, "Testing -> Battery Voltage alert"),
}
"""Case → identity, whether it fires, name."""


def rule(**fields: Any) -> Parsed:
    """Rule 7 of the second organisation as it reports."""
    body = {"ruleId": 7, "ruleName": "CPU", "orgId": 2, "state": "alerting"} | fields
    return parse("grafana", msgspec.json.encode(body))


@pytest.fixture(scope="module")
def bodies(shared: Path) -> dict[str, bytes]:
    """Bodies of other projects, by the case's name."""
    paths = shared_bodies(shared, "reference/grafana-legacy")
    return {path.stem: path.read_bytes() for path in paths}


def test_every_body_of_other_projects_gives_its_alert(bodies: dict[str, bytes]) -> None:
    found = {}
    for case, body in bodies.items():
        (alert,) = parse("grafana", body).alerts
        found[case] = (alert.fingerprint, alert.firing, alert.labels["alertname"])

    assert found == EXPECTED


def test_resolve_finds_its_alert_without_matches(bodies: dict[str, bytes]) -> None:
    (firing,) = parse("grafana", bodies["alerting"]).alerts
    (resolved,) = parse("grafana", bodies["ok"]).alerts

    assert (firing.fingerprint, firing.firing) == (resolved.fingerprint, not resolved.firing)


def test_tags_of_the_rule_are_labels(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("grafana", bodies["tags-duplicate-matches-v6"]).alerts

    assert alert.labels["severity"] == "warning"
    assert alert.labels["service"] == "Physical"


def test_rule_says_where_it_stands() -> None:
    parsed = rule(
        dashboardId=3,
        panelId=4,
        title="[Alerting] CPU",
        message="high",
        rule_url="http://g/r",
        tags={"team": "ops", "n": 5, "none": None, "odd": [[]]},
        evalMatches=[{"metric": "cpu", "value": 97.5, "tags": {"host": "a"}}, {"metric": "x"}],
    )

    labels = {
        "team": "ops",
        "n": "5",
        "alertname": "CPU",
        "orgId": "2",
        "dashboardId": "3",
        "panelId": "4",
        "ruleId": "7",
    }
    annotations = {
        "summary": "[Alerting] CPU",
        "description": "high",
        "matches": "cpu=97.5, x=",
        "state": "alerting",
    }
    url = "http://g/r"
    expected = Alert(SOURCE, "rule-2-7", True, labels, annotations, None, None, url)
    assert parsed == Parsed([expected])


@pytest.mark.parametrize(
    ("state", "firing"), [("alerting", True), ("no_data", True), ("ok", False), ("paused", False)]
)
def test_state_decides(state: str, *, firing: bool) -> None:
    assert [alert.firing for alert in rule(state=state).alerts] == [firing]


def test_pending_rule_is_no_alert() -> None:
    assert rule(state="pending") == Parsed([])


def test_state_that_is_unknown_is_malformed() -> None:
    with pytest.raises(Malformed) as caught:
        rule(state="odd")

    assert (caught.value.reason, caught.value.problem.where) == (Reason.BAD_STATUS, "$.state")


def test_matches_of_a_fleet_are_counted() -> None:
    matches = [{"metric": "m", "value": number} for number in range(1_000)]

    (alert,) = rule(evalMatches=matches).alerts

    assert alert.annotations["matches"].endswith(f", and {1_000 - MATCHES_MAX} more")
