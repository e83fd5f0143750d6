"""`POST /api/v1/incidents/{id}/…`: what people do. Acting twice is 200, the impossible 409."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from triaged.api.incidents import ONE, shown_one, unknown
from triaged.api.schemas import (
    Assignment,
    Body,
    Note,
    PhaseChoice,
    SeverityChoice,
    Snooze,
    TimelineNote,
)
from triaged.api.webhooks import unread
from triaged.core.records.effects import Acted, Answer, Conflict, Unknown
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
from triaged.core.records.model import incident_number
from triaged.core.text.document import IncidentDocument
from triaged.core.time.durations import MINUTE
from triaged.errors import Malformed
from triaged.http import answers, problems
from triaged.http.bodies import API_BODY_MAX, decode, read_body
from triaged.http.routes import Call, Handler, Route, Scope
from triaged.store.tables import incidents
from triaged.wire import instant, instant_text

T = TypeVar("T", bound=Body)
Noted = Acknowledged | Unacknowledged | Resolved | Reopened | Closed | Escalated


NOTE_AHEAD_US = MINUTE
"""How much later than now a note may be about: clocks of people's machines differ."""


class Wish(msgspec.Struct, frozen=True):
    """Who asks for what incident, and when."""

    incident: int
    by: str
    now: int


def acting(kind: type[T], event_of: Callable[[Wish, T], Action]) -> Handler:
    """The handler that reads a body of `kind` and submits the event that it means."""

    async def act(call: Call) -> web.StreamResponse:
        number = incident_number(call.params["id"])
        if number is None:
            return unknown(call)
        body = await read_body(call.request, API_BODY_MAX, call.context.stop)
        if not isinstance(body, bytes):
            return unread(call, body)
        wish = Wish(number, call.caller.by, call.context.clock.now())
        event = event_of(wish, decode(body, kind))
        (outcome,) = await call.context.engine.submit([event], urgent=True)
        return await answered(call, outcome)

    return act


async def answered(call: Call, outcome: Answer) -> web.StreamResponse:
    """The incident as it is now, or why not."""
    match outcome:
        case Acted(incident=number):
            async with call.context.database.reading() as tx:
                incident = await incidents.fetch(tx, number)
            if incident is None:
                return unknown(call)
            return answers.answer(await shown_one(call, incident))
        case Conflict(detail=detail):
            return problems.problem(409, detail)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            return problems.unavailable("this went wrong here; the log of triaged says what")


def _noted(kind: type[Noted]) -> Callable[[Wish, Note], Action]:
    return lambda wish, body: kind(wish.incident, wish.by, body.note)


def _assigned(wish: Wish, body: Assignment) -> Action:
    return Assigned(wish.incident, wish.by, body.person)


def _severity_chosen(wish: Wish, body: SeverityChoice) -> Action:
    return SeverityChosen(wish.incident, wish.by, body.severity, body.reason)


def _phase_changed(wish: Wish, body: PhaseChoice) -> Action:
    return PhaseChanged(wish.incident, wish.by, body.phase)


def _note_added(wish: Wish, body: TimelineNote) -> Action:
    at = None if body.at is None else instant(body.at)
    if at is not None and at > wish.now + NOTE_AHEAD_US:
        message = f"a note is about what has happened: now it is {instant_text(wish.now)}"
        raise Malformed("wrong_shape", message, "$.at")
    return NoteAdded(wish.incident, wish.by, body.text, at)


def _snoozed(wish: Wish, body: Snooze) -> Action:
    return Snoozed(wish.incident, wish.by, instant(body.until))


def _route(name: str, about: str, body: type[Body], handler: Handler) -> Route:
    return Route(
        method="POST",
        path=f"{ONE}/{name}",
        scope=Scope.RESPOND,
        handler=handler,
        about=about,
        body=body,
        answer=IncidentDocument,
    )


PLAIN: dict[str, tuple[type[Noted], str]] = {
    "acknowledge": (Acknowledged, "Take it: paging stops."),
    "unacknowledge": (Unacknowledged, "Give it back: it pages again."),
    "resolve": (Resolved, "It is over."),
    "reopen": (Reopened, "It is not over."),
    "close": (Closed, "Close what is resolved, for good."),
    "escalate": (Escalated, "The next step now."),
}

ROUTES = (
    *(
        _route(name, about, Note, acting(Note, _noted(kind)))
        for name, (kind, about) in PLAIN.items()
    ),
    _route("assign", "Hand it to a person.", Assignment, acting(Assignment, _assigned)),
    _route(
        "severity", "Say how bad it is.", SeverityChoice, acting(SeverityChoice, _severity_chosen)
    ),
    _route("phase", "Say how far the work is.", PhaseChoice, acting(PhaseChoice, _phase_changed)),
    _route("notes", "Put a note on the timeline.", TimelineNote, acting(TimelineNote, _note_added)),
    _route(
        "snooze", "Take it until an instant, then page again.", Snooze, acting(Snooze, _snoozed)
    ),
)
