"""`/api/v1/incidents/{id}/episodes`: the episodes of its alerts."""

import msgspec
from aiohttp import web

from triaged.api._incidents import INCIDENT, find, unknown
from triaged.core.text.alert_documents import EpisodeDocument
from triaged.http import problems
from triaged.http.queries import PAGE_OF_LIST, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.queries import episodes
from triaged.store.queries.episodes import StoredEpisode
from triaged.wire import instant_text, instant_text_or_none


class EpisodeList(msgspec.Struct, frozen=True):
    """The episodes that began in an incident, in the order of arrival."""

    episodes: list[EpisodeDocument]
    next_cursor: str | None


@route("GET", f"{INCIDENT}/episodes", Scope.READ, PAGE_OF_LIST)
async def index(call: Call) -> EpisodeList | web.Response:
    """The episodes of the incident's alerts with their starts and ends, in order of arrival."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    query = Query(call.request.query)
    after, limit = query.whole("cursor") or 0, query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found = await episodes.of_incident(tx, incident.number, after, limit + 1)
    cursor = str(found[limit - 1].id) if len(found) > limit else None
    return EpisodeList([_document(one) for one in found[:limit]], cursor)


def _document(one: StoredEpisode) -> EpisodeDocument:
    return EpisodeDocument(
        source=one.source,
        fingerprint=one.fingerprint,
        episode=one.episode,
        received_at=instant_text(one.received_at),
        starts_at=instant_text(one.starts_at),
        ended_at=instant_text_or_none(one.ended_at),
        ended_by=one.ended_by,
        repeats=one.repeats,
        severity=one.verdict.severity,
        rule=one.verdict.rule,
        rules=list(one.verdict.rules),
        labels=one.labels,
        annotations=one.annotations,
    )
