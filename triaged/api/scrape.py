"""What a scrape asks of the store, at most every five seconds: how much of each there is."""

from triaged.api.context import Context
from triaged.core.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.metrics import StoreCounts
from triaged.store import backlog, incidents, pages

FRESH_US = 5 * SECOND


async def refresh(context: Context) -> None:
    """Bring the gauges up to date; while the store is away they keep what they showed."""
    now = context.clock.now()
    if context.counted_at is not None and now - context.counted_at < FRESH_US:
        return
    try:
        async with context.database.reading() as tx:
            rows = await incidents.counts(tx)
            pending, oldest_at = await pages.pending(tx)
            waiting = await backlog.extent(tx)
    except StoreUnavailable:
        return
    context.counted_at = now
    counts = {(severity, state): number for severity, state, number in rows}
    stored = StoreCounts(counts, pending, oldest_at, waiting.alerts, waiting.oldest_at)
    context.metrics.stored(stored, now)
