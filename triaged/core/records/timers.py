"""Timers. Each holds the state that it expects to find; a stale one does nothing.

Rows are unique per (incident, kind): arming replaces, so a timer never fires for an older reason.
"""

from typing import assert_never

import msgspec


class StepDue(msgspec.Struct, frozen=True, gc=False, tag="step"):
    """A step of the escalation plan fires."""

    incident: int
    due_at: int
    epoch: int
    round: int
    step: int


class AtRiskDue(msgspec.Struct, frozen=True, gc=False, tag="at_risk"):
    """The response target is at risk."""

    incident: int
    due_at: int
    epoch: int


class TargetDue(msgspec.Struct, frozen=True, gc=False, tag="target"):
    """The response target is missed."""

    incident: int
    due_at: int
    epoch: int


class UnacknowledgeDue(msgspec.Struct, frozen=True, gc=False, tag="unacknowledge"):
    """An acknowledgement ends unless there was activity; a snooze ends."""

    incident: int
    due_at: int
    epoch: int


class HolderWarningDue(msgspec.Struct, frozen=True, gc=False, tag="holder_warning"):
    """The holder hears that the acknowledgement or snooze is about to end."""

    incident: int
    due_at: int
    epoch: int


class JoinDue(msgspec.Struct, frozen=True, gc=False, tag="join"):
    """The holder hears of the alerts that have joined lately."""

    incident: int
    due_at: int


class ResolveDue(msgspec.Struct, frozen=True, gc=False, tag="resolve"):
    """The resolve condition has held for `hold`."""

    incident: int
    due_at: int


class ReopenWindowDue(msgspec.Struct, frozen=True, gc=False, tag="reopen_window"):
    """The time is over in which the incident could re-open; what still fires needs a new one."""

    incident: int
    due_at: int
    reopens: int


class RaiseDue(msgspec.Struct, frozen=True, gc=False, tag="raise"):
    """Something has been firing for as long as a raise says."""

    incident: int
    due_at: int


class MuteDue(msgspec.Struct, frozen=True, gc=False, tag="mute"):
    """Look whether something mutes the incident, or no longer does."""

    incident: int
    due_at: int


class StormDue(msgspec.Struct, frozen=True, gc=False, tag="storm"):
    """Look whether the storm is over, for its umbrella or for an incident that waits under it."""

    incident: int
    due_at: int
    umbrella: int


class ReachDue(msgspec.Struct, frozen=True, gc=False, tag="reach"):
    """A step whose attempts fail or hang has reached nobody, unless one has succeeded since."""

    incident: int
    due_at: int
    epoch: int


class CutGroupDue(msgspec.Struct, frozen=True, gc=False, tag="cut_group"):
    """Nothing was heard of alerts that a sender left out for as long as an alert takes to lapse."""

    incident: int
    due_at: int


class RoleDue(msgspec.Struct, frozen=True, gc=False, tag="role"):
    """Look whether somebody holds each role that must be held; `step`: how often before."""

    incident: int
    due_at: int
    step: int = 0


class PhaseDue(msgspec.Struct, frozen=True, gc=False, tag="phase"):
    """A phase lasts longer than its guide says; `step`: how often that was told."""

    incident: int
    due_at: int
    step: int = 0


class UpdateDue(msgspec.Struct, frozen=True, gc=False, tag="update"):
    """The internal update that was promised is due soon, due, or late; `step` says how far."""

    incident: int
    due_at: int
    step: int = 0


class PostmortemDue(msgspec.Struct, frozen=True, gc=False, tag="postmortem"):
    """The postmortem is asked for (step 0), half of its time is over, it is due, it is late."""

    incident: int
    due_at: int
    step: int = 0


class ActionItemsDue(msgspec.Struct, frozen=True, gc=False, tag="action_items"):
    """Somebody is reminded of an action item that is due or overdue."""

    incident: int
    due_at: int


class PostDue(msgspec.Struct, frozen=True, gc=False, tag="post"):
    """The public post that was promised is due; `step`: how often that was told."""

    incident: int
    due_at: int
    step: int = 0


class ComponentsDue(msgspec.Struct, frozen=True, gc=False, tag="components"):
    """Look whether the components of the status page are to be set automatically."""

    incident: int
    due_at: int


class DrillDue(msgspec.Struct, frozen=True, gc=False, tag="drill"):
    """The next injection, question or the end of a drill; its row knows how far it is."""

    incident: int
    due_at: int


class ReportDue(msgspec.Struct, frozen=True, gc=False, tag="report"):
    """Somebody has looked at a customer's report by now, or it pages."""

    incident: int
    due_at: int
    step: int = 0
    """Digest of the report's service: reports of one service page as one incident."""


class LapseDue(msgspec.Struct, frozen=True, gc=False, tag="lapse"):
    """Look whether an alert has lapsed. It has no row: it is `alerts.lapse_check_at`."""

    source: str
    fingerprint: str
    due_at: int


class ExpectDue(msgspec.Struct, frozen=True, gc=False, tag="expect"):
    """Look whether something that is expected has been seen. It has no row of its own, either."""

    name: str
    due_at: int


ResponseTimer = (
    StepDue
    | AtRiskDue
    | TargetDue
    | UnacknowledgeDue
    | HolderWarningDue
    | JoinDue
    | ResolveDue
    | ReopenWindowDue
    | RaiseDue
    | MuteDue
    | StormDue
    | ReachDue
    | CutGroupDue
)
PracticeTimer = (
    RoleDue
    | UpdateDue
    | PhaseDue
    | PostmortemDue
    | ActionItemsDue
    | PostDue
    | ComponentsDue
    | DrillDue
    | ReportDue
)
"""Deadlines of the practice (`core/practice`)."""

IncidentTimer = ResponseTimer | PracticeTimer
Timer = IncidentTimer | LapseDue | ExpectDue


def _rank(timer: IncidentTimer) -> int:
    """The place of a timer among those of its incident that are due at one instant.

    Whatever may keep a step from paging, or explains why it pages, fires before the step.
    """
    match timer:
        case MuteDue():
            return 0
        case UnacknowledgeDue():
            return 1
        case HolderWarningDue():
            return 2
        case ResolveDue():
            return 3
        case CutGroupDue():
            return 4
        case ReopenWindowDue():
            return 5
        case AtRiskDue():
            return 6
        case TargetDue():
            return 7
        case RaiseDue():
            return 8
        case StormDue():
            return 9
        case StepDue():
            return 10
        case ReachDue():
            return 11
        case JoinDue():
            return 12
        case RoleDue():
            return 13
        case UpdateDue():
            return 14
        case PostmortemDue():
            return 15
        case ActionItemsDue():
            return 16
        case PhaseDue():
            return 17
        case PostDue():
            return 18
        case ComponentsDue():
            return 19
        case DrillDue():
            return 20
        case ReportDue():
            return 21
        case _:
            assert_never(timer)


def firing_order(timer: IncidentTimer) -> tuple[int, int, int]:
    """Sorts timers as they fire: by instant, then by incident, then by kind."""
    return timer.due_at, timer.incident, _rank(timer)
