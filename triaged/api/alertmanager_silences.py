"""Silences as Alertmanager's API v2 has them, so that `amtool silence` works.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from aiohttp import web

from triaged.access.tokens import new_identity
from triaged.api._alertmanager_query import FILTER, filters, refused, unwanted, v2_route
from triaged.core.muting.silences import state_of
from triaged.core.records.answers import Silenced, Unknown
from triaged.core.records.events import SilenceExpired, SilenceSet
from triaged.core.records.silences import Silence
from triaged.errors import Problem
from triaged.http import answers
from triaged.http.bodies import Moment
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope
from triaged.http.shared.silences import MatcherV2, matchers_of, submit
from triaged.store.tables import silences
from triaged.wire import Instant, instant, instant_text

SHOWN_MAX = 5000
"""Alertmanager's list has no pages. Those that end last come first: what is left out is over."""

STATES = ("active", "pending", "expired")
LIST_QUERY = (FILTER, *(Parameter(state, "false: leave them out") for state in STATES))


class PostableSilence(msgspec.Struct, frozen=True, rename="camel"):
    """A silence as Alertmanager's clients post it; unknown keys are ignored."""

    matchers: list[MatcherV2]
    starts_at: Moment
    ends_at: Moment
    created_by: str
    comment: str
    id: str | None = None


class SilenceStatus(msgspec.Struct, frozen=True):
    """The state of a silence."""

    state: Literal["active", "pending", "expired"]


class GettableSilence(msgspec.Struct, frozen=True, rename="camel"):
    """A silence as Alertmanager shows it."""

    id: str
    status: SilenceStatus
    updated_at: Instant
    matchers: list[MatcherV2]
    starts_at: Instant
    ends_at: Instant
    created_by: str
    comment: str


class SilenceId(msgspec.Struct, frozen=True):
    """The id of the silence that holds now."""

    silence_id: str = msgspec.field(name="silenceID")


def gettable(silence: Silence, now: int) -> GettableSilence:
    """A silence as Alertmanager shows it."""
    return GettableSilence(
        id=silence.id,
        status=SilenceStatus(state_of(silence, now)),
        updated_at=instant_text(silence.updated_at),
        matchers=[
            MatcherV2(
                matcher.name,
                matcher.value,
                is_regex=matcher.operator in ("=~", "!~"),
                is_equal=matcher.operator in ("=", "=~"),
            )
            for matcher in silence.matchers
        ],
        starts_at=instant_text(silence.starts_at),
        ends_at=instant_text(silence.ends_at),
        created_by=silence.by,
        comment=silence.comment,
    )


def in_order(found: Sequence[Silence], now: int) -> list[Silence]:
    """Active ones by their end, pending ones by their start, expired ones the last ended first."""

    def position(silence: Silence) -> tuple[int, int]:
        state = state_of(silence, now)
        at = {"active": silence.ends_at, "pending": silence.starts_at}
        return STATES.index(state), at.get(state, -silence.ends_at)

    return sorted(found, key=position)


@v2_route("GET", "silences", Scope.READ, LIST_QUERY)
async def index(call: Call) -> list[GettableSilence]:
    """Silences as Alertmanager shows them; each has the matchers of every `filter`."""
    wanted, left_out = filters(call), unwanted(call, STATES)
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        found, _ = await silences.find(tx, silences.SilenceFilter(now, limit=SHOWN_MAX))
    return [
        gettable(silence, now)
        for silence in in_order(found, now)
        if state_of(silence, now) not in left_out
        and all(matcher in silence.matchers for matcher in wanted)
    ]


@v2_route("GET", "silence/{id}", Scope.READ)
async def show(call: Call) -> GettableSilence | web.Response:
    """One silence."""
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, call.params["id"])
    if silence is None:
        detail = f"there is no silence {call.params['id'][:40]!r}"
        return refused(call, 404, [Problem("", detail)])
    return gettable(silence, call.context.clock.now())


@v2_route("POST", "silences", Scope.RESPOND)
async def post(call: Call, body: PostableSilence) -> SilenceId | web.Response:
    """Set a silence, or change the one whose `id` is given."""
    matchers, errors = matchers_of(call, body.matchers)
    event = SilenceSet(
        new_id=new_identity(),
        matchers=matchers,
        starts_at=instant(body.starts_at),
        ends_at=instant(body.ends_at),
        by=body.created_by,
        comment=body.comment,
        id=body.id or None,
    )
    outcome = errors or await submit(call, event)
    match outcome:
        case Silenced(id=identity):
            return SilenceId(identity)
        case Unknown(detail=detail):
            return refused(call, 404, [Problem("", detail)])
        case _:
            return refused(call, 400, outcome)


@v2_route("DELETE", "silence/{id}", Scope.RESPOND)
async def remove(call: Call) -> web.Response:
    """End a silence now."""
    event = SilenceExpired(call.params["id"], call.caller.by)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if isinstance(outcome, Unknown):
        return refused(call, 404, [Problem("", outcome.detail)])
    return answers.answer({})
