"""Storms: how many incidents of a team, policy and source opened lately, and their umbrella.

Those who would be paged for single incidents are paged by the umbrella, nobody else: that is the
policy, and so each policy of a team has storms of its own. A source that floods us is no storm of
the others.
"""

import msgspec

from triaged.core.records.severity import Severity
from triaged.wire import encode

DEFAULT = "default"
"""The policy of which a group has its team's name alone, as before policies were told apart."""


class StormOwner(msgspec.Struct, frozen=True, gc=False, order=True):
    """The team, policy and source of the incidents that one umbrella pages for."""

    team: str
    """"": no team."""
    policy: str
    source: str = ""
    """"": sources count together, or no alert opened the incidents."""

    @property
    def group(self) -> str:
        """The name of these incidents, which are counted together."""
        if self.source:
            return encode((self.team, self.policy, self.source)).decode()
        return self.team if self.policy == DEFAULT else encode((self.team, self.policy)).decode()

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The key of their umbrella."""
        source = (("source", self.source),) if self.source else ()
        policy = () if self.policy == DEFAULT else (("policy", self.policy),)
        return (*policy, *source, ("storm", self.team))


class Storm(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The count of the new incidents of an owner. Identity: `group`."""

    group: str = msgspec.field(name="team")
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
