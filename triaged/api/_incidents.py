"""The path, the look-up and the document of an incident, for all routes of incidents."""

from collections.abc import Sequence

from aiohttp import web
from msgspec.structs import replace

from triaged.core.muting.mute_hold import mute_of
from triaged.core.practice.rooms import links_of, missing_of
from triaged.core.records.model import Incident, incident_number
from triaged.core.situation import Situation
from triaged.core.text.document import IncidentDocument, incident_document
from triaged.core.text.facts import facts_of
from triaged.http import problems
from triaged.http.routes import Call
from triaged.store.database.base import Reader
from triaged.store.queries import evidence
from triaged.store.tables import incidents, muting
from triaged.store.tables.practice_rows import requests

INCIDENTS = "/api/v1/incidents"
INCIDENT = INCIDENTS + "/{id}"


async def documents(call: Call, found: Sequence[Incident], tx: Reader) -> list[IncidentDocument]:
    """The documents of these incidents in a list, with what mutes them now."""
    muted_by = await _muted_by(call, found, tx)
    public_url = call.context.configuration.public_url
    return [
        incident_document(incident, public_url, by)
        for incident, by in zip(found, muted_by, strict=True)
    ]


async def _muted_by(call: Call, found: Sequence[Incident], tx: Reader) -> list[tuple[str, ...]]:
    """What mutes each of these incidents now."""
    settings, now = call.context.configuration.settings, call.context.clock.now()
    live = [incident for incident in found if incident.live]
    view = await muting.standing(tx, live, settings.muters, now)
    mutes = [mute_of(Situation(view, settings, now), incident) for incident in found]
    return [muted.by if muted else () for muted in mutes]


async def document(call: Call, incident: Incident) -> IncidentDocument:
    """The document of one incident, with what its alerts say and who was paged."""
    settings, now = call.context.configuration.settings, call.context.clock.now()
    async with call.context.database.reading() as tx:
        duty = await call.context.engine.duty_facts.current(tx, now)
        found = await evidence.of_incident(tx, incident.number, duty)
        muted_by = await _muted_by(call, [incident], tx)
        asked = await requests.of(tx, incident.number)
    facts = facts_of(incident, found, settings, now)
    shown = incident_document(
        incident, call.context.configuration.public_url, muted_by[0], facts=facts
    )
    links = {**shown.links, **links_of(settings, incident, asked)}
    return replace(shown, links=links, missing=list(missing_of(asked)))


async def find(call: Call) -> Incident | None:
    """The incident that the path names (`INC-12` or `12`); None: there is none."""
    number = incident_number(call.params["id"])
    if number is None:
        return None
    async with call.context.database.reading() as tx:
        return await incidents.fetch(tx, number)


def unknown(call: Call) -> web.Response:
    """404 for an incident that does not exist."""
    return problems.not_found(f"there is no incident {call.params['id'][:40]!r}")
