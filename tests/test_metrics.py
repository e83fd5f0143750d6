"""What is counted, under the names that dashboards rely on."""

import subprocess
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from triaged.core.records.effects import (
    ByKind,
    Count,
    Effect,
    EndEpisode,
    NoteResolve,
    Quarantine,
    RepeatAlert,
    SaveIncident,
    SavePage,
    StartEpisode,
)
from triaged.core.records.model import (
    Alert,
    AlertState,
    Incident,
    Outcome,
    Page,
    PageKind,
    PageState,
    Plan,
    Recipient,
    Severity,
    Shadowed,
)
from triaged.metrics import Metrics, Named, StoreCounts

ALERT = Alert("prometheus", "f1", True, {"alertname": "A"}, {})
STATE = AlertState("prometheus", "f1", False, 1, 0, None, None, 1, None, None)
SHADOW = (Shadowed("tried"), Shadowed("other", (("team", "web"),)))
OUTCOME = Outcome(True, (), "A", rules=("base", "database"), shadow=SHADOW)
INCIDENT = Incident(1, (), "A", Severity.SEV1, "rule:base", 0, Plan("default", ()))
PAGE = Page(
    id="INC-1/1/1/1/person:alice/alice/desk",
    incident=1,
    kind=PageKind.PAGE,
    recipient=Recipient("alice", "desk"),
    channel="console",
    urgency="page",
    severity=Severity.SEV1,
    due_at=0,
    created_at=0,
    received_at=1_000_000,
    epoch=1,
    round=1,
    step=1,
)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"triaged_{name}", labels)


def committed(
    metrics: Metrics, effects: Sequence[Effect], *, seconds: float = 0.001, alerts: int = 1
) -> None:
    """Count a commit that wanted `effects`."""
    metrics.committed(ByKind(effects), seconds, alerts)


def test_each_alert_of_a_commit_is_counted_once() -> None:
    metrics = Metrics()

    committed(
        metrics,
        [
            StartEpisode(STATE, ALERT, OUTCOME, 0),
            RepeatAlert(ALERT, 0, None),
            RepeatAlert(ALERT, 0, None),
            EndEpisode(STATE, 0, "resolved"),
            EndEpisode(STATE, 0, "lapsed"),
            EndEpisode(STATE, 0, "restarted"),
            NoteResolve(ALERT),
        ],
        seconds=0.004,
        alerts=5,
    )

    assert value(metrics, "alerts_received_total", source="prometheus", status="firing") == 3
    assert value(metrics, "alerts_received_total", source="prometheus", status="resolved") == 2
    assert value(metrics, "rule_matches_total", rule="base") == 1
    assert value(metrics, "rule_matches_total", rule="database") == 1
    assert value(metrics, "rule_matches_total", rule="tried") == 1
    assert value(metrics, "commit_batch_alerts_sum") == 5
    assert value(metrics, "commit_seconds_sum") == 0.004


def test_incidents_targets_and_escalations_are_counted_by_severity() -> None:
    metrics = Metrics()

    committed(
        metrics,
        [
            SaveIncident(INCIDENT, opened=True),
            SaveIncident(INCIDENT),
            Count("unclassified"),
            Count("escalation", "SEV-1"),
            Count("target", "SEV-1", "missed"),
            Count("response_us", "SEV-1", value=90_000_000),
            Count("value_sets", "rule:chains", "am"),
        ],
    )

    assert value(metrics, "incidents_opened_total", severity="SEV-1") == 1
    assert value(metrics, "alerts_unclassified_total") == 1
    assert value(metrics, "escalations_total", severity="SEV-1") == 1
    assert value(metrics, "limits_hit_total", limit="value_sets", source="am") == 1
    assert value(metrics, "response_targets_total", severity="SEV-1", outcome="missed") == 1
    assert value(metrics, "response_seconds_bucket", severity="SEV-1", le="60.0") == 0
    assert value(metrics, "response_seconds_bucket", severity="SEV-1", le="300.0") == 1


def test_pages_are_counted_by_what_came_of_them() -> None:
    metrics = Metrics()
    sent = replace(PAGE, state=PageState.SENT, sent_at=1_040_000, attempts=1, answered=1)
    held = replace(PAGE, error="timed out", attempts=1, answered=1)
    failed = replace(PAGE, state=PageState.FAILED, error="gone")
    update = replace(sent, kind=PageKind.UPDATE)

    pages = [SavePage(page) for page in (sent, held, failed, update)]
    committed(metrics, [*pages, Count("retried", "console")])

    assert value(metrics, "pages_total", channel="console", outcome="sent") == 2
    assert value(metrics, "pages_total", channel="console", outcome="retried") == 1
    assert value(metrics, "pages_total", channel="console", outcome="failed") == 1
    assert value(metrics, "page_latency_seconds_count", channel="console") == 1
    assert value(metrics, "page_latency_seconds_sum", channel="console") == 0.04


def test_quarantine_is_counted_by_source_and_reason_alert_by_alert() -> None:
    metrics = Metrics()
    kept = Quarantine("grafana", "wrong_shape", "", b"x", {}, 0)

    committed(metrics, [kept, replace(kept, alerts=900)])

    assert value(metrics, "alerts_quarantined_total", source="grafana", reason="wrong_shape") == 901


def test_what_may_be_counted_begins_at_zero_and_ends_with_its_name() -> None:
    metrics = Metrics()
    before = Named(("grafana", "old"), ("not_json",), ("console",), ("base", "old"))
    metrics.expect(before)
    committed(metrics, [Quarantine("grafana", "not_json", "", b"x", {}, 0)])

    metrics.expect(replace(before, sources=("grafana",), rules=("base", "new")))

    assert value(metrics, "alerts_received_total", source="grafana", status="resolved") == 0
    assert value(metrics, "alerts_quarantined_total", source="grafana", reason="not_json") == 1
    assert value(metrics, "alerts_quarantined_total", source="old", reason="not_json") is None
    assert value(metrics, "ingest_seconds_count", source="grafana") == 0
    assert value(metrics, "alerts_suppressed_total", reason="silence") == 0
    assert value(metrics, "pages_total", channel="console", outcome="retried") == 0
    assert value(metrics, "page_latency_seconds_count", channel="console") == 0
    assert [value(metrics, "rule_matches_total", rule=rule) for rule in ("base", "new", "old")] == [
        0,
        0,
        None,
    ]


def test_what_the_store_no_longer_holds_goes_to_zero() -> None:
    metrics = Metrics()
    metrics.stored(StoreCounts({("SEV-1", "open"): 3}, 1, 2, 4_000_000, 5, 7, 3_000_000), 5_000_000)
    assert value(metrics, "incidents_open", severity="SEV-1", state="open") == 3
    assert value(metrics, "outbox_oldest_seconds") == 1
    assert value(metrics, "backlog_alerts") == 7
    assert value(metrics, "backlog_oldest_seconds") == 2

    metrics.stored(StoreCounts({}, 0, 0, None, 0, 0, None), 6_000_000)

    assert value(metrics, "incidents_open", severity="SEV-1", state="open") == 0
    assert value(metrics, "outbox_pending") == 0
    assert value(metrics, "outbox_oldest_seconds") == 0
    assert value(metrics, "backlog_alerts") == 0
    assert value(metrics, "backlog_oldest_seconds") == 0


def test_a_failed_reload_keeps_the_time_of_the_last_good_one() -> None:
    metrics = Metrics()
    metrics.reloaded(7_000_000, successful=True)

    metrics.reloaded(9_000_000, successful=False)

    assert value(metrics, "config_last_reload_successful") == 0
    assert value(metrics, "config_last_reload_success_timestamp_seconds") == 7


def test_two_daemons_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()

    one.alerts_unclassified.inc()

    assert value(other, "alerts_unclassified_total") == 0


def test_openmetrics_is_given_when_asked_for() -> None:
    body, content_type = Metrics().exposition("application/openmetrics-text; version=1.0.0")

    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_promtool_finds_nothing_to_say(require: Callable[[str], str]) -> None:
    promtool = require("promtool")
    metrics = Metrics()
    committed(metrics, [SaveIncident(INCIDENT, opened=True), Count("unclassified")])
    metrics.ingest_seconds.labels("prometheus").observe(0.002)

    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=metrics.exposition("")[0],
        capture_output=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


@pytest.mark.parametrize("mark", ["test", "drill"])
def test_tests_of_contacts_and_drills_are_not_counted(mark: str) -> None:
    metrics = Metrics()
    sent = replace(PAGE, state=PageState.SENT, sent_at=1_040_000, **{mark: True})
    failed = replace(PAGE, state=PageState.FAILED, error="gone", **{mark: True})

    drill = SaveIncident(replace(INCIDENT, kind="drill"), opened=True)
    committed(metrics, [drill, SavePage(sent), SavePage(failed)])

    assert value(metrics, "incidents_opened_total", severity="SEV-1") == 0
    assert not value(metrics, "pages_total", channel="console", outcome="sent")
    assert not value(metrics, "pages_total", channel="console", outcome="failed")
    assert not value(metrics, "page_latency_seconds_count", channel="console")
