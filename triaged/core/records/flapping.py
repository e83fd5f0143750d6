"""How often an incident came back: what is remembered to tell whether it flaps."""

import msgspec


class Flapping(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How often an incident came back lately."""

    at: tuple[int, ...]
    """When, the latest last; none older than `within_us`, and few."""
    within_us: int
    since: int | None = None
    """Since when it is held open for it; None: it does not flap."""
    held: int = 0
    """How often it came back since then."""
