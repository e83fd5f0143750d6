"""Severities, and the raises: conditions that make the severity of an incident worse.

Counts are of what is new, never of repeats, and live in the incident: no decision looks back.
"""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """Severity of an incident: the lower the worse, so the worst of several is their `min`."""

    SEV1 = "SEV-1"
    SEV2 = "SEV-2"
    SEV3 = "SEV-3"
    SEV4 = "SEV-4"


class ManyAlerts(msgspec.Struct, frozen=True, gc=False, tag=True):
    """So many distinct alerts joined within a time."""

    alerts: int
    within_us: int


class ManyValues(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Alerts that joined within a time have so many distinct values of a label."""

    label: str
    count: int
    within_us: int


class FiringFor(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Something has been firing without a break for so long."""

    us: int


class Reopenings(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The incident has re-opened so often; while it flaps, every return counts."""

    times: int


RaiseWhen = ManyAlerts | ManyValues | FiringFor | Reopenings


class Raise(msgspec.Struct, frozen=True, gc=False):
    """A severity that an incident rises to once `when` holds."""

    to: Severity
    when: RaiseWhen


class Raising(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The raises of an incident; the rule that set them is named as the cause."""

    rule: str
    raises: tuple[Raise, ...]
    seen: tuple[dict[str, int], ...] = ()
    """For each raise that counts: hash of an alert or value → when it was last new, in that order;
    never more than the raise needs."""
    firing_since: int | None = None
