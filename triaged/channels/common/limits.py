"""How much a provider takes: messages in a time, from all of us and to one destination."""

import msgspec

from triaged.core.time.durations import SECOND, format_duration


class Rate(msgspec.Struct, frozen=True):
    """So many messages in a time, which may come at once."""

    number: int
    within_us: int = SECOND

    @property
    def every_us(self) -> int:
        """The time that one message takes up."""
        return self.within_us // self.number

    def __str__(self) -> str:
        """`20 in 1m`."""
        return f"{self.number} in {format_duration(self.within_us)}"


WIDTH = 16
"""Enough to empty 1,000 pages in some seconds, and few for any provider."""


class Limits(msgspec.Struct, frozen=True):
    """What a provider takes; empty: as much as comes."""

    all: tuple[Rate, ...] = ()
    """For everything that goes through the channel."""
    each: tuple[Rate, ...] = ()
    """For what goes to one destination."""
    width: int = WIDTH
    """Messages under way at once."""
    bundle: int = 1
    """Pages of one person that may go as one message where several wait at the same time."""


NO_LIMITS = Limits()
