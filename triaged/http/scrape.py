"""The gauges of a scrape that the store feeds, and the label values that count from zero.

The store is asked at most every five seconds.
"""

from triaged.core.time.durations import SECOND
from triaged.core.time.recurring import local_day
from triaged.engine.engine import DECISION_FAILED
from triaged.errors import StoreUnavailable
from triaged.http.context import Context
from triaged.ingest import Reason
from triaged.intake.decode import NO_SOURCE, PARSER_FAILED, TOO_LARGE
from triaged.metrics import Named, StoreCounts
from triaged.rules.evaluate import RuleSet
from triaged.store.tables import backlog, incidents, pages
from triaged.store.tables.practice_rows import action_items, postmortems, requests

FRESH_US = 5 * SECOND
REASONS = (*Reason, TOO_LARGE, PARSER_FAILED, NO_SOURCE, DECISION_FAILED)
"""Reasons for which bodies and alerts go to quarantine."""


def expect(context: Context) -> None:
    """Start the counters of everything that the configuration names at 0, at each load of it."""
    configuration = context.configuration
    rules = configuration.settings.rules
    named = Named(
        sources=configuration.sources,
        reasons=REASONS,
        channels=configuration.channels,
        rules=[rule.name for rule in rules.loaded] if isinstance(rules, RuleSet) else (),
    )
    context.metrics.expect(named)
    context.intake.forget()


async def refresh(context: Context) -> None:
    """Bring the gauges up to date; they keep their values while the store is away."""
    now = context.clock.now()
    if context.counted_at is not None and now - context.counted_at < FRESH_US:
        return
    try:
        async with context.database.reading() as tx:
            rows = await incidents.counts(tx)
            exhausted = await incidents.exhausted(tx)
            pending, oldest_at = await pages.pending(tx)
            asked = await requests.pending(tx)
            waiting = await backlog.extent(tx)
            due = await postmortems.due(tx)
            overdue = await action_items.overdue(tx, _today(context, now))
    except StoreUnavailable:
        return
    context.counted_at = now
    counts = {(severity, state): number for severity, state, number in rows}
    stored = StoreCounts(
        counts,
        exhausted,
        pending,
        oldest_at,
        asked,
        waiting.alerts,
        waiting.oldest_at,
        postmortems_due=due,
        actions_overdue=overdue,
    )
    context.metrics.stored(stored, now)


def _today(context: Context, now: int) -> str:
    """The date where action items are due."""
    zone = context.configuration.settings.working_days.zone
    return local_day(now, zone).isoformat()
