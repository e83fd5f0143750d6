"""An alert over its copies: it fires while any copy has neither ended nor lapsed.

| the alert | a server reports | what follows |
| --- | --- | --- |
| does not fire | a copy fires that has ended, in a report sent before that end came | late |
| does not fire | a copy fires, otherwise | a new episode, of this one copy |
| fires | a copy fires that fires already | a repeat |
| fires | a copy fires that has ended | late, or this copy fires again |
| fires | a copy fires that is new, and no other stands any more | a new episode |
| fires | a copy fires that is new, otherwise | one more copy |
| fires | a copy has ended | if it was the last, the episode is over |
| fires | an end with a start that no copy has | the sender's copies have ended; if they were all, \
the episode is over |
| fires | such an end, by a sender without copies | ignored |
| fires | nothing until the announced end of a copy, while its sender is heard | the copy has \
lapsed; if it was the last, the episode is over |
| fires | nothing, and the sender is not heard at all | nothing: a dead sender ends no alert |

A copy is known by its sender and start. A report without a start is about the copy that its sender
has. An end is about the copy of its sender with that start, else about the copy of any sender with
that start. A copy "stands" unless it has ended, or its own sender gives a new start and had
announced the end of the copy for before that.

What Prometheus does:
https://github.com/prometheus/prometheus/blob/main/rules/alerting.go (resend, `ValidUntil`).
"""

from collections.abc import Callable, Sequence
from enum import Enum

from msgspec.structs import replace

from triaged.core.records.reports import Copy, Report

Copies = tuple[Copy, ...]

COPIES_MAX = 8
"""Copies that are kept of an alert: a pair, through restarts of both. The oldest give way."""


class Fate(Enum):
    """Meaning of a report for its alert."""

    REPEATS = "repeats"
    """The episode goes on."""
    STARTS = "starts"
    """A new episode begins."""
    ENDS = "ends"
    """The episode is over."""
    LATE = "late"
    """An older report, overtaken by what is known."""
    UNKNOWN = "unknown"
    """The end of a copy that nobody reported, by a sender that has none."""


def fired(copies: Copies, report: Report) -> tuple[Fate, Copies]:
    """Meaning of the report of a firing copy, and the copies after it."""
    known = _named(copies, report)
    if known is not None and not known.fires and _was_sent_before(report, known):
        return Fate.LATE, copies
    fresh = Copy(report.starts_at, report.sender, report.received_at, report.ends_at)
    if known is not None and known.fires:
        if len(copies) == 1:
            return Fate.REPEATS, (replace(fresh, starts_at=known.starts_at),)
        renewed = replace(fresh, starts_at=known.starts_at)
        return Fate.REPEATS, tuple(renewed if copy is known else copy for copy in copies)
    if not any(_stands(copy, report) for copy in copies):
        return Fate.STARTS, (fresh,)
    others = tuple(copy for copy in copies if copy is not known)
    return Fate.REPEATS, _bounded((*others, fresh))


def ended(copies: Copies, report: Report) -> tuple[Fate, Copies]:
    """Meaning of the report of an end, and the copies after it."""
    if not fires(copies):
        return Fate.LATE, copies
    named = [copy for copy in copies if copy.starts_at == report.starts_at is not None]
    own = [copy for copy in copies if copy.sender == report.sender]
    ending = [copy for copy in named if copy.sender == report.sender] or named or own
    if not ending:
        return Fate.UNKNOWN, copies
    after = _close(copies, ending.__contains__, report.received_at)
    return (Fate.REPEATS if fires(after) else Fate.ENDS), after


def lapsed(copies: Copies, has_lapsed: Callable[[Copy], bool], now: int) -> Copies:
    """The copies after those that fire and have lapsed are closed."""
    return _close(copies, has_lapsed, now)


def fires(copies: Sequence[Copy]) -> bool:
    """True if any copy has neither ended nor lapsed."""
    return any(copy.ended_at is None for copy in copies)


def starts_at(copies: Copies) -> int | None:
    """The earliest start that a server gave; None: none gave any."""
    return min((c.starts_at for c in copies if c.starts_at is not None), default=None)


def next_lapse(copies: Copies) -> int | None:
    """The first instant at which a copy that fires may lapse; None: nothing fires."""
    return min((copy.lapses_at for copy in copies if copy.ended_at is None), default=None)


def _close(copies: Copies, is_meant: Callable[[Copy], bool], at: int) -> Copies:
    return tuple(replace(c, ended_at=at) if c.fires and is_meant(c) else c for c in copies)


def _named(copies: Copies, report: Report) -> Copy | None:
    """The copy that a report of a firing alert is about."""
    own = [copy for copy in copies if copy.sender == report.sender]
    if report.starts_at is not None:
        return next((copy for copy in own if copy.starts_at == report.starts_at), None)
    own = [copy for copy in own if copy.fires]
    return max(own, key=lambda copy: copy.seen_at, default=None)


def _was_sent_before(report: Report, copy: Copy) -> bool:
    """True if the report left its server before we noted the end of the copy.

    A server announces an end that lies a fixed time ahead. Of the last report we know how far ahead
    of its arrival that was; the same distance tells when this one was sent, by our clock, whatever
    the server's clock shows.
    """
    ahead_us = copy.lapses_at - copy.seen_at
    return copy.ended_at is not None and report.ends_at - ahead_us <= copy.ended_at


def _stands(copy: Copy, report: Report) -> bool:
    """True if the copy still fires, for all that a new start by `report` tells."""
    if not copy.fires:
        return False
    is_over = report.starts_at is not None and report.starts_at > copy.lapses_at
    return not (is_over and copy.sender == report.sender)


def _bounded(copies: Copies) -> Copies:
    """The copies without the oldest beyond the limit.

    One that has ended goes first, then one whose sender has reported another since, as a server
    that was restarted does: the only copy of a sender that is silent stays.
    """
    while len(copies) > COPIES_MAX:
        latest = {copy.sender: copy.seen_at for copy in sorted(copies, key=_seen_at) if copy.fires}
        oldest = min(copies, key=lambda c: (c.fires, c.seen_at == latest.get(c.sender), c.seen_at))
        copies = tuple(copy for copy in copies if copy is not oldest)
    return copies


def _seen_at(copy: Copy) -> int:
    return copy.seen_at
