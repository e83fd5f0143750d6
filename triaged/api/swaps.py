"""`/api/v1/swaps`: ask another person to take a shift, and answer such a request."""

import msgspec
from aiohttp import web

from triaged.api._duty import SwapDocument, key_of, person_of, refusal, swap_document
from triaged.core.oncall.swapping import proposal_problems
from triaged.core.records.answers import DutyChanged, RowSaved
from triaged.core.records.practice.duty_events import SwapAnswered, SwapProposed
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Moment, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import oncall
from triaged.wire import instant

SWAPS = "/api/v1/swaps"
SWAP = SWAPS + "/{id}"


class SwapSpan(Body, frozen=True):
    """A time of one person."""

    start: Moment
    end: Moment

    @property
    def instants(self) -> tuple[int, int]:
        """Start and end in µs."""
        return instant(self.start), instant(self.end)


class SwapRequest(Body, frozen=True):
    """What one person wants to give, to whom, and what they would take in return."""

    schedule: Name
    with_: Name = msgspec.field(name="with")
    """The other person."""
    give: SwapSpan
    take: SwapSpan | None = None
    """A time of the other. Unset: nothing in return."""
    person: Name | None = None
    """Who gives. Unset: the caller; only an administrator can ask for somebody else."""
    reason: Text = ""
    expires: Moment | None = None
    """Unset: in a week. Never after the first of both times begins."""


class SwapAnswer(Body, frozen=True):
    """Whose answer it is."""

    person: Name | None = None
    """Unset: the caller's; only an administrator can answer for somebody else."""


class SwapList(msgspec.Struct, frozen=True):
    """Proposals, the latest made first."""

    swaps: list[SwapDocument]
    next_cursor: str | None


@route("POST", SWAPS, Scope.RESPOND)
async def create(call: Call, body: SwapRequest) -> Created[SwapDocument] | web.Response:
    """Ask another person to take a shift. Nothing moves until they agree."""
    key, person = key_of(call), person_of(call, body.person)
    errors = [one for one in (key, person) if isinstance(one, Problem)]
    if isinstance(key, Problem) or isinstance(person, Problem):
        return problems.invalid(errors)
    event = SwapProposed(
        by=call.caller.by,
        person=person,
        other=body.with_,
        schedule=body.schedule,
        give=body.give.instants,
        take=None if body.take is None else body.take.instants,
        reason=body.reason,
        expires_at=None if body.expires is None else instant(body.expires),
        key=key,
    )
    now = call.context.clock.now()
    if errors := proposal_problems(call.context.configuration.settings, event, now):
        return problems.invalid(errors)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if not isinstance(outcome, RowSaved):
        return refusal(outcome)
    made = await _one(call, outcome.id)
    if isinstance(made, web.Response):
        return made
    location = f"{call.context.configuration.public_url}{SWAPS}/{outcome.id}"
    return Created(made, {"Location": location})


@route("GET", SWAPS, Scope.READ, PAGE_OF_LIST)
async def index(call: Call) -> SwapList | web.Response:
    """Proposals, the latest made first."""
    query = Query(call.request.query)
    page = (query.text("cursor"), query.limit())
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await oncall.find_swaps(tx, page)
    return SwapList([swap_document(one) for one in found], cursor)


@route("GET", SWAP, Scope.READ)
async def show(call: Call) -> SwapDocument | web.Response:
    """One proposal."""
    return await _one(call, call.params["id"])


@route("POST", SWAP + "/accept", Scope.RESPOND)
async def accept(call: Call, body: SwapAnswer) -> SwapDocument | web.Response:
    """Agree: both times change hands now. Only the person who was asked can."""
    return await _answered(call, body, agrees=True)


@route("POST", SWAP + "/decline", Scope.RESPOND)
async def decline(call: Call, body: SwapAnswer) -> SwapDocument | web.Response:
    """Decline; or withdraw, if the caller has asked."""
    return await _answered(call, body, agrees=False)


async def _answered(call: Call, body: SwapAnswer, *, agrees: bool) -> SwapDocument | web.Response:
    person = person_of(call, body.person)
    if isinstance(person, Problem):
        return problems.invalid([person])
    event = SwapAnswered(call.params["id"], call.caller.by, person, agrees)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if not isinstance(outcome, DutyChanged):
        return refusal(outcome)
    return await _one(call, call.params["id"])


async def _one(call: Call, identity: str) -> SwapDocument | web.Response:
    async with call.context.database.reading() as tx:
        swap = await oncall.fetch_swap(tx, identity)
    if swap is None:
        return problems.not_found(f"there is no swap {identity[:40]!r}")
    return swap_document(swap)
