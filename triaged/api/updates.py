"""`/api/v1/incidents/{id}/updates`: what the team tells those who wait."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.api._actions import IncidentAfter, act
from triaged.api._incidents import INCIDENT, find, unknown
from triaged.core.practice.updates import prefilled, update_every
from triaged.core.practice.work import work_of
from triaged.core.records.practice.events import UpdatePosted, UpdateSnoozed
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.errors import Malformed
from triaged.http.bodies import Body, Moment
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import updates
from triaged.wire import Instant, instant, instant_text, instant_text_or_none

UPDATES = f"{INCIDENT}/updates"
Line = Annotated[str, Meta(max_length=1000)]


class Update(Body, frozen=True):
    """An update in the form condition, actions, needs."""

    impact: Line
    theory: Line
    actions: Line
    condition: Line = ""
    """The word behind `Status:`; unset: that of the phase."""
    needs: Line = ""
    next_update_at: Moment | None = None
    """The promised time of the next update; unset: after the severity's `update_every`."""


class UpdateSnooze(Body, frozen=True):
    """The instant until which the next update may wait."""

    until: Moment


class UpdateDocument(msgspec.Struct, frozen=True):
    """An update as it was sent."""

    id: str
    number: int
    at: Instant
    by: str
    condition: str
    impact: str
    theory: str
    actions: str
    needs: str
    next_update_at: Instant | None
    due_at: Instant | None
    """When it had been promised; null: it had not."""
    text: str


class UpdateList(msgspec.Struct, frozen=True):
    """The updates of an incident, in order."""

    updates: list[UpdateDocument]
    next_cursor: str | None = None


class UpdateDraft(msgspec.Struct, frozen=True):
    """The form of the next update, filled in with what is known; nothing is invented."""

    condition: str
    impact: str
    theory: str
    actions: str
    needs: str
    unchanged_since: Instant | None
    """`impact`, `theory`, `actions` and `needs` are those of this instant; null: of no update."""
    firing: int
    """Alerts that fire now."""
    due_at: Instant | None
    every_s: int | None
    """Seconds between two updates of this severity; null: none are promised."""


@route("GET", UPDATES, Scope.READ)
async def index(call: Call) -> UpdateList | web.Response:
    """Internal updates of the incident, in order."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    async with call.context.database.reading() as tx:
        found = await updates.of(tx, incident.number)
    return UpdateList([_document(update) for update in found])


@route("GET", f"{UPDATES}/draft", Scope.READ)
async def draft(call: Call) -> UpdateDraft | web.Response:
    """The form of the next update, filled in with the facts and with what was said last."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    async with call.context.database.reading() as tx:
        found = await updates.of(tx, incident.number)
    last = found[-1] if found else None
    every = update_every(call.context.configuration.settings, incident)
    return UpdateDraft(
        **prefilled(incident, last),
        unchanged_since=None if last is None else instant_text(last.at),
        firing=sum(incident.firing.values()),
        due_at=instant_text_or_none(work_of(incident).next_update_at),
        every_s=None if every is None else every // 1_000_000,
    )


def _document(update: IncidentUpdate) -> UpdateDocument:
    return UpdateDocument(
        id=update.id,
        number=update.number,
        at=instant_text(update.at),
        by=update.by,
        condition=update.condition,
        impact=update.impact,
        theory=update.theory,
        actions=update.actions,
        needs=update.needs,
        next_update_at=instant_text_or_none(update.next_update_at),
        due_at=instant_text_or_none(update.due_at),
        text=update.text,
    )


@route("POST", UPDATES, Scope.RESPOND)
async def post(call: Call, body: Update) -> IncidentAfter:
    """Send an update to the incident's team, to everybody who was paged, and to its subscribers.

    The next one is due at `next_update_at`. 409 for the same update again: that there is no news
    is said in a sentence, such as `no news, still …`.
    """
    next_at = None if body.next_update_at is None else _ahead(call, body.next_update_at)

    def event(number: int) -> UpdatePosted:
        return UpdatePosted(
            incident=number,
            by=call.caller.by,
            impact=body.impact,
            theory=body.theory,
            actions=body.actions,
            condition=body.condition,
            needs=body.needs,
            next_update_at=next_at,
        )

    return await act(call, event)


@route("POST", f"{UPDATES}/snooze", Scope.RESPOND)
async def snooze(call: Call, body: UpdateSnooze) -> IncidentAfter:
    """Move the deadline of the next update, and of that one alone."""
    until = instant(body.until)
    return await act(call, lambda number: UpdateSnoozed(number, call.caller.by, until))


def _ahead(call: Call, at: Moment) -> int:
    """The instant, which lies ahead. Raises Malformed."""
    wanted, now = instant(at), call.context.clock.now()
    if wanted <= now:
        message = f"the next update lies ahead: now it is {instant_text(now)}"
        raise Malformed("wrong_shape", message, "$.next_update_at")
    return wanted
