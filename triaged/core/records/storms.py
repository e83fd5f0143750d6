"""Storms: how many incidents of a team opened lately, and what one umbrella pages for."""

import msgspec

from triaged.core.records.scale import Severity


class Storm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The count of a team's new incidents; the empty name is no team. Identity: `team`."""

    team: str
    opened: tuple[int, ...] = ()
    """Openings of its last incidents, in order; at most one more than a storm needs."""
    over_at: int | None = None
    """Opening of the last incident over the limit."""


class Bundled(msgspec.Struct, frozen=True, gc=False):
    """An incident under an umbrella, as it was when it came there."""

    number: int
    severity: Severity
    title: str


class Bundle(msgspec.Struct, frozen=True, gc=False):
    """The incidents under an umbrella: how many, and the first of them."""

    count: int
    first: tuple[Bundled, ...]
    last_at: int
    """Instant at which the last incident came under it."""
