"""Deadlines of the practice that an incident must have as it stands: what the auditor looks for.

Some follow from the incident's row, some from a record in hand, such as a report that nobody has
looked at. A deadline ends after some stages, and not every row says how many were told: such a one
is looked for only while it cannot have ended.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from triaged.core.practice import drills, phases, reports, roles, updates
from triaged.core.practice.learning import postmortem_deadlines
from triaged.core.practice.status import status_deadlines
from triaged.core.practice.work import work_of
from triaged.core.records.model import Incident, State
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.drills import DrillRun, DrillState
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.records.practice.reports import CustomerReport, CustomerReportState
from triaged.core.records.practice.status import PublicIncident
from triaged.core.records.timers import (
    ActionItemsDue,
    ComponentsDue,
    DrillDue,
    IncidentTimer,
    PhaseDue,
    PostDue,
    PostmortemDue,
    ReportDue,
    RoleDue,
    UpdateDue,
)
from triaged.core.settings import Settings
from triaged.core.situation import Situation

ALWAYS = 0

RecordInHand = CustomerReport | DrillRun | PublicIncident | Postmortem | ActionItem
"""Records for which a timer of their incident is armed, whatever has become of the incident."""

TIMER_OF_RECORD: Mapping[type[RecordInHand], type[IncidentTimer]] = {
    CustomerReport: ReportDue,
    DrillRun: DrillDue,
    PublicIncident: PostDue,
    Postmortem: PostmortemDue,
    ActionItem: ActionItemsDue,
}


def deadlines_of(situation: Situation, incident: Incident, before: int) -> Iterator[IncidentTimer]:
    """The deadlines, as far as they are due before that instant."""
    settings = situation.settings
    if not incident.live:
        yield from _postmortem(incident, settings, before)
    elif work_of(incident).declared_at is not None:
        yield from _roles(incident, settings, before)
        yield from _update(incident, before)
        yield from _phase(incident, before)
    yield from _components(situation, incident)
    yield from _of_records(situation, incident, before)


def _of_records(situation: Situation, incident: Incident, before: int) -> Iterator[IncidentTimer]:
    """At most one of each kind."""
    for kind in TIMER_OF_RECORD:
        rows = situation.view.rows_of(kind, incident.number)
        each = (_of_record(situation.settings, incident, row, before) for row in rows)
        timers = [timer for timer in each if timer is not None]
        if timers:
            yield min(timers, key=lambda timer: timer.due_at)


def _of_record(
    settings: Settings, incident: Incident, record: RecordInHand, before: int
) -> IncidentTimer | None:
    match record:
        case CustomerReport():
            is_new = record.state is CustomerReportState.NEW
            return reports.look_of(record) if is_new else None
        case DrillRun():
            return drills.next_of(record) if record.state is DrillState.RUNNING else None
        case PublicIncident():
            has_page = settings.status_page is not None
            return status_deadlines.reminder_of(record, before) if has_page else None
        case Postmortem():
            return postmortem_deadlines.reminder_of(settings, incident, record, before)
        case ActionItem():
            return ActionItemsDue(incident.number, ALWAYS) if record.is_unfinished else None
        case _:
            assert_never(record)


def _components(situation: Situation, incident: Incident) -> Iterator[ComponentsDue]:
    if status_deadlines.is_unset(situation, incident):
        begun_at = incident.opened_at + status_deadlines.AUTO_AFTER_US
        due_at = begun_at if incident.live else incident.resolved_at or ALWAYS
        yield ComponentsDue(incident.number, due_at)


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
    """The first step: from then on the record says what is due."""
    at = incident.resolved_at
    if at is None or incident.state is not State.RESOLVED or work_of(incident).phase_at != at:
        return  # nobody had it in hand when it ended, whoever has looked at it since
    is_asked_for = postmortem_deadlines.is_asked_for(settings, incident)
    if is_asked_for and before < postmortem_deadlines.due_of(settings, incident):
        yield PostmortemDue(incident.number, at, postmortem_deadlines.BEGIN)
