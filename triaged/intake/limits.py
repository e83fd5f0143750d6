"""Limits on the requests and bytes that ingest works on at once; beyond them it answers 503."""

from prometheus_client import Histogram

from triaged.core.time.durations import SECOND
from triaged.metrics import Metrics

REQUESTS_MAX = 512
"""Alertmanager and Prometheus send over a handful of connections; a burst of groups over 50."""

BYTES_MAX = 128 << 20
"""Bytes of bodies in memory: four of the largest by default, or every request of a storm."""


class Intake:
    """Counts the requests and bytes of bodies that are being worked on."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._children: dict[str, Histogram] = {}
        self.requests = 0
        self.held_bytes = 0

    @property
    def full(self) -> bool:
        """True if one more request is one too many."""
        return self.requests >= REQUESTS_MAX or self.held_bytes >= BYTES_MAX

    def forget(self) -> None:
        """Look the metric's children up again: a reload may have replaced them."""
        self._children.clear()

    def observe(self, source: str, us: int) -> None:
        """Record that a request of `source` took `us` µs."""
        child = self._children.get(source)
        if child is None:
            child = self._children[source] = self._metrics.ingest_seconds.labels(source)
        child.observe(us / SECOND)
