"""Connections from the engine to whoever follows from a commit."""

from collections import Counter
from collections.abc import Sequence

import structlog

from triaged.core.alerts.expectations import VALUE_SETS_MAX
from triaged.core.records.effects import (
    ArmTimer,
    ByKind,
    Count,
    Effect,
    IgnoreReport,
    LookAgain,
    SaveRow,
)
from triaged.core.time.durations import SECOND
from triaged.delivery import Delivery
from triaged.delivery.requests import Requests
from triaged.engine.timekeeper import Timekeeper
from triaged.http.context import Context
from triaged.metrics import Metrics
from triaged.process.maintenance.status_page import StatusPageKeeper

log = structlog.get_logger()


class Connections:
    """Passes each commit on: to the counters, the live views, and the loops that have work now."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.context: Context | None = None
        self.timekeeper: Timekeeper | None = None
        self.delivery: Delivery | None = None
        self.status_page: StatusPageKeeper | None = None
        self.requests: Requests | None = None

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Count the effects, publish them, and wake the loops that have something to do."""
        found = ByKind(effects)
        self.metrics.committed(found, seconds, alerts)
        ignored = Counter((e.alert.source, e.reason) for e in found.of(IgnoreReport))
        for (source, reason), count in ignored.items():
            log.info("alerts.ignored", source=source, reason=reason, count=count)
        beyond = Counter(e.label for e in found.of(Count) if e.metric == "value_sets")
        for rule, count in beyond.items():
            log.warning("expectation.limit_hit", rule=rule, alerts=count, limit=VALUE_SETS_MAX)
        if self.context is not None:
            self.context.event_stream.committed(found)
        if self.status_page is not None:
            self.status_page.committed(found.of(SaveRow))
        dues = [effect.timer.due_at for effect in found.of(ArmTimer)]
        dues += [effect.at for effect in found.of(LookAgain)]
        if self.delivery is not None:
            self.delivery.committed(found)
        if self.requests is not None:
            self.requests.committed(found)
        if self.timekeeper is not None and dues:
            self.timekeeper.wake(min(dues))

    def fired(self, lateness_us: Sequence[int]) -> None:
        """Timers fired; how late, in µs."""
        for us in lateness_us:
            self.metrics.timer_lateness.observe(us / SECOND)

    def repaired(self, count: int) -> None:
        """The sweep found and did so much forgotten work."""
        self.metrics.auditor_repairs.inc(count)
