"""Conditions of a rule besides labels: a closed set, evaluated by `holds`."""

from typing import assert_never

import msgspec

from triaged.core.records.model import Alert
from triaged.core.time.calendars import Calendar, is_open
from triaged.rules.cel import Expression


class FromSource(msgspec.Struct, frozen=True):
    """The alert came from one of these sources."""

    sources: frozenset[str]


class During(msgspec.Struct, frozen=True):
    """The calendar is open."""

    calendar: Calendar


class Outside(msgspec.Struct, frozen=True):
    """The calendar is closed."""

    calendar: Calendar


class StartsWithin(msgspec.Struct, frozen=True):
    """The alert began no longer ago than `us`; one that does not say when has just begun."""

    us: int


class Cel(msgspec.Struct, frozen=True):
    """The expression is true of the alert."""

    expression: Expression


Condition = FromSource | During | Outside | StartsWithin | Cel


def holds(condition: Condition, alert: Alert, now: int) -> bool:
    """True if the condition holds for an episode that starts at `now`."""
    match condition:
        case FromSource(sources=sources):
            return alert.source in sources
        case During(calendar=calendar):
            return is_open(calendar, now)
        case Outside(calendar=calendar):
            return not is_open(calendar, now)
        case StartsWithin(us=us):
            return alert.starts_at is None or now - alert.starts_at <= us
        case Cel(expression=expression):
            return expression.holds(alert)
        case _:
            assert_never(condition)
