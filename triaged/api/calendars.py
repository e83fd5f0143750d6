"""`/api/v1/calendars`: business calendars and their next closed days."""

import msgspec
from aiohttp import web

from triaged.core.text.names import meant
from triaged.core.time.calendars import Calendar, is_open, next_holidays
from triaged.core.time.recurring import local_day
from triaged.http import problems
from triaged.http.routes import Call, Scope, route

SHOWN = 10
"""Closed days that are listed: about a year of them."""


class HolidayDocument(msgspec.Struct, frozen=True):
    """A day on which a calendar is closed though it would be a working day."""

    day: str
    name: str
    """`(estimated)` in it: the date goes by the moon, and may move."""


class CalendarDocument(msgspec.Struct, frozen=True):
    """A business calendar."""

    calendar: str
    timezone: str
    hours: str
    open: bool
    """True if it is open now."""
    holidays: list[HolidayDocument]
    """The next ten."""


@route("GET", "/api/v1/calendars/{calendar}", Scope.READ)
async def show(call: Call) -> CalendarDocument | web.Response:
    """A business calendar: its hours, and its next ten closed days."""
    name, known = call.params["calendar"], call.context.configuration.settings.calendars
    if name not in known:
        return problems.not_found(f"there is no calendar {name[:40]!r}{meant(name, known)}")
    return _document(known[name], call.context.clock.now())


def _document(calendar: Calendar, now: int) -> CalendarDocument:
    found = next_holidays(calendar, local_day(now, calendar.zone), SHOWN)
    return CalendarDocument(
        calendar=calendar.name,
        timezone=calendar.timezone,
        hours=calendar.open.text,
        open=is_open(calendar, now),
        holidays=[HolidayDocument(one.day.isoformat(), one.name) for one in found],
    )
