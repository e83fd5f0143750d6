"""`/api/v1/away`, `/api/v1/people/{person}/away`: absences, and who stands in."""

import asyncio
from collections.abc import Iterable

import msgspec
from aiohttp import web

from triaged.access.tokens import new_public_id
from triaged.api._duty import refusal
from triaged.clock import Turns
from triaged.core.oncall.away import StandIn, stand_ins
from triaged.core.oncall.duty import duty_of
from triaged.core.records.answers import Answer, DutyChanged, RowSaved
from triaged.core.records.duty.away import Away, AwayConfirmed, AwayEnded, AwayEvent, AwaySet
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Moment, Text
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.store.tables.practice_rows import away
from triaged.wire import Instant, instant, instant_text

LIST = "/api/v1/away"
ONE = LIST + "/{id}"

WORK_US, REST_US = 1_000, 500
"""The thread that computes lets the loop run after each millisecond."""


class AwayRequest(Body, frozen=True):
    """From when to when a person is away, and why."""

    start: Moment
    end: Moment
    reason: Text = ""


class StandInDocument(msgspec.Struct, frozen=True):
    """A time in which somebody is on call who is away."""

    schedule: str
    start: Instant
    end: Instant
    person: str | None
    """Who would be on call instead; null: nobody could be, and there is a gap."""


class AwayDocument(msgspec.Struct, frozen=True):
    """An absence, and the shifts that the person still has in it."""

    id: str
    person: str
    start: Instant
    end: Instant
    reason: str
    state: str
    """`planned`: nobody stands in yet; `confirmed`; `ended`."""
    by: str
    shifts: list[StandInDocument]
    """Where the person is on call all the same. With a stand-in it is taken over once confirmed."""


class AwayList(msgspec.Struct, frozen=True):
    """Absences that are not over, in order of their ends."""

    away: list[AwayDocument]


class Confirmed(msgspec.Struct, frozen=True):
    """An absence that somebody has confirmed, and what was made of it."""

    away: AwayDocument
    overrides: list[str]
    told: list[str]
    """People whose shifts move within two weeks, and who get a message."""


@route("POST", "/api/v1/people/{person}/away", Scope.RESPOND)
async def create(call: Call, body: AwayRequest) -> Created[AwayDocument] | web.Response:
    """Say that a person is away. Nothing changes before somebody confirms who stands in.

    Until then it is shown as a gap. `shifts` says who would stand in: the next in the rotation.
    """
    async with call.context.database.reading() as tx:
        known = await away.active(tx, call.context.clock.now())
    if len(known) >= away.LISTED_MAX:
        return problems.conflict(f"{len(known)} absences are planned: end some")
    start, end = instant(body.start), instant(body.end)
    identity = new_public_id()
    event = AwaySet(identity, call.params["person"], start, end, body.reason, call.caller.by)
    answer = await _submit(call, event)
    if not isinstance(answer, RowSaved):
        return refusal(answer)
    made = await _document(call, identity)
    location = f"{call.context.configuration.public_url}{LIST}/{identity}"
    return made if isinstance(made, web.Response) else Created(made, {"Location": location})


@route("GET", LIST, Scope.READ)
async def listing(call: Call) -> AwayList:
    """Absences that are neither over nor ended, and the shifts that their people still have."""
    async with call.context.database.reading() as tx:
        rows = await away.active(tx, call.context.clock.now())
    return AwayList(await _documents(call, rows))


@route("GET", ONE, Scope.READ)
async def show(call: Call) -> AwayDocument | web.Response:
    """An absence, and who would stand in."""
    return await _document(call, call.params["id"])


@route("POST", ONE + "/confirm", Scope.RESPOND)
async def confirm(call: Call) -> Confirmed | web.Response:
    """Put those on call who stand in, by overrides of the kind `away`; all, or none."""
    identity = call.params["id"]
    async with call.context.database.reading() as tx:
        rows = await away.active(tx, call.context.clock.now())
    others = tuple(row.absence for row in rows if row.id != identity)
    answer = await _submit(call, AwayConfirmed(identity, call.caller.by, others))
    if not isinstance(answer, DutyChanged):
        return refusal(answer)
    made = await _document(call, identity)
    if isinstance(made, web.Response):
        return made
    return Confirmed(made, list(answer.ids), list(answer.told))


@route("DELETE", ONE, Scope.RESPOND)
async def end(call: Call) -> AwayDocument | web.Response:
    """End an absence, and the overrides that were made for it."""
    answer = await _submit(call, AwayEnded(call.params["id"], call.caller.by))
    if not isinstance(answer, RowSaved):
        return refusal(answer)
    return await _document(call, call.params["id"])


async def _submit(call: Call, event: AwayEvent) -> Answer:
    (answer,) = await call.context.engine.submit([event], urgent=True)
    return answer


async def _document(call: Call, identity: str) -> AwayDocument | web.Response:
    async with call.context.database.reading() as tx:
        row = await away.fetch(tx, identity)
    if row is None:
        return problems.not_found(f"there is no absence {identity[:40]!r}")
    (found,) = await _documents(call, [row])
    return found


async def _documents(call: Call, rows: Iterable[Away]) -> list[AwayDocument]:
    """Absences with the shifts that their people have, computed beside the loop."""
    settings, now = call.context.configuration.settings, call.context.clock.now()
    async with call.context.database.reading() as tx:
        duty = duty_of(settings, await duty_facts.read(tx, now))
        every = await away.active(tx, now)
    turns = Turns(WORK_US, REST_US)

    def computed() -> list[AwayDocument]:
        found = []
        for row in rows:
            others = [one.absence for one in every if one.id != row.id]
            shifts = stand_ins(settings, duty, row.absence, others, turns)
            found.append(_shown(row, shifts))
        return found

    return await asyncio.to_thread(computed)


def _shown(row: Away, shifts: Iterable[StandIn]) -> AwayDocument:
    return AwayDocument(
        id=row.id,
        person=row.person,
        start=instant_text(row.start_at),
        end=instant_text(row.end_at),
        reason=row.reason,
        state=row.state,
        by=row.by,
        shifts=[
            StandInDocument(
                one.schedule,
                instant_text(one.start_at),
                instant_text(one.end_at),
                one.person or None,
            )
            for one in shifts
        ],
    )
