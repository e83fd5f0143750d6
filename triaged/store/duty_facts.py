"""Facts about duty as the store has them, kept in memory and read again when they have changed."""

import asyncio
from collections.abc import Iterable, Sequence

from triaged.core.oncall.facts import NO_FACTS, DutyFacts, indexed
from triaged.core.records.duty.overrides import FeedShifts, Override
from triaged.core.records.practice.rows import PracticeRow
from triaged.store.database.base import Ask, Bulk, Reader, Row, Writer
from triaged.store.tables.practice_rows import oncall

VERSION = Bulk(
    """WITH v (name) AS ({rows}) SELECT {columns} FROM v CROSS JOIN counters c
       WHERE c.name = v.name""",
    ("text",),
    ("c.next",),
)
"""Locks nothing: a batch that has read the version before a change is decided before it."""

RISE = Bulk(
    """WITH v (name) AS ({rows}) UPDATE counters SET next = counters.next + 1
       FROM v WHERE counters.name = v.name""",
    ("text",),
)
NAME = "duty"
AT_ONCE_MAX = 300_000
"""Characters of rows that are decoded and indexed on the event loop: 1,000 overrides, some 8 ms.
More, such as a feed of 20,000 shifts, is done in a thread."""


class KnownFacts:
    """The facts as this process has read them last."""

    def __init__(self) -> None:
        self.facts: DutyFacts = NO_FACTS

    async def current(self, tx: Reader, now: int) -> DutyFacts:
        """The facts that `tx` sees and that matter from `now` on; one look-up if none changed."""
        return await self.at(tx, await tx.fetch_bulk(*ask()), now)

    async def at(self, tx: Reader, found: Sequence[Row], now: int) -> DutyFacts:
        """The same where the query of `ask` has `found` the version; nothing: it was not asked."""
        if found and found[0][0] != self.facts.version:
            self.facts = await read(tx, now)
        return self.facts


def ask(*, wanted: bool = True) -> Ask:
    """The query for the version of the facts; where it is not `wanted`, it costs nothing."""
    return VERSION, [(NAME,)] if wanted else []


async def read(tx: Reader, at: int) -> DutyFacts:
    """The facts that matter from an instant on. The version is read first: it is never too new."""
    (version,) = await tx.fetch_bulk(VERSION, [(NAME,)])
    overrides, feeds = await oncall.bodies(tx, at)
    if sum(len(body) for (body,) in (*overrides, *feeds)) <= AT_ONCE_MAX:
        return _indexed(overrides, feeds, version[0])
    return await asyncio.to_thread(_indexed, overrides, feeds, version[0])


def _indexed(overrides: Sequence[Row], feeds: Sequence[Row], version: int) -> DutyFacts:
    return indexed(oncall.OVERRIDES.decoded(overrides), oncall.FEEDS.decoded(feeds), version)


async def rise(tx: Writer, rows: Iterable[PracticeRow]) -> None:
    """Raise the version if facts about duty are among the rows that are saved."""
    if any(isinstance(row, Override | FeedShifts) for row in rows):
        await tx.write(RISE, [(NAME,)])
