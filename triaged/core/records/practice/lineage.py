"""Where an incident comes from and where it went: what people have merged and split."""

import msgspec

LINKED_MAX = 50
"""Incidents that one takes in, and that are split off it: who needs more has a storm."""


class Lineage(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The incidents that people have merged with one, or split off it. All are numbers."""

    merged_into: int | None = None
    """The incident that has taken this one in: its survivor."""
    merged: tuple[int, ...] = ()
    """The incidents that this one has taken in, in that order."""
    split_from: int | None = None
    """The incident that the alerts of this one belonged to."""
    split_off: tuple[int, ...] = ()
    """The incidents that alerts of this one belong to now."""


NONE = Lineage()
"""The lineage of an incident that nobody has merged or split."""
