"""Deadlines of the practice that have come due. A stale one does nothing."""

from typing import assert_never

from triaged.core.draft import Draft
from triaged.core.practice import drills, phases, reports, roles, updates
from triaged.core.practice.learning import action_items, postmortem_deadlines
from triaged.core.practice.status import status_deadlines
from triaged.core.records.effects import Decision, DropTimer
from triaged.core.records.timers import (
    ActionItemsDue,
    ComponentsDue,
    DrillDue,
    PhaseDue,
    PostDue,
    PostmortemDue,
    PracticeTimer,
    ReportDue,
    RoleDue,
    UpdateDue,
)
from triaged.core.situation import Situation


def deadline_due(situation: Situation, timer: PracticeTimer) -> Decision:
    """Do what the deadline is for, if it still stands; drop its row in any case."""
    incident = situation.incident(timer.incident)
    gone = DropTimer(timer.incident, type(timer))
    if incident is None:
        return Decision((gone,))
    if isinstance(timer, ReportDue):
        return reports.due(situation, incident, timer)
    if isinstance(timer, DrillDue):
        return drills.due(situation, incident)
    draft = Draft(incident)
    draft.add(gone)
    match timer:
        case RoleDue():
            roles.due(situation, draft, timer)
        case UpdateDue():
            updates.due(situation, draft, timer)
        case PostmortemDue():
            postmortem_deadlines.due(situation, draft, timer)
        case ActionItemsDue():
            action_items.due(situation, draft, timer)
        case PhaseDue():
            phases.due(situation, draft, timer)
        case PostDue():
            status_deadlines.post_due(situation, draft, timer)
        case ComponentsDue():
            status_deadlines.components_due(situation, draft)
        case _:
            assert_never(timer)
    return Decision(draft.effects())
