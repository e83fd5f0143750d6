"""Messages that wait for the end of quiet hours, and go as one digest. Instants are µs."""

from enum import StrEnum

import msgspec

from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.severity import Severity


class HeldState(StrEnum):
    """State of a held message."""

    HELD = "held"
    TOLD = "told"
    """It stands in a digest."""
    DROPPED = "dropped"
    """Its reader is no longer in the configuration, or has no contact that can be used."""


class HeldMessage(PracticeRow, frozen=True, gc=False):
    """A page or update that a person's quiet hours hold back; `id` is that of the page."""

    person: str
    contact: str
    severity: Severity
    said: str
    """What it says; empty: that somebody is wanted."""
    at: int
    until: int
    """The end of the quiet hours as they were then."""
    state: HeldState = HeldState.HELD
    told_at: int | None = None


class QuietHoursOver(msgspec.Struct, frozen=True, gc=False):
    """The quiet hours of a person are over, and messages have waited for that."""

    person: str
    ids: tuple[str, ...]
    """Of the messages: those that were told meanwhile are passed over."""
