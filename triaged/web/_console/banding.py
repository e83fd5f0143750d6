"""The band above an incident's page: what was just done, what follows, and how to take it back."""

import msgspec
from msgspec.structs import replace

from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.model import Incident, State
from triaged.core.response.ahead import ahead_of
from triaged.core.response.escalation import step_due_at
from triaged.core.settings import Settings
from triaged.core.text.wording import clean
from triaged.core.time.durations import SECOND
from triaged.web._console.acts import INVERSE
from triaged.web._console.frame import Frame

UNDO_US = 10 * SECOND
"""Time in which an action can be taken back by one button."""

SHOWN_US = 60 * SECOND
"""Time for which the page says what was done: a reload of an old address says nothing."""

NAME_MAX = 60


class Band(msgspec.Struct, frozen=True):
    """A sentence about the whole page, and perhaps the button that takes back what it says."""

    lead: str
    at: int
    text: str
    undo: str = ""
    """The action that takes it back; empty: none."""
    undo_s: int = 0
    """Seconds for which it can be taken back."""


class Telling(msgspec.Struct, frozen=True):
    """To whom it is said, and what else it depends on."""

    frame: Frame
    settings: Settings
    facts: DutyFacts


def band_of(did: str, incident: Incident, told: Telling) -> Band | None:
    """What the reader did a moment ago; None: nothing, or it is no longer so."""
    frame, now = told.frame, told.frame.clock.now
    done = _done(did, incident, told)
    if done is None or now - done.at > SHOWN_US:
        return None
    left_s = (done.at + UNDO_US - now) // SECOND
    if not done.undo or left_s <= 0 or not frame.may_respond:
        return replace(done, undo="")
    return replace(done, undo_s=int(left_s))


def _done(did: str, incident: Incident, told: Telling) -> Band | None:
    frame = told.frame
    active_at = incident.active_at or 0
    is_own = incident.acknowledged_by == (frame.by or "anonymous")
    match did, incident.state:
        case (("acknowledge" | "take_over" | "assign"), State.ACKNOWLEDGED) if is_own:
            at = incident.acknowledged_at or 0
            undo = INVERSE["acknowledge"] if did == "acknowledge" else ""
            return Band("Acknowledged", at, _called_off(incident, told), undo)
        case "snooze", State.ACKNOWLEDGED if incident.snoozed_until is not None:
            until = frame.clock.minute(incident.snoozed_until)
            return Band("Snoozed", active_at, f"It pages again at {until}.", INVERSE["snooze"])
        case "resolve", State.RESOLVED | State.CLOSED:
            at = incident.resolved_at or 0
            return Band("Resolved", at, "Everybody who was paged hears of it.", INVERSE["resolve"])
        case (("unacknowledge" | "reopen"), State.OPEN):
            return Band("Open again", incident.armed_at or 0, "It pages from its first step.")
        case "escalate", State.OPEN:
            return Band("Escalated", frame.clock.now, "Whom it pages stands below.")
        case "note", _ if incident.live:
            return Band("Noted", active_at, "The note is on the timeline.")
        case "severity", _ if incident.chosen_at is not None:
            return Band("Severity set", incident.chosen_at, f"It is {incident.severity} now.")
        case _:
            return None


def _called_off(incident: Incident, told: Telling) -> str:
    """What is no longer sent: `The page to bob at 15:28:02 is off.`."""
    at = step_due_at(incident, told.settings)
    if at is None or at <= (incident.acknowledged_at or 0):
        return "Paging has stopped."
    paging = replace(incident, escalation=replace(incident.escalation, next_at=at))
    steps = ahead_of(paging, told.settings, told.facts, at).steps
    whom = " and ".join(clean(name, NAME_MAX) for name in steps[0].whom)
    return f"The page to {whom or 'nobody'} at {told.frame.clock.time(at)} is off."
