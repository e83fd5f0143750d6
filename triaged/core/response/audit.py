"""The auditor's list of timers that an incident must have as it stands.

A timer is written with what it belongs to, in one transaction, so none is ever missing. If one is
all the same, by a fault of ours or of the disk, nobody would be paged and nothing would say so.
"""

from collections.abc import Iterator, Mapping

from msgspec import UNSET

from triaged.core.alerts.severity import worst
from triaged.core.lifecycle import Condition, condition_of
from triaged.core.practice.lacking import deadlines_of
from triaged.core.records.model import Incident, Response, State
from triaged.core.records.timers import (
    AtRiskDue,
    CutGroupDue,
    HolderWarningDue,
    IncidentTimer,
    JoinDue,
    MuteDue,
    RaiseDue,
    ReachDue,
    ReopenWindowDue,
    ResolveDue,
    StepDue,
    StormDue,
    TargetDue,
    UnacknowledgeDue,
)
from triaged.core.response.holding import ends_at
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE

RUNNING = (Response.ON_TRACK, Response.AT_RISK)
ALWAYS = 0
"""The instant of a look that an incident must have a timer for at any time."""

EXACT = (StepDue, AtRiskDue, TargetDue)
"""Timers that are written for exactly the instant that their incident names."""

LATE_MAX_US = 2 * MINUTE
"""So much later they may stand: one that could not be decided has been put off by a minute."""

LEFT_OUT: Mapping[type[IncidentTimer], str] = {
    HolderWarningDue: "the end of the acknowledgement, which it announces, is looked for",
    RaiseDue: "a raise that a person has taken back looks the same as one that was forgotten",
    ReachDue: "the next step, which it brings forward, is looked for",
    CutGroupDue: "without it the incident stays open, and its escalation goes on",
}
"""Kinds of timers that nobody looks for, and why not. All others are looked for: here, by
`core/practice/lacking.py` as the incident says, or by it as a record of the incident says."""


def forgotten(
    situation: Situation, incident: Incident, dues: Mapping[type[IncidentTimer], int], before: int
) -> list[IncidentTimer]:
    """The timers due before that instant that an incident lacks, or has far too late.

    `dues` says when those are due that it has. The records of the practice that the view holds are
    asked, too.
    """
    wanted: list[IncidentTimer]
    settings = situation.settings
    if incident.live:
        wanted = [*_looks(incident), *_dues(incident), *_end_of_acknowledgement(incident, settings)]
    else:
        wanted = [*_end_of_reopening(incident, settings)]
    wanted += deadlines_of(situation, incident, before)
    return [timer for timer in wanted if timer.due_at < before and _lacks(dues, timer, before)]


def _lacks(dues: Mapping[type[IncidentTimer], int], timer: IncidentTimer, before: int) -> bool:
    kind = type(timer)
    return kind not in dues or (kind in EXACT and dues[kind] > before + LATE_MAX_US)


def _looks(incident: Incident) -> Iterator[IncidentTimer]:
    number = incident.number
    if incident.rests:
        yield MuteDue(number, ALWAYS)
    if incident.bundle is not UNSET:
        yield StormDue(number, ALWAYS, number)
    if incident.bundled_at is not None and incident.storm is not None:
        yield StormDue(number, ALWAYS, incident.storm)
    if incident.joins is not UNSET and incident.joins.count:
        yield JoinDue(number, ALWAYS)


def _dues(incident: Incident) -> Iterator[IncidentTimer]:
    number, place = incident.number, incident.escalation
    if incident.resolving_at is not None:
        yield ResolveDue(number, incident.resolving_at)
    if incident.state is not State.OPEN or condition_of(incident) is Condition.BUNDLED:
        return
    if place.next_at is not None:
        yield StepDue(number, place.next_at, place.epoch, place.round, place.step)
    if incident.at_risk_at is not None and incident.response is Response.ON_TRACK:
        yield AtRiskDue(number, incident.at_risk_at, place.epoch)
    if incident.respond_by is not None and incident.response in RUNNING:
        yield TargetDue(number, incident.respond_by, place.epoch)


def _end_of_acknowledgement(incident: Incident, settings: Settings) -> Iterator[UnacknowledgeDue]:
    due_at = ends_at(incident, settings)
    if incident.state is State.ACKNOWLEDGED and due_at is not None:
        yield UnacknowledgeDue(incident.number, due_at, incident.escalation.epoch)


def _end_of_reopening(incident: Incident, settings: Settings) -> Iterator[ReopenWindowDue]:
    """A person resolved it, and something fires on: after a while a new incident takes that."""
    at = incident.resolved_at
    if at is None or incident.state is State.MERGED or incident.next is not None:
        return
    if worst(incident.firing, settings) is not None:
        due_at = at + settings.reopen_within
        yield ReopenWindowDue(incident.number, due_at, incident.reopens)
