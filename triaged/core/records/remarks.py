"""Reports that change nothing, and what they show to be wrong with a sender or its source."""

from enum import StrEnum

import msgspec


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
    """What is wrong; a human hears of each once a week at most, for each source."""

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
