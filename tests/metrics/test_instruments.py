"""Every metric exists under the name that dashboards rely on."""

from triaged.metrics import Metrics

NAMES = """
    alerts_received_total alerts_quarantined_total alerts_unclassified_total
    alerts_suppressed_total incidents_opened_total incidents_open response_seconds
    response_targets_total escalations_total pages_total page_latency_seconds
    timer_lateness_seconds outbox_pending outbox_oldest_seconds auditor_repairs_total
    backlog_alerts backlog_oldest_seconds log_lines_dropped_total
    rule_matches_total config_last_reload_successful config_last_reload_success_timestamp_seconds
    ingest_seconds commit_seconds commit_batch_alerts build_info
""".split()


def test_every_promised_metric_exists() -> None:
    metrics = Metrics()
    text = metrics.exposition("")[0].decode()

    missing = [name for name in NAMES if f"# TYPE triaged_{name} " not in text]

    assert missing == []
