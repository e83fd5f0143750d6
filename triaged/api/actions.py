"""`POST /api/v1/incidents/{id}/…`: actions of people. Acting twice is 200, the impossible 409."""

from typing import Annotated

from msgspec import Meta

from triaged.api._actions import IncidentAfter, act
from triaged.api._incidents import INCIDENT
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Closed,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import Phase, Severity
from triaged.core.records.practice.notes import Marker, NoteKind
from triaged.core.time.durations import MINUTE
from triaged.errors import Malformed
from triaged.http.bodies import TEXT_MAX, Body, Moment, Name, Text
from triaged.http.routes import Call, Scope, route
from triaged.wire import instant, instant_text

NOTE_AHEAD_US = MINUTE
"""Limit on the lead of a note's instant over now: clocks of people's machines differ."""


class Note(Body, frozen=True):
    """An optional note that goes with an action."""

    note: Text = ""


class Acknowledgement(Note, frozen=True):
    """An acknowledgement; `take_over`: even of what somebody else holds."""

    take_over: bool = False


class Assignment(Body, frozen=True):
    """The person to whom the incident is handed over."""

    person: Name


class SeverityChoice(Body, frozen=True):
    """A person's judgement of the severity."""

    severity: Severity
    reason: Text = ""


class PhaseChoice(Body, frozen=True):
    """The phase that the work has reached."""

    phase: Phase


class TimelineNote(Body, frozen=True):
    """A note for the timeline, and the instant it is about if that was earlier."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
    at: Moment | None = None
    kind: NoteKind = NoteKind.NOTE
    """A `hypothesis` begins the investigation, a `fix` the mitigation."""
    marker: Marker | None = None
    """What it was for the course of the incident."""


class Snooze(Body, frozen=True):
    """The instant until which the incident does not page."""

    until: Moment


@route("POST", f"{INCIDENT}/acknowledge", Scope.RESPOND)
async def acknowledge(call: Call, body: Acknowledgement) -> IncidentAfter:
    """Acknowledge the incident: paging stops, and the caller holds it.

    What somebody else holds is refused with 409, which names the holder, unless `take_over` is set.
    """

    def event(number: int) -> Action:
        return Acknowledged(number, call.caller.by, body.note, body.take_over)

    return await act(call, event)


@route("POST", f"{INCIDENT}/unacknowledge", Scope.RESPOND)
async def unacknowledge(call: Call, body: Note) -> IncidentAfter:
    """Withdraw the acknowledgement: the incident pages again."""
    return await act(call, lambda number: Unacknowledged(number, call.caller.by, body.note))


@route("POST", f"{INCIDENT}/resolve", Scope.RESPOND)
async def resolve(call: Call, body: Note) -> IncidentAfter:
    """Resolve the incident."""
    return await act(call, lambda number: Resolved(number, call.caller.by, body.note))


@route("POST", f"{INCIDENT}/reopen", Scope.RESPOND)
async def reopen(call: Call, body: Note) -> IncidentAfter:
    """Reopen a resolved incident: it pages again."""
    return await act(call, lambda number: Reopened(number, call.caller.by, body.note))


@route("POST", f"{INCIDENT}/close", Scope.RESPOND)
async def close(call: Call, body: Note) -> IncidentAfter:
    """Close a resolved incident for good."""
    return await act(call, lambda number: Closed(number, call.caller.by, body.note))


@route("POST", f"{INCIDENT}/escalate", Scope.RESPOND)
async def escalate(call: Call, body: Note) -> IncidentAfter:
    """Take the next step of the escalation policy now."""
    return await act(call, lambda number: Escalated(number, call.caller.by, body.note))


@route("POST", f"{INCIDENT}/assign", Scope.RESPOND)
async def assign(call: Call, body: Assignment) -> IncidentAfter:
    """Hand the incident over to a person, who is paged, and then whom its policy names."""
    return await act(call, lambda number: Assigned(number, call.caller.by, body.person))


@route("POST", f"{INCIDENT}/severity", Scope.RESPOND)
async def choose_severity(call: Call, body: SeverityChoice) -> IncidentAfter:
    """Choose the severity."""

    def event(number: int) -> Action:
        return SeverityChosen(number, call.caller.by, body.severity, body.reason)

    return await act(call, event)


@route("POST", f"{INCIDENT}/phase", Scope.RESPOND)
async def change_phase(call: Call, body: PhaseChoice) -> IncidentAfter:
    """Record the phase that the work has reached."""
    return await act(call, lambda number: PhaseChanged(number, call.caller.by, body.phase))


@route("POST", f"{INCIDENT}/notes", Scope.RESPOND)
async def add_note(call: Call, body: TimelineNote) -> IncidentAfter:
    """Add a note to the timeline."""
    at, now = None if body.at is None else instant(body.at), call.context.clock.now()
    if at is not None and at > now + NOTE_AHEAD_US:
        message = f"a note is about the past or the present: now it is {instant_text(now)}"
        raise Malformed("wrong_shape", message, "$.at")

    def event(number: int) -> NoteAdded:
        return NoteAdded(number, call.caller.by, body.text, at, body.kind, body.marker)

    return await act(call, event)


@route("POST", f"{INCIDENT}/snooze", Scope.RESPOND)
async def snooze(call: Call, body: Snooze) -> IncidentAfter:
    """Acknowledge the incident until an instant, from which it pages again."""
    until = instant(body.until)
    return await act(call, lambda number: Snoozed(number, call.caller.by, until))
