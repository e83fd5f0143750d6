"""`/api/v1/history/…`: records for `triaged replay`; instants are µs UTC."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from triaged.core.records.history import Episode, PastIncident, PastSilence
from triaged.http import problems
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.database.base import Reader
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
R = TypeVar("R", Episode, PastIncident)


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


@route("GET", "/api/v1/history/episodes", Scope.READ, PERIOD)
async def list_episodes(call: Call) -> EpisodeHistory | web.Response:
    """Every episode that began in the period, in order of arrival, for a replay."""
    found = await _page(call, history.episodes)
    return found if isinstance(found, web.Response) else EpisodeHistory(*found)


@route("GET", "/api/v1/history/incidents", Scope.READ, PERIOD)
async def list_incidents(call: Call) -> IncidentHistory | web.Response:
    """Every incident that opened in the period, with the actions of people and its pages."""
    found = await _page(call, history.incidents)
    return found if isinstance(found, web.Response) else IncidentHistory(*found)


@route("GET", "/api/v1/history/silences", Scope.READ, PAGE_OF_LIST)
async def list_silences(call: Call) -> SilenceHistory | web.Response:
    """Every silence that is kept."""
    query = Query(call.request.query)
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    wanted = SilenceFilter(call.context.clock.now(), cursor=cursor, limit=limit)
    async with call.context.database.reading() as tx:
        found, cursor = await silences.find(tx, wanted)
    past = [PastSilence(one.id, one.matchers, one.starts_at, one.ends_at) for one in found]
    return SilenceHistory(past, cursor)


async def _page(
    call: Call, read: Callable[[Reader, tuple[int, int], int | None, int], Awaitable[list[R]]]
) -> tuple[list[R], str | None] | web.Response:
    """The records that the query selects, and the cursor for those after them."""
    query, now = Query(call.request.query), call.context.clock.now()
    since, until = query.since("since", now), query.since("until", now)
    after, limit = query.whole("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    period = (since or 0, now if until is None else until)
    async with call.context.database.reading() as tx:
        found = await read(tx, period, after, limit + 1)
    kept = found[:limit]
    return kept, str(_number(kept[-1])) if len(found) > limit else None


def _number(record: Episode | PastIncident) -> int:
    return record.id if isinstance(record, Episode) else record.number
