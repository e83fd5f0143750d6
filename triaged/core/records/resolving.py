"""When an incident resolves by itself."""

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
