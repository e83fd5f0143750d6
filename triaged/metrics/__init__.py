"""Everything that triaged counts, in a registry of its own (docs/reference: metrics).

Labels come from closed sets or from the configuration, never from alerts. What is counted per
alert is tallied per commit, so that a repeat costs a dictionary update.
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec
from prometheus_client import Counter, Histogram
from prometheus_client.exposition import choose_encoder

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
from triaged.core.records.practice.requests import Request
from triaged.core.time.durations import SECOND
from triaged.metrics.instruments import Instruments

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


class Metrics(Instruments):
    """The counters of one daemon. `committed` is part of what observes the engine."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: frozenset[Series] = frozenset()

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
