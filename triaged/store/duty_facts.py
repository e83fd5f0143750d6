"""Facts about duty as the store has them, kept in memory and read again when they have changed."""

from collections.abc import Iterable

from triaged.core.oncall.facts import NO_FACTS, DutyFacts, indexed
from triaged.core.records.oncall import FeedShifts, Override
from triaged.core.records.practice.rows import PracticeRow
from triaged.store.database.base import Bulk, Reader, Writer
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


class KnownFacts:
    """The facts as this process has read them last."""

    def __init__(self) -> None:
        self.facts: DutyFacts = NO_FACTS

    async def current(self, tx: Reader, now: int) -> DutyFacts:
        """The facts that `tx` sees and that matter from `now` on; one look-up if none changed."""
        (version,) = await tx.fetch_bulk(VERSION, [(NAME,)])
        if version[0] != self.facts.version:
            self.facts = await read(tx, now)
        return self.facts


async def read(tx: Reader, at: int) -> DutyFacts:
    """The facts that matter from an instant on. The version is read first: it is never too new."""
    (version,) = await tx.fetch_bulk(VERSION, [(NAME,)])
    return indexed(await oncall.in_force_after(tx, at), await oncall.feeds(tx), version[0])


async def rise(tx: Writer, rows: Iterable[PracticeRow]) -> None:
    """Raise the version if facts about duty are among the rows that are saved."""
    if any(isinstance(row, Override | FeedShifts) for row in rows):
        await tx.write(RISE, [(NAME,)])
