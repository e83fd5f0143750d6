"""Alerts that have joined an acknowledged incident and that its holder has not heard of yet."""

import msgspec


class Joins(msgspec.Struct, frozen=True, gc=False):
    """The joins since the holder heard of some last."""

    first: tuple[str, ...] = ()
    """What joined, in words; of many only the first."""
    count: int = 0
    pages: bool = False
    """One of them brings an object that the incident has not had, late: it pages the holder."""
    told_at: int | None = None
    """When the holder heard of joins last."""
