"""`/api/v1/silences`: list, set, change and end silences, and preview what one would mute."""

import msgspec
from aiohttp import web

from triaged.access.tokens import new_identity
from triaged.core.muting.silences import state_of
from triaged.core.records.answers import Silenced, Unknown
from triaged.core.records.events import SilenceExpired, SilenceSet
from triaged.core.records.silences import Silence
from triaged.core.text.alert_documents import SilenceDocument
from triaged.core.time.durations import HOUR, parse_duration
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Moment, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.silences import (
    MatcherV2,
    SilencePreview,
    matchers_of,
    preview_of,
    submit,
    unfit,
)
from triaged.store.tables import silences
from triaged.wire import instant, instant_text

BASE = "/api/v1/silences"
ONE = BASE + "/{id}"
STATES = ("active", "pending", "expired")
DEFAULT_US = 2 * HOUR
"""The length of a silence that names no end: long enough to repair something, short of a shift."""

LIST_QUERY = (Parameter("state", "states with commas: active, pending, expired"), *PAGE_OF_LIST)


class SilenceRequest(Body, frozen=True):
    """The silence that somebody asks for; without an end it lasts two hours."""

    matchers: list[Text | MatcherV2]
    """`alertname="NodeDown"`, or in pieces; all must hold."""
    comment: Text
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    duration: Name | None = None
    """`2h`, instead of an end."""
    created_by: Name | None = None
    """Unless given: the caller."""
    expire_when_clear: bool = False
    id: Name | None = None
    """The silence to change."""


class SilencePreviewRequest(Body, frozen=True):
    """Matchers, to preview what they would mute."""

    matchers: list[Text | MatcherV2]


class SilenceList(msgspec.Struct, frozen=True):
    """Silences; those that end last come first."""

    silences: list[SilenceDocument]
    next_cursor: str | None


def silence_document(silence: Silence, now: int) -> SilenceDocument:
    """A silence as answers show it."""
    return SilenceDocument(
        id=silence.id,
        state=state_of(silence, now),
        matchers=[str(matcher) for matcher in silence.matchers],
        starts_at=instant_text(silence.starts_at),
        ends_at=instant_text(silence.ends_at),
        created_by=silence.by,
        comment=silence.comment,
        updated_at=instant_text(silence.updated_at),
        expire_when_clear=silence.expire_when_clear,
    )


@route("GET", BASE, Scope.READ, LIST_QUERY)
async def index(call: Call) -> SilenceList | web.Response:
    """Silences; those that end last come first."""
    query = Query(call.request.query)
    now = call.context.clock.now()
    wanted = silences.SilenceFilter(
        now=now,
        states=query.choices("state", STATES),
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await silences.find(tx, wanted)
    return SilenceList([silence_document(each, now) for each in found], cursor)


@route("GET", ONE, Scope.READ)
async def show(call: Call) -> SilenceDocument | web.Response:
    """One silence."""
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, call.params["id"])
    if silence is None:
        return unknown(call)
    return silence_document(silence, call.context.clock.now())


def unknown(call: Call) -> web.Response:
    """404 for a silence that does not exist."""
    return problems.not_found(f"there is no silence {call.params['id'][:40]!r}")


@route("POST", BASE, Scope.RESPOND)
async def create(call: Call, body: SilenceRequest) -> Created[SilenceDocument] | web.Response:
    """Set a silence, or change the one whose `id` is given."""
    matchers, errors = matchers_of(call, body.matchers)
    now = call.context.clock.now()
    starts_at = now if body.starts_at is None else instant(body.starts_at)
    ends_at = starts_at + DEFAULT_US if body.ends_at is None else instant(body.ends_at)
    if body.duration is not None:
        try:
            ends_at = starts_at + parse_duration(body.duration)
        except ValueError as error:
            errors.append(Problem("$.duration", str(error)))
        if body.ends_at is not None:
            errors.append(Problem("$.duration", "either `duration` or `ends_at`"))
    if errors:
        return problems.invalid(errors)
    event = SilenceSet(
        new_id=new_identity(),
        matchers=matchers,
        starts_at=starts_at,
        ends_at=ends_at,
        by=body.created_by or call.caller.by,
        comment=body.comment,
        expire_when_clear=body.expire_when_clear,
        id=body.id,
    )
    outcome = await submit(call, event)
    if isinstance(outcome, list):
        return problems.invalid(outcome)
    after = await _after(call, outcome)
    if isinstance(after, web.Response):
        return after
    location = f"{call.context.configuration.public_url}{BASE}/{after.id}"
    return Created(after, {"Location": location})


@route("DELETE", ONE, Scope.RESPOND)
async def remove(call: Call) -> SilenceDocument | web.Response:
    """End a silence now: incidents that it alone muted page."""
    event = SilenceExpired(call.params["id"], call.caller.by)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Silenced | Unknown), "nothing else answers it"
    return await _after(call, outcome)


async def _after(call: Call, outcome: Silenced | Unknown) -> SilenceDocument | web.Response:
    if isinstance(outcome, Unknown):
        return problems.not_found(outcome.detail)
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, outcome.id)
    assert silence is not None, "it has just been committed"
    return silence_document(silence, call.context.clock.now())


@route("POST", f"{BASE}/preview", Scope.RESPOND)
async def preview(call: Call, body: SilencePreviewRequest) -> SilencePreview | web.Response:
    """The alerts and incidents that a silence with these matchers would mute now."""
    matchers, errors = matchers_of(call, body.matchers)
    errors += unfit(matchers) if not errors else []
    if errors:
        return problems.invalid(errors)
    return await preview_of(call, matchers)
