"""Parsed components with the types that the rest of the room relies on."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from icalendar import Calendar, Event

LIBRARY_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the libraries raise, on purpose or not, about an event that they cannot read."""


class Refusal(Exception):
    """The event cannot be read with certainty. Caught in this room."""


class Moment(msgspec.Struct, frozen=True):
    """A time of a property, and the zone that its TZID names."""

    value: date
    """A datetime, or a date for whole days."""
    tzid: str


def parsed(lines: list[str]) -> Event:
    """The event of a calendar's lines. Raises Refusal: it cannot be parsed."""
    try:
        found = Calendar.from_ical("\r\n".join(lines)).walk("VEVENT")[0]
    except LIBRARY_ERRORS as error:
        raise Refusal(f"it cannot be parsed: {short(error)}") from None
    for name, why in found.errors:
        raise Refusal(f"its {name or 'line'} cannot be parsed: {short(why)}")
    assert isinstance(found, Event)
    return found


def moment(component: Event, name: str) -> date | None:
    """The time of a property; None: it is not there."""
    found = moments(component, name)
    return found[0].value if found else None


def start_of(component: Event) -> date:
    """DTSTART, which every event has that passed the checks."""
    found = moment(component, "DTSTART")
    if found is None:
        raise Refusal("it has no DTSTART")
    return found


def moments(component: Event, name: str) -> list[Moment]:
    """The times of a property, in order. Raises Refusal: one of them is none."""
    found = []
    for each in _all(component, name):
        for one in getattr(each, "dts", (each,)):
            value = one.dt
            if isinstance(value, tuple):
                raise Refusal("RDATE with periods is not read")
            if not isinstance(value, date):
                raise Refusal(f"its {name} is no date")
            found.append(Moment(value, str(each.params.get("TZID", ""))))
    return found


def texts(component: Event, name: str) -> list[str]:
    """The texts of a property."""
    return [str(each) for each in _all(component, name)]


def rules(component: Event) -> list[dict[str, list[object]]]:
    """The rules of recurrence: the values of each part, by its name in capitals."""
    return [
        {str(part).upper(): list(values) for part, values in rule.items()}
        for rule in _all(component, "RRULE")
    ]


def local_until(component: Event, zone: ZoneInfo) -> None:
    """Make UNTIL of a series of whole days a day, too: that of its instant in the zone.

    Exchange writes the midnight of the last day, in UTC; read as a UTC day it would be the day
    before, and the last shift would be missing.
    """
    if isinstance(start_of(component), datetime):
        return
    for rule in _all(component, "RRULE"):
        rule["UNTIL"] = [_local_day(until, zone) for until in rule.get("UNTIL", [])]
        if not rule["UNTIL"]:
            del rule["UNTIL"]


def _local_day(until: date, zone: ZoneInfo) -> date:
    is_instant = isinstance(until, datetime) and until.tzinfo is not None
    until = until.astimezone(zone) if isinstance(until, datetime) and is_instant else until
    return until.date() if isinstance(until, datetime) else until


def short(error: object) -> str:
    """What an exception says, on one line."""
    return " ".join(str(error).split())[:120]


def _all(component: Event, name: str) -> list[Any]:
    found: Any = component.get(name, [])
    return list(found) if isinstance(found, list) else [found]
