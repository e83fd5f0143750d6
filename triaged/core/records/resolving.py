"""The condition under which an incident resolves by itself, and the returns that hold it open."""

from enum import StrEnum

import msgspec


class ResolveWhen(StrEnum):
    """Which of its alerts must end for an incident to resolve by itself."""

    ALL = "all"
    FIRST = "first"
    LAST = "last"
    NEVER = "never"


class ResolvePolicy(msgspec.Struct, frozen=True, gc=False):
    """Condition under which an incident resolves by itself, fixed at its opening."""

    when: ResolveWhen = ResolveWhen.ALL
    hold_us: int = 0


class Flapping(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The returns of an incident within a window: they decide whether it flaps."""

    at: tuple[int, ...]
    """When, the latest last; none older than `within_us`, and few."""
    within_us: int
    since: int | None = None
    """Since when it is held open for it; None: it does not flap."""
    held: int = 0
    """Number of its returns since then."""
