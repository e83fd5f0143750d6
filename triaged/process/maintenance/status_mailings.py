"""Mailings of the status page: in bounded batches, behind everything urgent; and what is forgotten.

A published post makes one row. Its subscribers get their requests here, so many at a time that
the transactions of pages are not held up.
"""

from collections.abc import Callable

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.records.practice.status import Mailing
from triaged.core.records.practice.status_events import MailingAdvanced
from triaged.core.time.durations import DAY, MINUTE, SECOND
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.tables.practice_rows import status

SUBSCRIBERS_AT_ONCE = 25
"""Requests in one transaction: some milliseconds. One such batch a second is twice what the lane of
mails sends."""

MAILINGS_AT_ONCE = 4
FORGET_AT_ONCE = 500
FORGET_EVERY_US = 10 * MINUTE
MAILINGS_KEPT_US = 30 * DAY


class StatusMailings:
    """Carries the mailings on that are under way."""

    name = "status_mailings"
    every_us = SECOND

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        current: Callable[[], Configuration],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._current = current
        self._forget_at = 0

    async def once(self) -> None:
        """Give the next subscribers of each mailing their requests; delete what is due."""
        async with self._database.reading() as tx:
            found = await status.mailings(tx, MAILINGS_AT_ONCE)
        for mailing in found:
            await self._engine.submit([await self._next(mailing)], urgent=False)
        now = self._clock.now()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY_US
            await self._forget(now)

    async def _next(self, mailing: Mailing) -> MailingAdvanced:
        async with self._database.reading() as tx:
            ids = await status.active_after(tx, mailing.after, SUBSCRIBERS_AT_ONCE)
        return MailingAdvanced(
            id=mailing.id,
            thread=mailing.thread,
            post=mailing.post,
            after=mailing.after,
            subscribers=tuple(ids),
            last=len(ids) < SUBSCRIBERS_AT_ONCE,
        )

    async def _forget(self, now: int) -> None:
        async with self._database.transaction() as tx:
            gone = await status.forget(tx, now, FORGET_AT_ONCE)
            await status.forget_old(tx, now - MAILINGS_KEPT_US)
            await status.forget_threads(tx, now - self._current().retention.incidents)
        if gone == FORGET_AT_ONCE:
            self._forget_at = now
