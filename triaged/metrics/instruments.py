"""Names, help texts, labels and buckets of every metric, in one registry."""

import platform
from collections.abc import Sequence

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from triaged import __version__
from triaged.core.muting.muters import Muter
from triaged.core.records.model import LIVE, Severity
from triaged.core.records.practice.requests import COUNTED_AS

# A `_created` series for each counter would double the answer.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # has no types

RESPONSE_BUCKETS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
"""The response targets of the severities (5 m, 15 m, 1 h) and what lies between and beyond."""

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""A page is promised in 50 ms on loopback; an attempt may take 10 s, retries take minutes."""

LATENESS_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
"""A timer is promised within 100 ms; after an outage it is late by the outage."""

WORK_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""A commit is an fsync, and a request waits for one or two."""

BATCH_BUCKETS = (1, 4, 16, 64, 256, 1024, 4096)
"""A request of Prometheus holds at most 256 alerts; a batch holds several requests."""


MAIL_OUTCOMES = ("accepted", "ignored", "rejected", "put_off", "quarantined")


class Instruments:
    """Every metric of one daemon, registered; labels of closed sets begin at 0."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._alerts()
        self._incidents()
        self._pages()
        self._providers()
        self._own_work()

    def _providers(self) -> None:
        self.channel_usable = self._gauge(
            "channel_usable",
            "1 if a channel's last self-test passed.",
            "channel",
        )
        self.callbacks = self._counter(
            "callbacks",
            "Calls of providers to /callbacks: `taken`, `unauthorized` (no valid signature),"
            " `malformed`, `dropped` (too many at once).",
            "channel",
            "outcome",
        )

    def _alerts(self) -> None:
        self.alerts_received = self._counter(
            "alerts_received", "Alerts accepted from senders, repeats included.", "source", "status"
        )
        self.alerts_quarantined = self._counter(
            "alerts_quarantined", "Bodies or alerts that could not be used.", "source", "reason"
        )
        self.alerts_ignored = self._counter(
            "alerts_ignored",
            "Reports of alerts that changed nothing: late, or of a copy that is not known.",
            "source",
            "reason",
        )
        self.changes_received = self._counter(
            "changes_received", "Deployments and other changes accepted from senders.", "source"
        )
        self.alerts_unclassified = self._counter(
            "alerts_unclassified", "Episodes to which no rule gave a severity."
        )
        self.alerts_suppressed = self._counter(
            "alerts_suppressed",
            "Firing alerts of incidents that were muted when something was due.",
            "reason",
        )
        for muter in Muter:
            self.alerts_suppressed.labels(muter)
        self.rule_matches = self._counter(
            "rule_matches", "Episodes that a rule matched, also from the shadow.", "rule"
        )
        self.ingest_seconds = self._histogram(
            "ingest_seconds",
            "From a request's first byte of body to its answer.",
            WORK_BUCKETS_S,
            "source",
        )
        self.requests_refused = self._counter(
            "requests_refused", "Requests that were not done, by why.", "reason"
        )
        self.limits_hit = self._counter(
            "limits_hit",
            "Limits that a body of a source or a request of the API has met: `alerts` in a body and"
            " values in an alert, `patterns` of a silence or filter, `max_body`, `value_sets` of"
            " `expect.by` of a rule, `reports` of customers by the public form, `connections` that"
            " bring mail, `questions` whose answers take long.",
            "limit",
            "source",
        )
        self.mails_received = self._counter(
            "mails_received", "Mails that came in, and what became of them.", "outcome"
        )
        for outcome in MAIL_OUTCOMES:
            self.mails_received.labels(outcome)
        self.limits_hit.labels("patterns", "api")
        self.limits_hit.labels("questions", "api")
        self.limits_hit.labels("reports", "form")
        for limit, where in (("pages", "console"), ("sign_ins", "login"), ("sign_ins", "links")):
            self.limits_hit.labels(limit, where)

    def _incidents(self) -> None:
        self.incidents_opened = self._counter(
            "incidents_opened", "Incidents opened, by severity at opening.", "severity"
        )
        self.incidents_open = self._gauge(
            "incidents_open", "Incidents that are open or acknowledged.", "severity", "state"
        )
        self.incidents_exhausted = self._gauge(
            "incidents_exhausted", "Open incidents that nobody answered in all rounds."
        )
        self.response_seconds = self._histogram(
            "response_seconds", "From arming to acknowledgement.", RESPONSE_BUCKETS_S, "severity"
        )
        self.response_targets = self._counter(
            "response_targets", "Response targets that ended, met or missed.", "severity", "outcome"
        )
        self.updates_missed = self._counter(
            "updates_missed", "Internal updates that were late.", "severity"
        )
        self.postmortems_waived = self._counter(
            "postmortems_waived", "Postmortems that an admin decided not to need.", "severity"
        )
        self.postmortems_due = self._gauge(
            "postmortems_due", "Postmortems that are asked for and not yet published."
        )
        self.actions_overdue = self._gauge(
            "actions_overdue", "Action items that are unfinished and were due before today."
        )
        self.escalations = self._counter(
            "escalations", "Escalation steps that fired because nobody answered.", "severity"
        )
        for severity in Severity:
            self.incidents_opened.labels(severity)
            self.response_seconds.labels(severity)
            self.escalations.labels(severity)
            self.updates_missed.labels(severity)
            self.postmortems_waived.labels(severity)
            for state in sorted(LIVE):
                self.incidents_open.labels(severity, state)
            for outcome in ("met", "missed"):
                self.response_targets.labels(severity, outcome)

    def _pages(self) -> None:
        self.pages = self._counter(
            "pages", "Delivery attempts and skips, by what came of them.", "channel", "outcome"
        )
        self.page_latency = self._histogram(
            "page_latency_seconds",
            "From the alert or the due step to the provider's acceptance of the page.",
            LATENCY_BUCKETS_S,
            "channel",
        )
        self.outbox_pending = self._gauge("outbox_pending", "Pages that have not gone out yet.")
        self.requests = self._counter(
            "requests", "Requests to third parties, by what came of them.", "kind", "outcome"
        )
        for labels in COUNTED_AS:
            self.requests.labels(*labels)
        self.requests_pending = self._gauge(
            "requests_pending", "Requests to third parties that wait."
        )
        self.outbox_oldest = self._gauge(
            "outbox_oldest_seconds", "By how much the oldest pending page is overdue."
        )

    def _own_work(self) -> None:
        self.backlog_alerts = self._gauge(
            "backlog_alerts", "Alerts that are on disk and not decided yet."
        )
        self.backlog_oldest = self._gauge(
            "backlog_oldest_seconds", "How long the oldest alert that is not decided has waited."
        )
        self.timer_lateness = self._histogram(
            "timer_lateness_seconds", "How late timers fired.", LATENESS_BUCKETS_S
        )
        self.auditor_repairs = self._counter(
            "auditor_repairs", "Overdue work found and repaired by the sweep; should stay 0."
        )
        self.commit_seconds = self._histogram(
            "commit_seconds", "Time to decide and commit a batch.", WORK_BUCKETS_S
        )
        self.commit_batch_alerts = self._histogram(
            "commit_batch_alerts", "Alerts per committed batch.", BATCH_BUCKETS
        )
        self.log_lines_dropped = self._counter(
            "log_lines_dropped", "Lines of the log that nobody took: a pipe that is full or closed."
        )
        self.reload_successful = self._gauge(
            "config_last_reload_successful", "Whether the last configuration reload succeeded."
        )
        self.reload_success_at = self._gauge(
            "config_last_reload_success_timestamp_seconds",
            "When the configuration was last loaded successfully.",
        )
        build = self._gauge(
            "build_info", "Always 1; the labels say what runs.", "version", "pythonversion"
        )
        build.labels(__version__, platform.python_version()).set(1)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"triaged_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"triaged_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"triaged_{name}", text, labels, buckets=buckets, registry=self.registry)
