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
    sources: tuple[str, ...] = ()
    """The source of each return; "" where sources count together, or none was recorded."""


class SourceShare(msgspec.Struct, frozen=True, gc=False):
    """The alerts of one source in an incident that resolves with its first or last alert."""

    firing: int = 0
    """Number of its alerts that fire."""
    last: str = ""
    """Fingerprint of the alert of it that joined last."""
    has_ended: bool = False
    """The alert has ended whose end is enough: any, or the one that joined last."""
