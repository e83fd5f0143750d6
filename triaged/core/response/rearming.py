"""The instants of an incident that new settings move, and what moves them when they are in force.

| fixed in the incident | as of the present settings |
| --- | --- |
| the response deadline and when it is at risk | when the next step fires: the calendar's \
hours, and whether an exhausted incident pages on |
| the end of an acknowledgement that was told | the end of one that had none |
| the policy's steps | until when what is over may re-open |
| | the roles of people who are not in the configuration any more: they end |
"""

from collections.abc import Mapping

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.roles import end_of_leavers, leavers
from triaged.core.records.effects import Decision
from triaged.core.records.events import SettingsChanged
from triaged.core.records.model import Incident, State
from triaged.core.records.timers import IncidentTimer, ReopenWindowDue, StepDue
from triaged.core.response.escalation import step_due_at
from triaged.core.response.holding import end_of, ends_at, go_on
from triaged.core.settings import Settings
from triaged.core.situation import Situation


def moves(incident: Incident, dues: Mapping[type[IncidentTimer], int], settings: Settings) -> bool:
    """True if the settings move an instant of the incident, whose timers have these `dues`."""
    if leavers(settings, incident):
        return True
    if incident.state is State.ACKNOWLEDGED:
        return incident.acknowledged_until is None and ends_at(incident, settings) is not None
    if incident.state is State.OPEN:
        runs = not incident.rests and incident.bundled_at is None
        return runs and step_due_at(incident, settings) != incident.escalation.next_at
    known = dues.get(ReopenWindowDue)
    return known is not None and known != _reopens_until(incident, settings)


def rearm(situation: Situation, event: SettingsChanged) -> Decision:
    """Move what the settings move; nothing is sent before its timer fires."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision()
    draft = Draft(incident)
    end_of_leavers(situation, draft)
    match incident.state:
        case State.ACKNOWLEDGED:
            _end_acknowledgement(situation, draft)
        case State.OPEN:
            _move_step(situation, draft)
        case _:
            _move_window(situation, draft)
    return Decision(draft.effects())


def _end_acknowledgement(situation: Situation, draft: Draft) -> None:
    """An acknowledgement that had no end has one; its holder is warned first."""
    until = end_of(situation, draft.incident)
    if draft.incident.acknowledged_until is None and until is not None:
        draft.change(acknowledged_until=until)
        go_on(situation, draft)


def _move_step(situation: Situation, draft: Draft) -> None:
    incident = draft.incident
    place = incident.escalation
    next_at = step_due_at(incident, situation.settings)
    if incident.rests or incident.bundled_at is not None or next_at == place.next_at:
        return
    draft.change(escalation=replace(place, next_at=next_at))
    draft.drop(StepDue)
    if next_at is not None:
        draft.arm(StepDue(incident.number, next_at, place.epoch, place.round, place.step))


def _move_window(situation: Situation, draft: Draft) -> None:
    incident = draft.incident
    until = _reopens_until(incident, situation.settings)
    if until is not None and incident.firing and incident.next is None:
        draft.arm(ReopenWindowDue(incident.number, until, incident.reopens))


def _reopens_until(incident: Incident, settings: Settings) -> int | None:
    at = incident.resolved_at
    return None if at is None else at + settings.reopen_within
