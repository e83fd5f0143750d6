"""Ingest is bounded in requests and in bytes."""

from triaged.intake.limits import BYTES_MAX, REQUESTS_MAX, Intake
from triaged.metrics import Metrics


def test_it_is_full_with_too_many_requests_or_bytes() -> None:
    idle, many, large = Intake(Metrics()), Intake(Metrics()), Intake(Metrics())
    many.requests = REQUESTS_MAX
    large.held_bytes = BYTES_MAX

    assert (idle.full, many.full, large.full) == (False, True, True)


def test_requests_are_timed_by_source() -> None:
    metrics = Metrics()
    intake = Intake(metrics)

    intake.observe("grafana", 2_000)
    intake.observe("grafana", 4_000)

    total = metrics.registry.get_sample_value("triaged_ingest_seconds_sum", {"source": "grafana"})
    assert total == 0.006
