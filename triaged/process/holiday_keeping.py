"""Say when another version of the library of holidays has moved one that is near."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import structlog

from triaged.clock import Clock
from triaged.config.holidays import holidays_of
from triaged.config.model import Configuration
from triaged.core.time.durations import SECOND
from triaged.core.time.recurring import local_day, zone_of
from triaged.store.database.connect import Database
from triaged.store.tables.own import holidays_told

NEAR_DAYS = 90
"""What moves later is told when it comes near, or by nobody: countries proclaim days late."""

log = structlog.get_logger()


class HolidayKeeping:
    """Compares once after the start, and after each reload."""

    name = "holiday_keeping"
    every_us = SECOND

    def __init__(
        self, database: Database, clock: Clock, configuration: Callable[[], Configuration]
    ) -> None:
        self._database = database
        self._clock = clock
        self._configuration = configuration
        self._done: Configuration | None = None

    async def once(self) -> None:
        """Warn of days that are holidays now and were not, and of those that no longer are."""
        configuration = self._configuration()
        if configuration is self._done:
            return
        known = await asyncio.to_thread(_known, configuration.holiday_places)
        async with self._database.reading() as tx:
            before = await holidays_told.last(tx)
        today = local_day(self._clock.now(), zone_of(configuration.timezone))
        for place, days in known.items():
            for day, text in moved(before.get(place, days), days, today):
                log.warning("calendar.holiday_moved", place=place, day=day.isoformat(), now=text)
        if before != known:
            async with self._database.transaction() as tx:
                await holidays_told.replace(tx, known)
        self._done = configuration


def _known(places: frozenset[str]) -> dict[str, dict[date, str]]:
    return {place: dict(holidays_of(place)) for place in sorted(places)}


def moved(
    before: Mapping[date, str], after: Mapping[date, str], today: date
) -> list[tuple[date, str]]:
    """The near days that are holidays in one of the two alone, and what each is now."""
    end = today + timedelta(days=NEAR_DAYS)
    changed = sorted(day for day in before.keys() ^ after.keys() if today <= day <= end)
    return [(day, after.get(day, f"no holiday; it was {before.get(day)}")) for day in changed]
