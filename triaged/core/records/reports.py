"""Reports of senders: copies of an alert, reports that change nothing, and what is wrong with them.

A pair of Prometheus servers evaluates the same rule twice and reports one alert with two starts:
each server's report is a copy, told apart by the start that it gave.
"""

from enum import StrEnum

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


class IgnoredReason(StrEnum):
    """Why a report about an alert changed nothing."""

    LATE_END = "late_end"
    """The end of an episode before the running one."""
    LATE_REPORT = "late_report"
    """That a copy fires, in a report that left its sender before the end of that copy came."""
    UNKNOWN_COPY = "unknown_copy"
    """The end of a copy that nobody reported, by a sender without copies."""
    WRONG_CLOCK = "wrong_clock"
    """An end that is past and moves with each report: the sender's clock is slow."""


class Remark(StrEnum):
    """Fault of a sender or source; a human hears of each once a week at most, for each source."""

    CLOCK = "clock"
    """A sender's clock is slow: what it reports as firing has ended when it comes here."""
    END_BEFORE_START = "end_before_start"
    """A sender reports ends that lie before the start."""
    STALE_AFTER = "stale_after"
    """`stale_after` is shorter than the time after which the sender repeats its alerts."""
    CONTRADICTION = "contradiction"
    """Two senders of one source say different things about one alert."""


class UnknownEnd(msgspec.Struct, frozen=True, gc=False):
    """An end that a sender reported of an alert that it had not reported as firing."""

    source: str
    sender: str
    fingerprint: str
    ends_at: int
    """By the sender's word."""
    received_at: int
