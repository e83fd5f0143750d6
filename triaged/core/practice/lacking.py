"""Deadlines of the practice that an incident must have as it stands: what the auditor looks for.

A deadline ends after some stages, and no row says how many were told: so each is looked for only
while it cannot have ended.
"""

from collections.abc import Iterator

from triaged.core.practice import phases, roles, updates
from triaged.core.practice.learning import postmortem_deadlines
from triaged.core.practice.work import work_of
from triaged.core.records.model import Incident, State
from triaged.core.records.timers import (
    ActionItemsDue,
    IncidentTimer,
    PhaseDue,
    PostmortemDue,
    RoleDue,
    UpdateDue,
)
from triaged.core.settings import Settings

ALWAYS = 0


def deadlines_of(incident: Incident, settings: Settings, before: int) -> Iterator[IncidentTimer]:
    """The deadlines, as far as they are due before that instant."""
    if work_of(incident).action_items:
        yield ActionItemsDue(incident.number, ALWAYS)
    if not incident.live:
        yield from _postmortem(incident, settings, before)
    elif work_of(incident).declared_at is not None:
        yield from _roles(incident, settings, before)
        yield from _update(incident, before)
        yield from _phase(incident, before)


def _roles(incident: Incident, settings: Settings, before: int) -> Iterator[RoleDue]:
    look_at = roles.first_look(incident)
    if look_at is None or not roles.missing(settings, incident):
        return
    if before < look_at + roles.AGAIN_US * (roles.REMINDERS_MAX - 1):
        yield RoleDue(incident.number, look_at)


def _update(incident: Incident, before: int) -> Iterator[UpdateDue]:
    """At the last stage that is due: those before it may have been told."""
    deadline = work_of(incident).next_update_at
    if deadline is None:
        return
    dues = [updates.stage_due_at(deadline, stage) for stage in range(len(updates.STAGES_US))]
    if before < dues[-2]:
        stage = max((n for n, due_at in enumerate(dues) if due_at < before), default=0)
        yield UpdateDue(incident.number, dues[stage], stage)


def _phase(incident: Incident, before: int) -> Iterator[PhaseDue]:
    guide_us = phases.GUIDE_US[incident.phase]
    if guide_us is None:
        return
    due_at = work_of(incident).phase_at + guide_us
    if before < due_at + phases.AGAIN_US * (phases.NUDGES_MAX - 2):
        yield PhaseDue(incident.number, due_at)


def _postmortem(incident: Incident, settings: Settings, before: int) -> Iterator[PostmortemDue]:
    at = incident.resolved_at
    if at is None or incident.state is not State.RESOLVED or work_of(incident).phase_at != at:
        return  # nobody had it in hand when it ended, whoever has looked at it since
    is_asked_for = postmortem_deadlines.is_asked_for(settings, incident)
    if is_asked_for and before < postmortem_deadlines.due_of(settings, incident):
        yield PostmortemDue(incident.number, at, postmortem_deadlines.BEGIN)
