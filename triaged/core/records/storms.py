"""Storms: how many incidents of a team and policy opened lately, and what one umbrella pages for.

Those who would be paged for single incidents are paged by the umbrella, nobody else: that is the
policy, and so each policy of a team has storms of its own.
"""

import msgspec

from triaged.core.records.severity import Severity
from triaged.wire import encode


class Storm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The count of the new incidents of a team and policy. Identity: `group`."""

    group: str = msgspec.field(name="team")
    opened: tuple[int, ...] = ()
    """Openings of its last incidents, in order; at most one more than a storm needs."""
    over_at: int | None = None
    """Opening of the last incident over the limit."""


DEFAULT = "default"
"""The policy of which a group has its team's name alone, as before policies were told apart."""


def storm_group(team: str | None, policy: str) -> str:
    """The name of the incidents of a team, or of none, with a policy that are counted together."""
    return (team or "") if policy == DEFAULT else encode((team or "", policy)).decode()


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
