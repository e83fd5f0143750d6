"""Copies of an alert: one for each evaluating server, told apart by the start that it gave.

A pair of Prometheus servers evaluates the same rule twice and reports one alert with two starts.
"""

import msgspec


class Copy(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One server's report of an alert. Instants are µs UTC."""

    starts_at: int | None
    """The start by the server's word; None: the server gives none."""
    sender: str
    """Sender of the report: see `Alert.sender`."""
    seen_at: int
    """Instant of the last report that it fires, by our clock."""
    lapses_at: int
    """The end that the last report announced: the copy lapses then unless it is reported again."""
    ended_at: int | None = None
    """Instant at which its end or lapse was noted, by our clock; None: the copy fires."""

    @property
    def fires(self) -> bool:
        """True if the copy has neither ended nor lapsed."""
        return self.ended_at is None


class Report(msgspec.Struct, frozen=True, gc=False):
    """The report of a server about its copy of an alert."""

    sender: str
    received_at: int
    starts_at: int | None
    ends_at: int
    """The announced end of a firing alert, or when the alert ended."""
