"""Business calendars: when people work, and what that means for a deadline."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.time.durations import DAY
from triaged.core.time.recurring import HORIZON_DAYS, Recurring, edge, local_day, zone_of

BUSINESS_DAY_WITHIN = 31
"""Days within which there is a working day from each day on: the longest summer closure."""

CHECKED_YEARS = range(2024, 2052)
"""Years whose holidays are known, and in which calendars are checked."""


class Holiday(msgspec.Struct, frozen=True):
    """A day on which a calendar is closed, and its name."""

    day: date
    name: str


class Calendar(msgspec.Struct, frozen=True):
    """Opening hours in a time zone."""

    name: str
    timezone: str
    open: Recurring
    holidays: tuple[Holiday, ...] = ()
    """The names of closed days, in order; `open.closed` is what counts."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return zone_of(self.timezone)


def problems(calendar: Calendar) -> tuple[str, ...]:
    """The faults that make the calendar unusable, a sentence each; callers add the position."""
    found = []
    try:
        zone_of(calendar.timezone)
    except ValueError as error:
        found.append(str(error))
    if not any(window.start < window.end for window in calendar.open.week):
        found.append(f"calendar {calendar.name!r} is never open: give it hours, such as 'mon-fri'")
    elif day := _without_work(calendar):
        found.append(
            f"calendar {calendar.name!r} has no working day within {BUSINESS_DAY_WITHIN} days of"
            f" {day.isoformat()}: what is due by the next business day would wait for weeks"
        )
    return tuple(found)


def _without_work(calendar: Calendar) -> date | None:
    """The first day from which on no working day comes in time; None: there is none."""
    if not calendar.open.closed:
        return None
    day = since = date(CHECKED_YEARS.start, 1, 1)
    while day.year in CHECKED_YEARS:
        if calendar.open.of_day(day):
            since = day
        elif (day - since).days > BUSINESS_DAY_WITHIN:
            return since
        day += timedelta(days=1)
    return None


def next_holidays(calendar: Calendar, day: date, number: int) -> list[Holiday]:
    """The next closed days from `day` on that would be working days otherwise."""
    found = (
        one
        for one in calendar.holidays
        if one.day >= day
        and one.day not in calendar.open.extra
        and any(window.day == one.day.weekday() for window in calendar.open.week)
    )
    return [one for one, _ in zip(found, range(number), strict=False)]


def is_open(calendar: Calendar, at: int) -> bool:
    """True if the calendar is open at the instant."""
    return calendar.open.contains(at, calendar.zone)


def next_open(calendar: Calendar, at: int) -> int:
    """The first instant from `at` on at which people work: `at` itself if they do."""
    for start, _ in calendar.open.windows(at, at + HORIZON_DAYS * DAY, calendar.zone):
        return start
    raise AssertionError(f"calendar {calendar.name} is never open; the configuration refuses it")


def closes(calendar: Calendar, at: int) -> int | None:
    """The next closing time after `at`, of the present or the next opening; None: it never is."""
    limit = at + HORIZON_DAYS * DAY
    for _, end in calendar.open.windows(at, limit, calendar.zone):
        return end if end < limit else None
    return None


def add_open(calendar: Calendar, at: int, open_us: int) -> int:
    """The instant at which `open_us` of open time have passed since `at`.

    Open time that fills up at closing ends there, not at the next opening. At most 400 days
    after `at`: a deadline so far off helps nobody, and an incident must be armed whatever the
    configuration asks for.
    """
    limit = at + HORIZON_DAYS * DAY
    for start, end in calendar.open.windows(at, limit, calendar.zone):
        if open_us < end - start or (open_us == end - start and open_us > 0):
            return start + open_us
        open_us -= end - start
    return limit


def open_between(calendar: Calendar, start: int, end: int) -> int:
    """µs of open time in [start, end); 0 if `end` is before `start`."""
    found = calendar.open.windows(start, end, calendar.zone)
    return sum(to - since for since, to in found)


def next_business_day_due(calendar: Calendar, at: int) -> int:
    """Closing time of the first working day after the local day of `at`.

    Friday 15:00 and Saturday are due on Monday; Monday 07:00, before opening, on Tuesday. Hours
    across midnight belong to the day on which they begin; of several, the last closing counts.
    """
    zone = calendar.zone
    tomorrow = local_day(at, zone) + timedelta(days=1)
    for offset in range(HORIZON_DAYS):
        day = tomorrow + timedelta(days=offset)
        ends = [window.end for window in calendar.open.of_day(day)]
        if ends:
            return edge(day, max(ends), zone, last=True)
    raise AssertionError(f"calendar {calendar.name} is never open; the configuration refuses it")


def working_day_from(calendar: Calendar, day: date) -> date:
    """The first working day from `day` on: the day itself if it is one."""
    return local_day(next_open(calendar, edge(day, 0, calendar.zone)), calendar.zone)


def add_working_days(calendar: Calendar, day: date, number: int) -> date:
    """The working day that is `number` of them after `day`."""
    for _ in range(number):
        day = working_day_from(calendar, day + timedelta(days=1))
    return day


def opening_of(calendar: Calendar, day: date) -> int:
    """The instant at which people begin to work on `day`, or on the next day that they do."""
    return next_open(calendar, edge(day, 0, calendar.zone))
