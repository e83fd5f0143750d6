"""Calendar feeds: the copy in force, and the troubles that somebody hears of.

The last good copy stays in force for as long as nothing newer can be read; what goes out of date
silently would page the wrong person, so each trouble is a self alert until it is over.
"""

import msgspec
from msgspec.structs import replace

from triaged.core.records.duty.feeds import FeedReading, FeedState
from triaged.core.records.duty.overrides import FeedShift
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.events import FeedRead
from triaged.core.records.model import Severity
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, format_duration

STALE_AFTER = 2
"""Intervals without a good reading after which a feed is out of date: one may fail by chance."""

ALERT_AFTER_US = DAY
"""Time out of date after which its owner hears of it: rotas are seldom changed for today."""

ENDS_WITHIN_US = DAY
SHRINK = 2
"""A copy with fewer than one in so many future shifts of the last one is announced."""

UNKNOWN_KEPT = 50


class FeedTrouble(msgspec.Struct, frozen=True):
    """A trouble of a feed, as a self alert; `kind` makes one of a name."""

    kind: str
    title: str
    text: str
    severity: Severity

    def alert(self, feed: str) -> str:
        """The name of the self alert. It is stored."""
        return alert_name(self.kind, feed)


def alert_name(kind: str, feed: str) -> str:
    """The name of the self alert about a kind of trouble of a feed."""
    return f"calendar-{kind}:{feed}"


def keep_feed(situation: Situation, event: FeedRead) -> Decision:
    """Put the shifts of a feed in force, unless they are already."""
    copy = event.copy
    known = situation.view.duty_facts.feeds.get(copy.id)
    if known is None and not copy.shifts:
        return Decision()
    if known is not None and replace(known, read_at=copy.read_at) == copy:
        return Decision()
    return Decision((SaveRow(copy),))


def is_stale(state: FeedState, now: int) -> bool:
    """True if the feed has not been read for longer than a failure by chance lasts."""
    return now - _since(state) > STALE_AFTER * state.every_us


def troubles(state: FeedState, now: int) -> tuple[FeedTrouble, ...]:
    """The troubles of a feed that somebody should hear of now."""
    found = []
    if is_stale(state, now):
        found += _out_of_date(state, now)
    if state.shrank_from:
        found.append(
            FeedTrouble(
                "shrank",
                f"calendar {state.name} shrank from {state.shrank_from} to {state.future} shifts",
                "the new copy is in force; if it is wrong, mend the calendar (`triaged oncall"
                " feeds`); if it is right, resolve this incident",
                Severity.SEV4,
            )
        )
    return tuple(found)


def _since(state: FeedState) -> int:
    return state.since_at if state.ok_at is None else state.ok_at


def _out_of_date(state: FeedState, now: int) -> list[FeedTrouble]:
    age = format_duration(now - _since(state))
    error = state.error or "nobody has tried"
    if state.ok_at is None:
        title = f"calendar {state.name} cannot be read, and nobody is on call by it"
        text = f"it was never read, for {age} now: {error}; mend it (`triaged oncall feeds`)"
        return [FeedTrouble("unread", title, text, Severity.SEV2)]
    ends_in_us = (state.last_end_at or now) - now
    if ends_in_us < ENDS_WITHIN_US:
        title = f"calendar {state.name} cannot be read, and its last known shift ends soon"
        text = (
            f"it was not read for {age}: {error}; after its last shift, which ends in"
            f" {format_duration(max(0, ends_in_us))}, nobody is on call by it"
        )
        return [FeedTrouble("ends", title, text, Severity.SEV2)]
    if now - _since(state) < ALERT_AFTER_US:
        return []
    title = f"calendar {state.name} has not been read for {age}"
    text = f"{error}; the last good copy is in force, and changes since then are missing"
    return [FeedTrouble("stale", title, text, Severity.SEV3)]


def owner_of(settings: Settings, schedule: str) -> str | None:
    """The team whose policy pages the schedule, the first by name; None: no team's does."""
    for name, team in sorted(settings.teams.items()):
        plan = settings.policies.get(team.policy or "")
        targets = [] if plan is None else [each for step in plan.steps for each in step.notify]
        if any((each.kind, each.name) == ("schedule", schedule) for each in targets):
            return name
    return None


def after_failure(state: FeedState, error: str, now: int) -> FeedState:
    """The state after a try that failed."""
    return replace(state, tried_at=now, error=error)


def after_unchanged(state: FeedState, now: int) -> FeedState:
    """The state after the source has said that the last copy is the newest."""
    return replace(state, tried_at=now, ok_at=now, error="")


def after_reading(state: FeedState, reading: FeedReading, now: int) -> FeedState:
    """The state after a copy was read."""
    future = sum(1 for shift in reading.shifts if shift.end_at > now)
    return replace(
        state,
        tried_at=now,
        ok_at=now,
        error="",
        whole_at=now,
        events=reading.events,
        future=future,
        last_end_at=max((shift.end_at for shift in reading.shifts), default=None),
        refused=reading.refused,
        refused_number=reading.refused_number,
        notes=reading.notes,
        unknown=_unknown(reading.shifts),
        shrank_from=_shrank_from(state, future),
    )


def _unknown(shifts: tuple[FeedShift, ...]) -> tuple[str, ...]:
    names = dict.fromkeys(shift.unknown for shift in shifts if shift.unknown)
    return tuple(names)[:UNKNOWN_KEPT]


def _shrank_from(state: FeedState, future: int) -> int:
    """The number that it shrank from; kept until it has grown back, or is resolved by a person."""
    before = state.shrank_from or (state.future if state.ok_at is not None else 0)
    return before if future * SHRINK < before else 0


def next_change(shifts: tuple[FeedShift, ...], now: int) -> int | None:
    """The next instant at which a shift of the feed begins or ends."""
    instants = (at for shift in shifts for at in (shift.start_at, shift.end_at) if at > now)
    return min(instants, default=None)
