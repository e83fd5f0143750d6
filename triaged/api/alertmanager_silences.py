"""Silences as Alertmanager's API v2 has them, so that `amtool silence` works.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.access.tokens import new_identity
from triaged.api import alertmanager_query as words
from triaged.api.silence_schemas import MatcherV2
from triaged.api.silences import matchers_of, submit
from triaged.api.webhooks import unread
from triaged.core.muting.muters import Silence
from triaged.core.muting.silences import state_of
from triaged.core.records.effects import Silenced, Unknown
from triaged.core.records.events import SilenceExpired, SilenceSet
from triaged.errors import Problem
from triaged.http import answers
from triaged.http.bodies import API_BODY_MAX, decode, read_body
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.store.tables import silences
from triaged.wire import Instant, instant, instant_text

BASE = "/api/v2"
SHOWN_MAX = 5000
"""Alertmanager's list has no pages. Those that end last come first: what is left out is over."""

STATES = ("active", "pending", "expired")
Moment = Annotated[datetime, Meta(tz=True)]


class PostedSilence(msgspec.Struct, frozen=True, rename="camel"):
    """What Alertmanager calls a postable silence; keys that it does not know are left alone."""

    matchers: list[MatcherV2]
    starts_at: Moment
    ends_at: Moment
    created_by: str
    comment: str
    id: str | None = None


class SilenceStatus(msgspec.Struct, frozen=True):
    """Where it stands."""

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
    """The silence that there is now."""

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

    def place(silence: Silence) -> tuple[int, int]:
        state = state_of(silence, now)
        at = {"active": silence.ends_at, "pending": silence.starts_at}
        return STATES.index(state), at.get(state, -silence.ends_at)

    return sorted(found, key=place)


async def index(call: Call) -> web.StreamResponse:
    """The silences that have the matcher of every `filter`, just as it is."""
    wanted, left_out = words.filters(call), words.unwanted(call, STATES)
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        found, _ = await silences.find(tx, silences.SilenceFilter(now, limit=SHOWN_MAX))
    shown = [
        gettable(silence, now)
        for silence in in_order(found, now)
        if state_of(silence, now) not in left_out
        and all(matcher in silence.matchers for matcher in wanted)
    ]
    return answers.answer(shown)


async def show(call: Call) -> web.StreamResponse:
    """One silence."""
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, call.params["id"])
    if silence is None:
        return words.refused(
            call, 404, [Problem("", f"there is no silence {call.params['id'][:40]!r}")]
        )
    return answers.answer(gettable(silence, call.context.clock.now()))


async def post(call: Call) -> web.StreamResponse:
    """A new silence; with an `id` one that changes, in place or as a new one."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    posted = decode(body, PostedSilence)
    matchers, errors = matchers_of(posted.matchers)
    event = SilenceSet(
        new_id=new_identity(),
        matchers=matchers,
        starts_at=instant(posted.starts_at),
        ends_at=instant(posted.ends_at),
        by=posted.created_by,
        comment=posted.comment,
        id=posted.id or None,
    )
    outcome = errors or await submit(call, event)
    match outcome:
        case Silenced(id=identity):
            return answers.answer(SilenceId(identity))
        case Unknown(detail=detail):
            return words.refused(call, 404, [Problem("", detail)])
        case _:
            return words.refused(call, 400, outcome)


async def remove(call: Call) -> web.StreamResponse:
    """End it now."""
    event = SilenceExpired(call.params["id"], call.caller.by)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if isinstance(outcome, Unknown):
        return words.refused(call, 404, [Problem("", outcome.detail)])
    return answers.answer({})


ROUTES = (
    Route(
        method="GET",
        path=f"{BASE}/silences",
        scope=Scope.READ,
        handler=words.speaking(index),
        about="Silences, in Alertmanager's words.",
        answer=list[GettableSilence],
        query=(
            words.FILTER,
            *(Parameter(state, "false: leave them out") for state in STATES),
        ),
    ),
    Route(
        method="POST",
        path=f"{BASE}/silences",
        scope=Scope.RESPOND,
        handler=words.speaking(post),
        about="Set a silence, or change the one whose `id` is given.",
        body=PostedSilence,
        answer=SilenceId,
    ),
    Route(
        method="GET",
        path=f"{BASE}/silence/{{id}}",
        scope=Scope.READ,
        handler=show,
        about="One silence.",
        answer=GettableSilence,
    ),
    Route(
        method="DELETE",
        path=f"{BASE}/silence/{{id}}",
        scope=Scope.RESPOND,
        handler=remove,
        about="End a silence now.",
    ),
)
