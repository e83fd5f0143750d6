"""Overrides, and the last good copies of calendar feeds."""

from triaged.core.records.oncall import FeedShifts, Override
from triaged.store.database.base import Reader
from triaged.store.tables.practice_rows.row_table import Column, RowTable

OVERRIDES = RowTable(
    Override,
    "overrides",
    Column("schedule", "text", lambda row: row.schedule),
    Column("start_at", "bigint", lambda row: row.start_at),
    Column("until_at", "bigint", lambda row: row.until_at),
    Column("made_at", "bigint", lambda row: row.made_at),
    Column("made_key", "text", lambda row: row.key),
)
FEEDS = RowTable(FeedShifts, "feed_shifts", Column("schedule", "text", lambda row: row.schedule))

TABLES = (OVERRIDES, FEEDS)


async def in_force_after(tx: Reader, at: int) -> list[Override]:
    """The overrides whose effect ends after the instant, in order of their identities."""
    rows = await tx.fetch("SELECT body FROM overrides WHERE until_at > $1 ORDER BY id", at)
    return OVERRIDES.decoded(rows)


async def feeds(tx: Reader) -> list[FeedShifts]:
    """The last good copy of every feed, by name."""
    return FEEDS.decoded(await tx.fetch("SELECT body FROM feed_shifts ORDER BY id"))
