"""Presses of buttons: what the incident is now decides, and not what the message showed."""

from typing import assert_never

from triaged.core.acting import act
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Escalated,
    Resolved,
    Unacknowledged,
)
from triaged.core.records.model import Incident, State, incident_id
from triaged.core.records.two_way import Pressed
from triaged.core.situation import Situation

OLDER = "the button is of an older message"


def press(situation: Situation, event: Pressed) -> Decision:
    """Do what a button says, unless it was made before the incident was as it is.

    A second press of the same button changes nothing, nor does one of an older epoch.
    """
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    if incident.merged_into is None and _is_done(incident, event):
        return Decision((), Acted(incident.number))
    if incident.live and _is_older(incident, event):
        return Decision((), Conflict(f"{incident.id}: {OLDER}", incident.holder or ""))
    action = _action(event)
    if action is None:
        return Decision((), Conflict(f"{incident.id}: the button tests a contact"))
    return act(situation, action)


def _is_done(incident: Incident, event: Pressed) -> bool:
    """True if whoever presses has what the button gives: they pressed it a moment ago."""
    match event.verb:
        case "acknowledge" | "take_over":
            return incident.holder == event.by
        case "resolve":
            return incident.state is State.RESOLVED
        case _:
            return False


def _is_older(incident: Incident, event: Pressed) -> bool:
    """True if the incident was armed anew since; for an escalation, if a step has fired since."""
    now = incident.escalation.step_id
    return event.shown != now if event.verb == "escalate" else event.shown.epoch != now.epoch


def _action(event: Pressed) -> Action | None:
    """The action of a button; None: it has none."""
    match event.verb:
        case "acknowledge":
            return Acknowledged(event.incident, event.by)
        case "take_over":
            return Acknowledged(event.incident, event.by, take_over=True)
        case "escalate":
            return Escalated(event.incident, event.by)
        case "resolve":
            return Resolved(event.incident, event.by)
        case "unacknowledge":
            return Unacknowledged(event.incident, event.by)
        case "verify":
            return None
        case _:
            assert_never(event.verb)
