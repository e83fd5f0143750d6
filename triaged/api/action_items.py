"""`/api/v1/actions`: action items of incidents; each has an owner and a due date."""

import asyncio
from datetime import date
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.access.tokens import new_identity
from triaged.core.practice.learning.postmortem_checks import not_yet_items
from triaged.core.practice.learning.postmortem_draft import opening_day
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.model import Incident, incident_number
from triaged.core.records.practice.action_items import (
    TEXT_MAX,
    ActionItem,
    ActionKind,
    ActionState,
    Priority,
)
from triaged.core.records.practice.learning_events import ActionItemAdded, ActionItemChanged
from triaged.core.records.practice.postmortems import TEXT_MAX as POSTMORTEM_MAX
from triaged.core.settings import Settings
from triaged.core.text.learning.documents import ActionItemDocument, action_item_document
from triaged.core.text.names import meant
from triaged.core.time.recurring import local_day
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables import incidents
from triaged.store.tables.practice_rows import action_items

BASE = "/api/v1/actions"
ONE = BASE + "/{id}"
LIST_QUERY = (
    Parameter("owner", "of this person"),
    Parameter("state", "states with commas: open, in_progress, done, cancelled"),
    Parameter("overdue", "true: unfinished, and due before today"),
    Parameter("incident", "of this incident"),
    *PAGE_OF_LIST,
)
Words = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


class NewActionItem(Body, frozen=True):
    """An action item; without `due` it is due 2, 7, 30 or 90 working days from now, by priority."""

    incident: Name
    kind: ActionKind
    priority: Priority
    text: Words
    owner: Name
    due: date | None = None


class ActionItemChange(Body, frozen=True):
    """What changes; `cancelled` takes a reason."""

    state: ActionState | None = None
    reason: Text = ""
    owner: Name | None = None
    due: date | None = None


class PastedLines(Body, frozen=True):
    """Markdown with action items in the line form."""

    incident: Name
    text: Annotated[str, Meta(max_length=POSTMORTEM_MAX)]


class ActionItemList(msgspec.Struct, frozen=True):
    """Action items, the newest first."""

    actions: list[ActionItemDocument]
    next_cursor: str | None


class Imported(msgspec.Struct, frozen=True):
    """The action items that were added, and what is wrong with other lines."""

    actions: list[ActionItemDocument]
    problems: list[str]


@route("GET", BASE, Scope.READ, LIST_QUERY)
async def index(call: Call) -> ActionItemList | web.Response:
    """Action items, the newest first."""
    query = Query(call.request.query)
    overdue = query.choices("overdue", ("true", "false"))
    named = query.text("incident")
    number = None if named is None else incident_number(named)
    if named is not None and number is None:
        query.errors.append(Problem("?incident", "an incident such as INC-12"))
    wanted = action_items.ActionItemFilter(
        states=query.choices("state", [*ActionState]),
        owner=query.text("owner"),
        incident=number,
        overdue_on=_today(call) if overdue == ("true",) else None,
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await action_items.find(tx, wanted)
    return ActionItemList([_document(call, item) for item in found], cursor)


@route("POST", BASE, Scope.RESPOND)
async def add(call: Call, body: NewActionItem) -> Created[ActionItemDocument] | web.Response:
    """Add an action item; a due date on which nobody works is moved forward: see `due_note`.

    Without an owner who is known there is none: 400 names the nearest person.
    """
    incident = await _incident(call, body.incident)
    if incident is None:
        return _no_incident(body.incident)
    if error := _unknown_owner(call.context.configuration.settings, body.owner):
        return problems.invalid([error])
    event = ActionItemAdded(
        incident.number,
        call.caller.by,
        new_identity(),
        body.kind,
        body.priority,
        body.text,
        body.owner,
        body.due,
    )
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    item = await _item(call, event.new_id)
    if not isinstance(outcome, Acted) or item is None:
        return _refusal(outcome)
    location = f"{call.context.configuration.public_url}{BASE}/{item.id}"
    return Created(_document(call, item), {"Location": location})


@route("POST", f"{BASE}/import", Scope.RESPOND)
async def import_lines(call: Call, body: PastedLines) -> Imported | web.Response:
    """Add the items that Markdown lists: `- [ ] Fix: what (P0, @owner, by 03/06)`.

    Items that the incident has already are left as they are. A text with a section Action Items is
    read there only.
    """
    incident = await _incident(call, body.incident)
    if incident is None:
        return _no_incident(body.incident)
    settings = call.context.configuration.settings
    async with call.context.database.reading() as tx:
        known = await action_items.of(tx, [incident.number])
    day = opening_day(incident, settings.timezone)
    lines, wrong = await asyncio.to_thread(not_yet_items, body.text, known, day)
    events = [
        ActionItemAdded(
            incident.number,
            call.caller.by,
            new_identity(),
            line.kind,
            line.priority,
            line.text,
            line.owner,
            line.due,
            line.done,
        )
        for line in lines
    ]
    outcomes = await call.context.engine.submit(events, urgent=True) if events else []
    added = []
    for event, outcome in zip(events, outcomes, strict=True):
        item = await _item(call, event.new_id)
        if isinstance(outcome, Acted) and item is not None:
            added.append(_document(call, item))
        else:
            wrong.append(f"{event.text!r}: {_told(outcome)}")
    return Imported(added, wrong)


@route("GET", ONE, Scope.READ)
async def show(call: Call) -> ActionItemDocument | web.Response:
    """One action item."""
    item = await _item(call, call.params["id"])
    return _no_item(call) if item is None else _document(call, item)


@route("PATCH", ONE, Scope.RESPOND)
async def change(call: Call, body: ActionItemChange) -> ActionItemDocument | web.Response:
    """Change the state, the owner or the due date."""
    item = await _item(call, call.params["id"])
    if item is None:
        return _no_item(call)
    settings = call.context.configuration.settings
    if body.owner is not None and (error := _unknown_owner(settings, body.owner)):
        return problems.invalid([error])
    event = ActionItemChanged(
        item.id,
        item.incident,
        call.caller.by,
        body.state,
        body.reason,
        body.owner,
        body.due,
    )
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    after = await _item(call, item.id)
    if not isinstance(outcome, Acted) or after is None:
        return _refusal(outcome)
    return _document(call, after)


async def _incident(call: Call, name: str) -> Incident | None:
    number = incident_number(name)
    if number is None:
        return None
    async with call.context.database.reading() as tx:
        return await incidents.fetch(tx, number)


async def _item(call: Call, identity: str) -> ActionItem | None:
    async with call.context.database.reading() as tx:
        return await action_items.fetch(tx, identity[:100])


def _today(call: Call) -> str:
    zone = call.context.configuration.settings.working_days.zone
    return local_day(call.context.clock.now(), zone).isoformat()


def _document(call: Call, item: ActionItem) -> ActionItemDocument:
    return action_item_document(item, _today(call))


def _unknown_owner(settings: Settings, owner: str) -> Problem | None:
    if owner in settings.people:
        return None
    return Problem("$.owner", f"there is no person of this name{meant(owner, settings.people)}")


def _no_incident(name: str) -> web.Response:
    return problems.invalid([Problem("$.incident", f"there is no incident {name[:40]!r}")])


def _no_item(call: Call) -> web.Response:
    return problems.not_found(f"there is no action item {call.params['id'][:100]!r}")


def _refusal(outcome: Answer) -> web.Response:
    match outcome:
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            return problems.failed()


def _told(outcome: Answer) -> str:
    """Why an item was not added."""
    return outcome.detail if isinstance(outcome, Conflict | Unknown) else "it could not be added"
