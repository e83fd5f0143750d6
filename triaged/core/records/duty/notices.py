"""Events by which people hear of duty ahead: a shift that begins or ends, a gap. Instants: µs."""

from typing import Literal

import msgspec

Edge = Literal["begins", "ends"]


class ShiftNoticed(msgspec.Struct, frozen=True):
    """A person's shift begins soon, or has ended."""

    schedule: str
    person: str
    edge: Edge
    at: int
    """When it begins, or ended."""
    until: int | None
    """When it ends; None: not within the days that are looked ahead, or it has ended."""
    others: tuple[str, ...]
    """Who is on call before it, or after it."""
    lines: tuple[str, ...] = ()
    """What is handed over: open incidents, contacts that do not work."""


class GapNoticed(msgspec.Struct, frozen=True):
    """In a time that comes soon nobody is on call who is to be paged."""

    schedule: str
    mark: str
    """Tells this gap from any other of the schedule."""
    people: tuple[str, ...]
    """Who hears of it."""
    text: str
