"""Everything that triaged counts, in a registry of its own (docs/reference: metrics).

Labels come from closed sets or from the configuration, never from alerts. What is counted per
alert is tallied per commit, so that a repeat costs a dictionary update.
"""

import platform
from collections import Counter as Tally
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec
import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from triaged import __version__
from triaged.core.muting.muters import Muter
from triaged.core.records.effects import (
    ByKind,
    Count,
    EndEpisode,
    IgnoreReport,
    NoteResolve,
    Quarantine,
    RepeatAlert,
    SaveIncident,
    SavePage,
    SaveRow,
    StartEpisode,
)
from triaged.core.records.model import (
    LIVE,
    IgnoredReason,
    Outcome,
    Page,
    PageKind,
    PageState,
    Severity,
)
from triaged.core.records.practice.requests import COUNTED_AS, Request
from triaged.core.time.durations import SECOND

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


STATUSES = ("firing", "resolved")
SOURCE_LIMITS = ("alerts", "max_body", "value_sets")
RETRIED = "retried"
OUTCOMES = (PageState.SENT, PageState.FAILED, PageState.SUPERSEDED, RETRIED)


class StoreCounts(msgspec.Struct, frozen=True):
    """Numbers that a scrape reads from the store."""

    incidents: Mapping[tuple[str, str], int]
    """(severity, state) → how many; only live states."""
    exhausted: int
    """How many open incidents have no round left."""
    outbox_pending: int
    outbox_oldest_at: int | None
    """Instant at which the oldest pending page was due; None: there is none."""
    requests_pending: int
    backlog_alerts: int
    backlog_oldest_at: int | None
    """Instant at which the oldest undecided body came in; None: there is none."""
    postmortems_due: int = 0
    actions_overdue: int = 0


class Named(msgspec.Struct, frozen=True):
    """Values of labels besides closed sets of the core: reasons, names of the configuration."""

    sources: Collection[str] = ()
    reasons: Collection[str] = ()
    channels: Collection[str] = ()
    rules: Collection[str] = ()


Series = tuple[Counter | Histogram, tuple[str, ...]]
"""A metric, and values of its labels."""


class Metrics:
    """The counters of one daemon. `committed` is part of what observes the engine."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._alerts()
        self._incidents()
        self._pages()
        self._own_work()
        self._expected: frozenset[Series] = frozenset()

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
            " `expect.by` of a rule, `reports` of customers by the public form.",
            "limit",
            "source",
        )
        self.limits_hit.labels("patterns", "api")
        self.limits_hit.labels("reports", "form")

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

    def committed(self, effects: ByKind, seconds: float, alerts: int) -> None:
        """Count what a commit wrote; `alerts` is how many its batch held."""
        self.commit_seconds.observe(seconds)
        self.commit_batch_alerts.observe(alerts)
        self._received(effects)
        self._matched([effect.outcome for effect in effects.of(StartEpisode)])
        for saved in effects.of(SaveIncident):
            if saved.opened and saved.incident.kind == "incident":
                self.incidents_opened.labels(saved.incident.severity).inc()
        for kept in effects.of(Quarantine):
            self.alerts_quarantined.labels(kept.source, kept.reason).inc(kept.alerts)
        for sent in effects.of(SavePage):
            self._page_ended(sent.page)
        for row in effects.of(SaveRow):
            if isinstance(row.row, Request) and (outcome := row.row.outcome) is not None:
                self.requests.labels(row.row.kind, outcome).inc()
        for count in effects.of(Count):
            self._counted(count)

    def _received(self, effects: ByKind) -> None:
        firing = Tally(effect.alert.source for effect in effects.of(StartEpisode))
        firing.update(effect.alert.source for effect in effects.of(RepeatAlert))
        ended = [effect for effect in effects.of(EndEpisode) if effect.by == "resolved"]
        resolved = Tally(effect.state.source for effect in ended)
        resolved.update(effect.alert.source for effect in effects.of(NoteResolve))
        for ignored in effects.of(IgnoreReport):
            source = ignored.alert.source
            (firing if ignored.alert.firing else resolved).update([source])
            self.alerts_ignored.labels(source, ignored.reason).inc()
        for status, tally in zip(STATUSES, (firing, resolved), strict=True):
            for source, number in tally.items():
                self.alerts_received.labels(source, status).inc(number)

    def _matched(self, outcomes: Sequence[Outcome]) -> None:
        walks = Tally(outcome.rules for outcome in outcomes)
        walks.update(tuple(one.rule for one in outcome.shadow) for outcome in outcomes)
        matched: Tally[str] = Tally()
        for rules, number in walks.items():
            matched.update(dict.fromkeys(rules, number))
        for rule, number in matched.items():
            self.rule_matches.labels(rule).inc(number)

    def _page_ended(self, page: Page) -> None:
        if page.test or page.drill:
            return  # a contact that does not work is no page that failed, and a drill none at all
        match page.state:
            case PageState.DUE:
                return  # it waits: what it waits for is another matter
            case PageState.SENT if page.sent_at is not None and page.kind is PageKind.PAGE:
                latency_us = max(page.sent_at - page.received_at, 0)
                self.page_latency.labels(page.channel).observe(latency_us / SECOND)
            case _:
                pass  # an update, or one that never went out
        self.pages.labels(page.channel, page.state).inc()

    def _counted(self, count: Count) -> None:
        match count.metric:
            case "unclassified":
                self.alerts_unclassified.inc(count.value)
            case "escalation":
                self.escalations.labels(count.label).inc(count.value)
            case "update_missed":
                self.updates_missed.labels(count.label).inc(count.value)
            case "postmortem_waived":
                self.postmortems_waived.labels(count.label).inc(count.value)
            case "target":
                self.response_targets.labels(count.label, count.outcome).inc(count.value)
            case "response_us":
                self.response_seconds.labels(count.label).observe(count.value / SECOND)
            case "suppressed":
                self.alerts_suppressed.labels(count.label).inc(count.value)
            case "retried":
                self.pages.labels(count.label, RETRIED).inc(count.value)
            case "value_sets":
                self.limits_hit.labels("value_sets", count.outcome).inc(count.value)

    def expect(self, named: Named) -> None:
        """Begin at 0 what may be counted, and forget what is named no more.

        Prometheus sees no increase in the first value of a series.
        """
        wanted = frozenset(self._series(named))
        for metric, labels in self._expected - wanted:
            metric.remove(*labels)
        for metric, labels in wanted - self._expected:
            metric.labels(*labels)
        self._expected = wanted

    def _series(self, named: Named) -> Iterator[Series]:
        for source in named.sources:
            yield self.ingest_seconds, (source,)
            yield from ((self.limits_hit, (limit, source)) for limit in SOURCE_LIMITS)
            yield from ((self.alerts_received, (source, status)) for status in STATUSES)
            yield from ((self.alerts_quarantined, (source, reason)) for reason in named.reasons)
            yield from ((self.alerts_ignored, (source, reason)) for reason in IgnoredReason)
        for channel in named.channels:
            yield self.page_latency, (channel,)
            yield from ((self.pages, (channel, outcome)) for outcome in OUTCOMES)
        yield from ((self.rule_matches, (rule,)) for rule in named.rules)

    def reloaded(self, at: int, *, successful: bool) -> None:
        """The configuration was loaded at `at` (µs), or could not be."""
        self.reload_successful.set(int(successful))
        if successful:
            self.reload_success_at.set(at / SECOND)

    def stored(self, counts: StoreCounts, now: int) -> None:
        """Show what the store holds; a kind of incident that is gone goes to 0."""
        for severity in Severity:
            for state in LIVE:
                number = counts.incidents.get((severity, state), 0)
                self.incidents_open.labels(severity, state).set(number)
        self.incidents_exhausted.set(counts.exhausted)
        self.outbox_pending.set(counts.outbox_pending)
        self.requests_pending.set(counts.requests_pending)
        self.outbox_oldest.set(_age_s(counts.outbox_oldest_at, now))
        self.backlog_alerts.set(counts.backlog_alerts)
        self.backlog_oldest.set(_age_s(counts.backlog_oldest_at, now))
        self.postmortems_due.set(counts.postmortems_due)
        self.actions_overdue.set(counts.actions_overdue)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """(body, content type) of a scrape: OpenMetrics if `accept` asks for it, else text.

        https://prometheus.io/docs/instrumenting/exposition_formats/
        """
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


def _age_s(since: int | None, now: int) -> float:
    return 0 if since is None else max(now - since, 0) / SECOND
