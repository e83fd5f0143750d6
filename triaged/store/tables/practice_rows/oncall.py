"""Overrides, proposals to swap, and the last good copies of calendar feeds."""

from collections.abc import Iterable

from triaged.core.records.duty.overrides import FeedShifts, Override, Swap, SwapState
from triaged.store.database.base import Ask, Bulk, Reader, Row, Transaction
from triaged.store.database.listing import Where
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
SWAPS = RowTable(
    Swap,
    "swaps",
    Column("state", "text", lambda row: row.state),
    Column("expires_at", "bigint", lambda row: row.expires_at),
    Column("made_at", "bigint", lambda row: row.made_at),
    Column("made_key", "text", lambda row: row.key),
)
FEEDS = RowTable(FeedShifts, "feed_shifts", Column("schedule", "text", lambda row: row.schedule))

TABLES = (OVERRIDES, SWAPS, FEEDS)


def _by_key(table: str) -> Bulk:
    return Bulk(
        f"WITH v (made_key) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN {table} r"
        " WHERE r.made_key = v.made_key AND r.made_key <> ''",
        ("text",),
        ("r.body",),
    )


OVERRIDES_BY_KEY, SWAPS_BY_KEY = _by_key("overrides"), _by_key("swaps")


def ask_keys(keys: Iterable[str]) -> list[Ask]:
    """The queries for the overrides and the swaps that were made under these keys."""
    rows = [(key,) for key in sorted(keys)]
    return [(OVERRIDES_BY_KEY, rows), (SWAPS_BY_KEY, rows)]


async def bodies(tx: Reader, at: int) -> tuple[list[Row], list[Row]]:
    """The encoded overrides whose effect ends after the instant, and the feeds, by identity."""
    return (
        await tx.fetch("SELECT body FROM overrides WHERE until_at > $1 ORDER BY id", at),
        await tx.fetch("SELECT body FROM feed_shifts ORDER BY id"),
    )


async def fetch(tx: Reader, identity: str) -> Override | None:
    """The override with this identity."""
    found = OVERRIDES.decoded(await tx.fetch_bulk(*OVERRIDES.ask_ids([identity])))
    return found[0] if found else None


async def fetch_swap(tx: Reader, identity: str) -> Swap | None:
    """The swap with this identity."""
    found = SWAPS.decoded(await tx.fetch_bulk(*SWAPS.ask_ids([identity])))
    return found[0] if found else None


async def find(
    tx: Reader, schedule: str | None, over_before: int | None, page: tuple[str | None, int]
) -> tuple[list[Override], str | None]:
    """Overrides, the latest made first, and the cursor of what follows `page` (cursor, limit).

    `over_before` leaves out those whose effect was over then.
    """
    asked = Where("made_at", ("id",), *page)
    if schedule is not None:
        asked.add("schedule = {}", schedule)
    if over_before is not None:
        asked.add("until_at > {}", over_before)
    rows = await tx.fetch(f"SELECT body FROM overrides {asked.sql()}", *asked.arguments)
    return asked.page(OVERRIDES.decoded(rows), lambda row: (row.made_at, row.id))


async def find_swaps(tx: Reader, page: tuple[str | None, int]) -> tuple[list[Swap], str | None]:
    """Proposals, the latest made first, and the cursor of what follows `page` (cursor, limit)."""
    asked = Where("made_at", ("id",), *page)
    rows = await tx.fetch(f"SELECT body FROM swaps {asked.sql()}", *asked.arguments)
    return asked.page(SWAPS.decoded(rows), lambda row: (row.made_at, row.id))


async def proposed(tx: Reader) -> list[Swap]:
    """Every proposal that waits for an answer, the first to expire first."""
    rows = await tx.fetch("SELECT body FROM swaps WHERE state = 'proposed' ORDER BY expires_at, id")
    return SWAPS.decoded(rows)


async def expired_swaps(tx: Reader, now: int, limit: int) -> list[Swap]:
    """Proposals that nobody has answered in time, the oldest first."""
    rows = await tx.fetch(
        "SELECT body FROM swaps WHERE state = $1 AND expires_at <= $2"
        " ORDER BY expires_at, id LIMIT $3",
        SwapState.PROPOSED,
        now,
        limit,
    )
    return SWAPS.decoded(rows)


KEPT_MAX = 10_000
"""Overrides, and swaps, that are kept once they are over: years of a busy team."""

PRUNED_AT_ONCE = 500


async def prune(tx: Transaction, now: int) -> int:
    """Delete the oldest overrides and swaps that are over and too many; how many went."""
    gone = 0
    for table, over in (
        ("overrides", "until_at < $1"),
        ("swaps", "state <> 'proposed' AND expires_at < $1"),
    ):
        gone += await tx.execute(
            f"""DELETE FROM {table} WHERE {over} AND id IN (SELECT id FROM {table}
                ORDER BY made_at DESC, id DESC LIMIT $2 OFFSET $3)""",
            now,
            PRUNED_AT_ONCE,
            KEPT_MAX,
        )
    return gone
