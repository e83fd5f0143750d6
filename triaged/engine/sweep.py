"""The sweep: which timers incidents must have and lack, some hundred incidents at a time."""

from collections.abc import Sequence

from triaged.core.practice.lacking import TIMER_OF_RECORD
from triaged.core.practice.status.status_deadlines import sets_components
from triaged.core.records.model import Incident
from triaged.core.records.practice.status import PAGE, Component, Post
from triaged.core.records.timers import IncidentTimer
from triaged.core.response.audit import forgotten
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, SECOND
from triaged.core.view import View
from triaged.store.database.base import Reader
from triaged.store.database.connect import Database
from triaged.store.tables import incidents, practice, timers

SWEPT_AT_ONCE = 512
"""Incidents in one look, of those that are not over, and as many of those that are: some 10 ms, of
which 6 on the event loop. 100,000 take most of an hour, a usual number one look."""

ENDED_US = DAY
"""For so long after the time in which it could re-open, an incident that is over is looked at.
Records in hand, such as action items, are looked at whatever has become of their incident."""

OVERDUE_US = 5 * SECOND
"""A timer that is due since less has not been forgotten: it fires."""

BEGINNING: incidents.Ended = (0, 0)


class Sweep:
    """Goes through the incidents, from the first to the last and again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept_to = 0
        self._ended_to = BEGINNING

    async def lost(self, settings: Settings, now: int) -> list[IncidentTimer]:
        """The timers that the next incidents lack, and were due before now."""
        async with self._database.reading(urgent=True) as tx:
            found = await self._next(tx, now - settings.reopen_within - ENDED_US)
            situation = Situation(View(), settings, now)
            found += await _with_records(tx, situation.view, found)
            dues = await timers.dues_of(tx, {incident.number for incident in found})
            await _load_components(tx, situation, found)
        return [
            timer
            for incident in found
            for timer in forgotten(
                situation, incident, dues.get(incident.number, {}), now - OVERDUE_US
            )
        ]

    async def _next(self, tx: Reader, ended_since: int) -> list[Incident]:
        found, self._swept_to = await incidents.live_after(tx, self._swept_to, SWEPT_AT_ONCE)
        behind = max(self._ended_to, (ended_since, 0))
        ended, last = await incidents.ended_after(tx, behind, SWEPT_AT_ONCE)
        self._ended_to = last or BEGINNING
        return found + ended


async def _with_records(tx: Reader, view: View, known: Sequence[Incident]) -> list[Incident]:
    """Load the records in hand without a timer; their incidents that are not known."""
    records = await practice.untimed(tx, TIMER_OF_RECORD)
    for record in records:
        view.add_row(record)
    numbers = {record.incident for record in records if record.incident is not None}
    return await incidents.of_numbers(tx, numbers - {incident.number for incident in known})


async def _load_components(tx: Reader, situation: Situation, found: Sequence[Incident]) -> None:
    """Load what is said of components, where incidents set them by themselves."""
    page = situation.settings.status_page
    if page is not None and page.auto:
        setting = {one.number for one in found if one.live and sets_components(page, one)}
        await practice.load(tx, situation.view, {Component: {PAGE}, Post: setting}, {})
