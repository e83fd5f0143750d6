"""Storms: how many incidents of a team opened lately, and what one umbrella pages for."""

import msgspec

from triaged.core.records.scale import Severity


class Storm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What is counted for a team (the empty name: no team). Identity: `team`."""

    team: str
    opened: tuple[int, ...] = ()
    """When its last incidents opened, in order; at most one more than a storm needs."""
    over_at: int | None = None
    """When an incident over the limit last opened."""


class Bundled(msgspec.Struct, frozen=True, gc=False):
    """An incident under an umbrella, as it was when it came there."""

    number: int
    severity: Severity
    title: str


class Bundle(msgspec.Struct, frozen=True, gc=False):
    """What an umbrella pages for."""

    count: int
    first: tuple[Bundled, ...]
    last_at: int
    """When the last incident came under it."""
