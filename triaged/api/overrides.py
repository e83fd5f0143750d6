"""`…/overrides`: who is on call instead of whom; made, looked at beforehand, listed, ended."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.api._duty import (
    OverrideDocument,
    SpanDocument,
    key_of,
    override_document,
    refusal,
    spans,
)
from triaged.core.oncall.duty import Duty, duty_of
from triaged.core.oncall.overriding import (
    SPANS_MAX,
    after_rows,
    gaps_of,
    make_overrides,
    overlapping,
    wish_problems,
)
from triaged.core.records.answers import DutyChanged
from triaged.core.records.duty.overrides import NOBODY, Override
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.model import Recipient
from triaged.core.records.practice.duty_events import OverrideEnded, OverridesMade, Span
from triaged.core.response.paging import channel_of
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE, parse_duration
from triaged.core.view import View
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Moment, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.store.tables.practice_rows import oncall
from triaged.wire import instant

OF_SCHEDULE = "/api/v1/schedules/{schedule}/overrides"
OVERRIDES = "/api/v1/overrides"
OVERRIDE = OVERRIDES + "/{id}"

LIST_QUERY = (
    Parameter("schedule", "only those of this schedule"),
    Parameter("state", "`all`: those that are over or ended, too"),
    *PAGE_OF_LIST,
)


class OverrideRequest(Body, frozen=True):
    """Who shall be on call, from when to when, and why."""

    person: Name | None = None
    """`nobody` to remove somebody. Unset: the caller."""
    start: Moment | None = None
    """Unset: now."""
    end: Moment | None = None
    """Unset, without a duration: the end of the shift that is on at the start."""
    duration: Name | None = None
    """`2h`, instead of an end."""
    replaces: Name | None = None
    """The person who is replaced. Unset: everybody who is on call by the schedule."""
    reason: Text = ""
    kind: Literal["override", "cover"] = "override"
    """`cover`: somebody takes over for a while, on request."""


class FixedShift(Body, frozen=True):
    """A time of a plan."""

    start: Moment
    end: Moment
    person: Name


class PlanRequest(Body, frozen=True):
    """Fixed shifts for a period, such as holidays: all are made, or none."""

    shifts: Annotated[tuple[FixedShift, ...], Meta(min_length=1, max_length=SPANS_MAX)]
    reason: Text = ""


class Overridden(msgspec.Struct, frozen=True):
    """Overrides that were made, or would be, and what follows from them."""

    id: str
    """The identity of the first."""
    overrides: list[OverrideDocument]
    overlaps: list[OverrideDocument]
    """Overrides that were made before for some of the same time: the new ones win."""
    gaps: list[SpanDocument]
    """Times in which nobody is on call any more."""
    told: list[str]
    """People whose shifts move within two weeks, and who get a message."""
    warnings: list[str]


class OverrideList(msgspec.Struct, frozen=True):
    """Overrides, the latest made first."""

    overrides: list[OverrideDocument]
    next_cursor: str | None


@route("POST", OF_SCHEDULE, Scope.RESPOND)
async def create(call: Call, body: OverrideRequest) -> Created[Overridden] | web.Response:
    """Make an override, at once in force. 409 where nothing would change.

    With the header `Idempotency-Key` the request can be repeated.
    """
    wish = _wish(call, body)
    return wish if isinstance(wish, web.Response) else await _made(call, wish)


@route("POST", "/api/v1/schedules/{schedule}/plans", Scope.RESPOND)
async def plan(call: Call, body: PlanRequest) -> Created[Overridden] | web.Response:
    """Make the fixed shifts of a plan, all or none; between them the schedule goes on."""
    key = key_of(call)
    if isinstance(key, Problem):
        return problems.invalid([key])
    times = tuple(Span(instant(one.start), instant(one.end), one.person) for one in body.shifts)
    schedule, by = call.params["schedule"], call.caller.by
    wish = OverridesMade(by, schedule, times, body.reason, "fixed", key)
    wrong = wish_problems(call.context.configuration.settings, wish, call.context.clock.now())
    return problems.invalid(wrong) if wrong else await _made(call, wish)


@route("POST", OF_SCHEDULE + "/preview", Scope.RESPOND)
async def preview(call: Call, body: OverrideRequest) -> Overridden | web.Response:
    """What an override would do: what it overlaps, the gaps that it leaves, whom it moves."""
    wish = _wish(call, body)
    if isinstance(wish, web.Response):
        return wish
    settings, now = call.context.configuration.settings, call.context.clock.now()
    async with call.context.database.reading() as tx:
        facts = await call.context.engine.duty_facts.current(tx, now)
    decision = make_overrides(Situation(View(duty_facts=facts), settings, now), wish)
    if not isinstance(decision.answer, DutyChanged):
        return refusal(decision.answer)
    rows = _saved(decision)
    after = after_rows(duty_of(settings, facts), rows)
    return _overridden(call, rows, after, decision.answer.told)


def _saved(decision: Decision) -> list[Override]:
    rows = (effect.row for effect in decision.effects if isinstance(effect, SaveRow))
    return [row for row in rows if isinstance(row, Override)]


def _wish(call: Call, body: OverrideRequest) -> OverridesMade | web.Response:
    """The event that a request asks for, or what is wrong with it."""
    settings, now = call.context.configuration.settings, call.context.clock.now()
    errors: list[Problem] = []
    start_at = now if body.start is None else instant(body.start)
    end_at = None if body.end is None else instant(body.end)
    if body.duration is not None:
        try:
            end_at = start_at + parse_duration(body.duration)
        except ValueError as error:
            errors.append(Problem("$.duration", str(error)))
        if body.end is not None:
            errors.append(Problem("$.duration", "either `duration` or `end`"))
    key = key_of(call)
    if isinstance(key, Problem):
        errors.append(key)
        key = ""
    person = call.caller.by if body.person is None else body.person
    if body.person is None and person not in settings.people:
        errors.append(Problem("$.person", f"wanted: {person} is no person of the configuration"))
    span = Span(start_at, end_at, person, body.replaces or "")
    by, schedule = call.caller.by, call.params["schedule"]
    wish = OverridesMade(by, schedule, (span,), body.reason, body.kind, key)
    errors = errors or wish_problems(settings, wish, now)
    return problems.invalid(errors) if errors else wish


async def _made(call: Call, wish: OverridesMade) -> Created[Overridden] | web.Response:
    (outcome,) = await call.context.engine.submit([wish], urgent=True)
    if not isinstance(outcome, DutyChanged):
        return refusal(outcome)
    async with call.context.database.reading() as tx:
        found = [await oncall.fetch(tx, one) for one in outcome.ids]
        rows = [one for one in found if one is not None]
        facts = await duty_facts.read(tx, min(row.start_at for row in rows))
    duty = duty_of(call.context.configuration.settings, facts)
    location = f"{call.context.configuration.public_url}{OVERRIDES}/{outcome.ids[0]}"
    return Created(_overridden(call, rows, duty, outcome.told), {"Location": location})


def _overridden(
    call: Call, rows: Sequence[Override], duty: Duty, told: Sequence[str]
) -> Overridden:
    now = call.context.clock.now()
    overlaps = {one.id: one for row in rows for one in overlapping(duty, row)}
    return Overridden(
        id=rows[0].id,
        overrides=[override_document(row, duty, now) for row in rows],
        overlaps=[override_document(one, duty, now) for one in overlaps.values()],
        gaps=spans(gaps_of(duty, rows)),
        told=list(told),
        warnings=[
            f"{name} has no contact by which a page can go"
            for name in sorted({row.person for row in rows} - {NOBODY})
            if not _is_reachable(call, name)
        ],
    )


def _is_reachable(call: Call, name: str) -> bool:
    settings = call.context.configuration.settings
    person = settings.people.get(name)
    ways = person.page if person else ()
    return any(channel_of(settings, Recipient(name, way.contact)) for way in ways)


UNDO_US = 10 * MINUTE
"""So long a cover can be undone without looking for its id."""

UNDO_READ = 100


@route("POST", OVERRIDES + "/undo", Scope.RESPOND)
async def undo(call: Call) -> OverrideDocument | web.Response:
    """Undo the last cover that the caller has taken, within ten minutes."""
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        found, _ = await oncall.find(tx, None, now, (None, UNDO_READ))
    for row in found:
        is_ours = row.by == call.caller.by and row.kind == "cover"
        if is_ours and row.made_at > now - UNDO_US:
            event = OverrideEnded(row.id, call.caller.by)
            await call.context.engine.submit([event], urgent=True)
            return await _one(call, row.id)
    return problems.not_found("you have taken no cover within the last ten minutes")


@route("GET", OVERRIDES, Scope.READ, LIST_QUERY)
async def index(call: Call) -> OverrideList | web.Response:
    """Overrides in force or to come, the latest made first."""
    query, now = Query(call.request.query), call.context.clock.now()
    schedule = query.text("schedule")
    over_before = None if query.choices("state", ("all",)) else now
    page = (query.text("cursor"), query.limit())
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await oncall.find(tx, schedule, over_before, page)
        facts = await call.context.engine.duty_facts.current(tx, now)
    duty = duty_of(call.context.configuration.settings, facts)
    return OverrideList([override_document(row, duty, now) for row in found], cursor)


@route("GET", OVERRIDE, Scope.READ)
async def show(call: Call) -> OverrideDocument | web.Response:
    """One override."""
    return await _one(call, call.params["id"])


@route("DELETE", OVERRIDE, Scope.RESPOND, (Parameter("plan", "`true`: its whole plan"),))
async def end(call: Call) -> OverrideDocument | web.Response:
    """End an override now; one that has not begun never counts. It stays in the list."""
    query = Query(call.request.query)
    whole = query.choices("plan", ("true", "false")) == ("true",)
    if query.errors:
        return problems.invalid(query.errors)
    event = OverrideEnded(call.params["id"], call.caller.by, whole)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if not isinstance(outcome, DutyChanged):
        return refusal(outcome)
    return await _one(call, outcome.ids[0])


async def _one(call: Call, identity: str) -> OverrideDocument | web.Response:
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        row = await oncall.fetch(tx, identity)
        facts = await call.context.engine.duty_facts.current(tx, now)
    if row is None:
        return problems.not_found(f"there is no override {identity[:40]!r}")
    return override_document(row, duty_of(call.context.configuration.settings, facts), now)
