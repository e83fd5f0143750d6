"""Events of duty: what people do about who is on call. Each names its actor in `by`."""

import msgspec

from triaged.core.records.duty.away import AwayEvent
from triaged.core.records.duty.overrides import OverrideKind


class Span(msgspec.Struct, frozen=True):
    """A time for which somebody shall be on call."""

    start_at: int
    end_at: int | None
    """None: the end of the shift that is on at the start."""
    person: str
    """`NOBODY`: nobody."""
    replaces: str = ""
    """The person who is replaced; empty: everybody."""


class OverridesMade(msgspec.Struct, frozen=True):
    """Somebody changes who is on call by a schedule for some times."""

    by: str
    schedule: str
    spans: tuple[Span, ...]
    reason: str
    kind: OverrideKind = "override"
    key: str = ""
    """The `Idempotency-Key`: a wish that comes twice is met once."""


class OverrideEnded(msgspec.Struct, frozen=True):
    """Somebody ends an override, whether or not it has begun."""

    id: str
    by: str
    plan: bool = False
    """True: all that were made with it, too."""


class SwapProposed(msgspec.Struct, frozen=True):
    """Somebody asks another to take a time of theirs, and perhaps to give one back."""

    by: str
    person: str
    other: str
    schedule: str
    give: tuple[int, int]
    """Start and end of the time of `person`."""
    take: tuple[int, int] | None
    """Start and end of the time of `other`; None: nothing in return."""
    reason: str
    expires_at: int | None = None
    """None: a week from now. Never after the first of both times begins."""
    key: str = ""


class SwapAnswered(msgspec.Struct, frozen=True):
    """The other agrees or declines, or the person who asked withdraws."""

    id: str
    by: str
    person: str
    """Whose answer it is."""
    agrees: bool


class SwapExpired(msgspec.Struct, frozen=True):
    """Nobody has answered a proposal in time."""

    id: str


DutyEvent = OverridesMade | OverrideEnded | SwapProposed | SwapAnswered | SwapExpired | AwayEvent
