"""Calendar feeds that were read: their shifts, the events that were refused, and why."""

import msgspec

from triaged.core.records.oncall import FeedShift


class RefusedEvent(msgspec.Struct, frozen=True):
    """An event of a feed that puts nobody on call, because it cannot be read with certainty."""

    uid: str
    summary: str
    why: str


class FeedReading(msgspec.Struct, frozen=True, tag="reading"):
    """A feed that could be read."""

    shifts: tuple[FeedShift, ...]
    """Within the window that was asked for, in order of their starts."""
    events: int = 0
    """Events that were accepted, whether or not they take place in the window."""
    refused: tuple[RefusedEvent, ...] = ()
    refused_number: int = 0
    """Refused events in all: `refused` holds the first of them."""
    notes: tuple[str, ...] = ()
    """Warnings about what was accepted, a sentence each."""


class UnreadableFeed(msgspec.Struct, frozen=True, tag="unreadable"):
    """A body that is no calendar, or one beyond the limits: nothing of it is used."""

    why: str
