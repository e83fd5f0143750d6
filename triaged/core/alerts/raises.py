"""Raises: the severity rises with the number of alerts, with the time firing, with re-openings.

What is counted is alerts that join, never repeats. A raise only ever makes it worse. A human's
choice holds against everything attached so far: counting starts anew, and neither the time that
it has been firing nor how often it re-opened overrules it.
"""

from hashlib import blake2b
from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.alerts.severity import Rise, raise_to
from triaged.core.draft import Draft
from triaged.core.records import actors
from triaged.core.records.model import Alert, Incident, Outcome, Severity
from triaged.core.records.severity import (
    FiringFor,
    ManyAlerts,
    ManyValues,
    Raise,
    Raising,
    Reopenings,
)
from triaged.core.records.timers import RaiseDue
from triaged.core.situation import Situation
from triaged.core.time.durations import format_duration

HASH_BYTES = 6
"""Of a counted alert or value: among a thousand of them two are taken for one once in 10⁸."""


def count_in(situation: Situation, draft: Draft, alert: Alert, outcome: Outcome) -> Rise | None:
    """Count an alert that joins; the worst severity that the raises then call for, if any.

    The first of its alerts whose rules set a raise brings it to the incident.
    """
    raising = draft.incident.raising
    if raising is UNSET:
        if outcome.raising is UNSET:
            return None
        raising = outcome.raising
    incident = draft.incident
    if _is_over(raising, incident):
        return None
    rises: list[Rise] = []
    seen: list[dict[str, int]] = []
    for index, each in enumerate(raising.raises):
        counted = raising.seen[index] if raising.seen else {}
        if each.to >= incident.severity:
            counted = {}  # it is that bad already
        else:
            counted = _counted(situation, each, counted, alert, outcome)
            if _calls(each, counted, incident):
                rises.append(Rise(each.to, actors.raise_of(raising.rule), why(each)))
                counted = {}
        seen.append(counted)
    draft.change(raising=replace(raising, seen=tuple(seen) if any(seen) else ()))
    start(situation, draft)
    return min(rises, key=lambda rise: rise.severity, default=None)


def _is_over(raising: Raising, incident: Incident) -> bool:
    """True if no raise can make the incident worse, and nothing is left to count."""
    if raising.seen or raising.firing_since is None:
        return False
    return all(each.to >= incident.severity for each in raising.raises)


def _counted(
    situation: Situation, each: Raise, counted: dict[str, int], alert: Alert, outcome: Outcome
) -> dict[str, int]:
    """The count of `each` with the alert that joins, without what is older than its time."""
    now = situation.now
    match each.when:
        case ManyAlerts(within_us=within_us):
            name = f"{alert.source}\0{alert.fingerprint}"
        case ManyValues(label=label, within_us=within_us):
            name = outcome.labels.get(label, "")
        case FiringFor() | Reopenings():
            return counted
        case _:
            assert_never(each.when)
    counted = dict(counted)
    while counted and (oldest := next(iter(counted))) and counted[oldest] <= now - within_us:
        del counted[oldest]
    if name:
        digest = blake2b(name.encode(), digest_size=HASH_BYTES).hexdigest()
        counted.pop(digest, None)  # so that the order stays that of time
        counted[digest] = now
    return counted


def _calls(each: Raise, counted: dict[str, int], incident: Incident) -> bool:
    match each.when:
        case ManyAlerts(alerts=needed) | ManyValues(count=needed):
            return len(counted) >= needed
        case Reopenings(times=times):
            held = 0 if incident.flapping is UNSET else incident.flapping.held
            return incident.chosen is None and incident.reopens + held >= times
        case FiringFor():
            return False  # its time comes by a timer
        case _:
            assert_never(each.when)


def why(each: Raise) -> str:
    """The condition of a raise in words, for timelines: `10 alerts within 5m`."""
    match each.when:
        case ManyAlerts(alerts=alerts, within_us=us):
            return f"{alerts} alerts within {format_duration(us)}"
        case ManyValues(label=label, count=count, within_us=us):
            return f"{count} values of {label} within {format_duration(us)}"
        case FiringFor(us=us):
            return f"firing for {format_duration(us)}"
        case Reopenings(times=times):
            return f"re-opened {times} times"
        case _:
            assert_never(each.when)


def start(situation: Situation, draft: Draft) -> None:
    """Start the time of firing, unless it runs already."""
    raising = draft.incident.raising
    if raising is UNSET or raising.firing_since is not None:
        return
    draft.change(raising=replace(raising, firing_since=situation.now))
    _arm(situation, draft)


def _arm(situation: Situation, draft: Draft) -> None:
    """Arm the timer of the next raise by time that would make the incident worse."""
    raising, severity = draft.incident.raising, draft.incident.severity
    if raising is UNSET or raising.firing_since is None:
        return
    dues = [raising.firing_since + us for us, to in _times(raising) if to < severity]
    due_at = min((at for at in dues if at > situation.now), default=None)
    if due_at is not None:
        draft.arm(RaiseDue(draft.incident.number, due_at))


def _times(raising: Raising) -> list[tuple[int, Severity]]:
    return [(each.when.us, each.to) for each in raising.raises if isinstance(each.when, FiringFor)]


def pause(draft: Draft) -> None:
    """End the time of firing: no alert fires any more, or a person resolved the incident."""
    raising = draft.incident.raising
    if raising is UNSET or raising.firing_since is None:
        return
    draft.change(raising=replace(raising, firing_since=None))
    draft.drop(RaiseDue)


def resume(situation: Situation, draft: Draft) -> None:
    """Restart the time of firing for an incident that has opened or re-opened."""
    pause(draft)
    if draft.incident.firing:
        start(situation, draft)


def due(situation: Situation, draft: Draft, timer: RaiseDue) -> None:
    """Raise an incident that has been firing long enough, and arm the next raise by time."""
    incident = draft.incident
    raising = incident.raising
    if raising is UNSET or raising.firing_since is None:
        return  # nothing fires
    over = [
        each
        for each in raising.raises
        if isinstance(each.when, FiringFor) and raising.firing_since + each.when.us <= situation.now
    ]
    worst = min(over, key=lambda each: each.to, default=None)
    if worst is not None and worst.to < incident.severity and incident.chosen is None:
        rise = Rise(worst.to, actors.raise_of(raising.rule), why(worst))
        raise_to(situation, draft, rise, timer.due_at)
    _arm(situation, draft)
