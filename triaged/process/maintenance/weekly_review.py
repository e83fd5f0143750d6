"""Make the weekly review when it is due, and have it sent."""

import asyncio
from collections.abc import Callable

import structlog

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.practice.learning.review import review_of
from triaged.core.practice.learning.review_notice import review_key
from triaged.core.records.events import ReviewMade
from triaged.core.settings import Settings
from triaged.core.text.learning.review import review_mail, review_sentence
from triaged.core.time.durations import DAY, SECOND
from triaged.core.time.recurring import zone_of
from triaged.core.view import key_text
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.queries.review import known_of
from triaged.store.tables import incidents

LATE_MAX_US = DAY
"""A review that could not be sent for longer is left to `triaged review`: the next one comes."""

log = structlog.get_logger()


class WeeklyReview:
    """Asks four times a minute whether the review of a week is due.

    Every daemon does; the first to decide has it sent, and the others find that it was.
    """

    name = "weekly_review"
    every_us = 15 * SECOND

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._configuration = configuration
        self._done_at = 0
        """The instant of the review that needs no further look."""

    async def once(self) -> None:
        """Make the review of the week that has just ended, unless that was done."""
        settings, now = self._configuration().settings, self._clock.now()
        plan = settings.weekly_review
        if plan is None:
            return
        slot_at = plan.at.last(now, zone_of(settings.timezone))
        if slot_at == self._done_at or now - slot_at > LATE_MAX_US:
            return
        if not await self._was_sent(slot_at):
            await self._send(settings, slot_at)
        self._done_at = slot_at

    async def _was_sent(self, slot_at: int) -> bool:
        asked = incidents.ask_keys([key_text(review_key(slot_at))])
        async with self._database.reading() as tx:
            return bool(await tx.fetch_bulk(*asked))

    async def _send(self, settings: Settings, slot_at: int) -> None:
        since = slot_at - 7 * DAY
        known = await known_of(self._database, settings, since, slot_at)
        sections = await asyncio.to_thread(review_of, known)
        text = review_mail(sections, since, slot_at, zone_of(settings.timezone))
        made = ReviewMade(slot_at, review_sentence(sections), text)
        await self._engine.submit([made], urgent=False)
        log.info("review.made", findings=sum(len(one.findings) for one in sections))
