"""People who are away: planned absences, which become overrides once somebody confirms them.

Rows belong to no incident. Whoever changes one holds the lock of duty.
"""

from enum import StrEnum

import msgspec

from triaged.core.records.practice.rows import PracticeRow


class AwayState(StrEnum):
    """State of an absence."""

    PLANNED = "planned"
    """Nobody stands in: where the person is on call there is a gap."""
    CONFIRMED = "confirmed"
    """Others are on call instead, wherever there was somebody who could be."""
    ENDED = "ended"


class Absence(msgspec.Struct, frozen=True, gc=False):
    """A time in which a person is away."""

    person: str
    start_at: int
    end_at: int


class Away(PracticeRow, frozen=True, gc=False):
    """An absence of a person; `id` is random."""

    person: str
    start_at: int
    end_at: int
    reason: str
    by: str
    made_at: int
    state: AwayState = AwayState.PLANNED
    changed_by: str = ""
    """Whoever confirmed or ended it."""

    @property
    def absence(self) -> Absence:
        """Its time."""
        return Absence(self.person, self.start_at, self.end_at)


class AwaySet(msgspec.Struct, frozen=True):
    """Somebody says that a person is away for a time."""

    id: str
    person: str
    start_at: int
    end_at: int
    reason: str
    by: str


class AwayConfirmed(msgspec.Struct, frozen=True):
    """Somebody agrees to those who would stand in: they are on call from now on."""

    id: str
    by: str
    others: tuple[Absence, ...] = ()
    """The absences of others, who stand in for nobody."""


class AwayEnded(msgspec.Struct, frozen=True):
    """The person is not away, or no longer: what was made for the absence ends."""

    id: str
    by: str


AwayEvent = AwaySet | AwayConfirmed | AwayEnded
