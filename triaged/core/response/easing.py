"""A severity that a person lowers: more time to respond, and the steps of the new target."""

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.model import Response, State
from triaged.core.records.timers import AtRiskDue, StepDue, TargetDue
from triaged.core.response.escalation import later, response_target, step_due_at
from triaged.core.situation import Situation


def ease(situation: Situation, draft: Draft) -> None:
    """Give an open incident the target and steps of its severity, which has just been lowered.

    The deadline is the later of the old one and that of the new target since the arming. Steps
    that have fired stay fired. Nothing runs in an incident that rests or waits under an umbrella.
    """
    incident, settings = draft.incident, situation.settings
    if incident.state is not State.OPEN or incident.armed_at is None or incident.respond_by is None:
        return
    armed_at, severity = incident.armed_at, incident.severity
    respond_by, target_us = response_target(settings, severity, armed_at)
    at_risk_at = later(settings, severity, armed_at, int(settings.at_risk * target_us))
    place = replace(incident.escalation, target_us=target_us)
    draft.change(escalation=place)
    if respond_by > incident.respond_by:
        at_risk = incident.response is Response.AT_RISK and at_risk_at <= situation.now
        missed = incident.response is Response.MISSED
        response = incident.response if at_risk or missed else Response.ON_TRACK
        at_risk_at = min(at_risk_at, respond_by)
        draft.change(respond_by=respond_by, at_risk_at=at_risk_at, response=response)
        draft.drop(AtRiskDue, TargetDue)
        if response is Response.ON_TRACK:
            draft.arm(AtRiskDue(incident.number, at_risk_at, place.epoch))
        if not missed:
            draft.arm(TargetDue(incident.number, respond_by, place.epoch))
    if place.next_at is not None:
        next_at = step_due_at(draft.incident, settings)
        draft.change(escalation=replace(place, next_at=next_at))
        draft.drop(StepDue)
        if next_at is not None:
            draft.arm(StepDue(incident.number, next_at, place.epoch, place.round, place.step))
