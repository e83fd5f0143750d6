"""The returns of an incident that decide whether it flaps."""

import msgspec


class Flapping(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The returns of an incident within the window."""

    at: tuple[int, ...]
    """When, the latest last; none older than `within_us`, and few."""
    within_us: int
    since: int | None = None
    """Since when it is held open for it; None: it does not flap."""
    held: int = 0
    """Number of its returns since then."""
