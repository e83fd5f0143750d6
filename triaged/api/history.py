"""`/api/v1/history/…`: what happened, as records for `triaged replay`; instants are µs UTC."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from triaged.api.incidents import PAGE_QUERY
from triaged.core.records.history import Episode, PastIncident, PastSilence
from triaged.http import answers, problems
from triaged.http.queries import Query
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.store.database.base import Transaction
from triaged.store.queries import history
from triaged.store.tables import silences
from triaged.store.tables.silences import SilenceFilter

PERIOD = (
    Parameter(
        "since",
        "an RFC 3339 instant, or how long ago (`30d`); default: all that is kept",
    ),
    Parameter("until", "until before when, likewise; default: now"),
    Parameter("cursor", "the `next_cursor` of the answer before"),
    Parameter("limit", "how many records, 100 unless given, at most 1000"),
)
Read = Callable[
    [Transaction, tuple[int, int], int | None, int], Awaitable[Sequence[Episode | PastIncident]]
]


class EpisodeHistory(msgspec.Struct, frozen=True):
    """Episodes of alerts in the order of arrival."""

    episodes: list[Episode]
    next_cursor: str | None


class IncidentHistory(msgspec.Struct, frozen=True):
    """Incidents in the order of their opening, with what people did and the pages that went out."""

    incidents: list[PastIncident]
    next_cursor: str | None


class SilenceHistory(msgspec.Struct, frozen=True):
    """The silences that are kept."""

    silences: list[PastSilence]
    next_cursor: str | None


async def list_episodes(call: Call) -> web.StreamResponse:
    """Every alert that began to fire in the period."""
    return await _listing(call, "episodes", history.episodes)


async def list_incidents(call: Call) -> web.StreamResponse:
    """Every incident that opened in the period."""
    return await _listing(call, "incidents", history.incidents)


async def list_silences(call: Call) -> web.StreamResponse:
    """Every silence."""
    query = Query(call.request.query)
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    wanted = SilenceFilter(call.context.clock.now(), cursor=cursor, limit=limit)
    async with call.context.database.reading() as tx:
        found, cursor = await silences.find(tx, wanted)
    past = [PastSilence(one.id, one.matchers, one.starts_at, one.ends_at) for one in found]
    return answers.answer({"silences": past, "next_cursor": cursor})


async def _listing(call: Call, noun: str, read: Read) -> web.StreamResponse:
    query, now = Query(call.request.query), call.context.clock.now()
    since, until = query.since("since", now), query.since("until", now)
    after, limit = query.whole("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    period = (since or 0, now if until is None else until)
    async with call.context.database.reading() as tx:
        found = await read(tx, period, after, limit + 1)
    kept = found[:limit]
    cursor = str(_number(kept[-1])) if len(found) > limit else None
    return answers.answer({noun: kept, "next_cursor": cursor})


def _number(record: Episode | PastIncident) -> int:
    return record.id if isinstance(record, Episode) else record.number


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/history/episodes",
        scope=Scope.READ,
        handler=list_episodes,
        about="What came in: each alert from when it fired until it was over, for a replay.",
        query=PERIOD,
        answer=EpisodeHistory,
    ),
    Route(
        method="GET",
        path="/api/v1/history/incidents",
        scope=Scope.READ,
        handler=list_incidents,
        about="What came of it: incidents, what people did to them, pages that went out.",
        query=PERIOD,
        answer=IncidentHistory,
    ),
    Route(
        method="GET",
        path="/api/v1/history/silences",
        scope=Scope.READ,
        handler=list_silences,
        about="What muted it: every silence that is kept.",
        query=PAGE_QUERY,
        answer=SilenceHistory,
    ),
)
