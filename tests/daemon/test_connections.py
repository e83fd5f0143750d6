from triaged.core.records.effects import ArmTimer, Count, IgnoreReport
from triaged.core.records.model import Alert, IgnoredReason
from triaged.core.records.timers import StepDue
from triaged.daemon.connections import Connections
from triaged.metrics import Metrics

ALERT = Alert("prometheus", "f1", True, {"alertname": "A"}, {})


def test_a_commit_is_counted_before_the_other_parts_exist() -> None:
    metrics = Metrics()
    connections = Connections(metrics)

    connections.committed(
        [
            IgnoreReport(ALERT, IgnoredReason.LATE_END, 0),
            Count("value_sets", "rule", "prometheus"),
            ArmTimer(StepDue(1, 0, 1, 1, 1)),
        ],
        0.001,
        1,
    )

    assert (
        metrics.registry.get_sample_value(
            "triaged_alerts_ignored_total", {"source": "prometheus", "reason": "late_end"}
        )
        == 1
    )


def test_lateness_and_repairs_are_counted() -> None:
    metrics = Metrics()
    connections = Connections(metrics)

    connections.fired([0, 2_000_000])
    connections.repaired(3)

    value = metrics.registry.get_sample_value
    assert value("triaged_timer_lateness_seconds_sum") == 2
    assert value("triaged_auditor_repairs_total") == 3
