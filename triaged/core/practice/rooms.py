"""Rooms and links of an incident that was declared: where people meet, and what they look at."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from triaged.core.draft import Draft
from triaged.core.practice.work import work_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Effect, SaveRow
from triaged.core.records.model import Entry, Incident
from triaged.core.records.practice.request_events import RequestEnded
from triaged.core.records.practice.requests import CONFIRM, EDIT, Done, Request, RequestState
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.call_link import call_url
from triaged.core.text.document import MissingLink, incident_document
from triaged.core.time.durations import HOUR

CREATE = "room.create"

ROOM_LIFE_US = 2 * HOUR
"""For so long a room is asked for: later people have met somewhere else."""


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Ask for rooms when somebody declares an incident or takes command of it."""
    was = None if before is None else work_of(before).declared_at
    if was is not None or work_of(draft.incident).declared_at is None or not draft.incident.live:
        return
    for name in situation.settings.integrations.rooms:
        draft.add(SaveRow(_room(situation, draft.incident, name)))


def _room(situation: Situation, incident: Incident, integration: str) -> Request:
    now = situation.now
    shown = incident_document(incident, situation.settings.public_url)
    return Request(
        id=f"{incident.id}/room/{integration}",
        incident=incident.number,
        kind=CREATE,
        lane=f"integration/{integration}",
        created_at=now,
        due_at=now,
        gives_up_at=now + ROOM_LIFE_US,
        body={"incident": msgspec.to_builtins(shown)},
    )


def ended(situation: Situation, event: RequestEnded, after: Request) -> tuple[Effect, ...]:
    """A room that is there is said on the timeline."""
    incident = situation.incident(after.incident)
    if incident is None or not isinstance(event.verdict, Done):
        return ()
    draft = Draft(incident)
    url, name = after.result.get("url", ""), after.result.get("name", "")
    data: dict[str, object] = {"link": "room", "url": url, "name": name}
    text = f"room: {name} {url}".replace("  ", " ")
    draft.say(Entry(situation.now, "link.added", TRIAGED, text, data))
    return draft.effects()


def links_of(
    settings: Settings, incident: Incident, requests: Iterable[Request]
) -> Mapping[str, str]:
    """The addresses of a declared incident, by what they are; empty before it is declared."""
    if work_of(incident).declared_at is None:
        return {}
    links: dict[str, str] = {}
    if settings.integrations.call is not None:
        links["call"] = call_url(settings.integrations.call, incident)
    service = settings.services.get(incident.service or "")
    for number, url in enumerate(service.dashboards if service else (), 1):
        links["dashboard" if number == 1 else f"dashboard_{number}"] = url
    for request in requests:
        if request.kind == CREATE and request.state is RequestState.SENT:
            name = "room" if "room" not in links else f"room_{request.id.rpartition('/')[2]}"
            links[name] = request.result.get("url", "")
    return links


def missing_of(requests: Iterable[Request]) -> Sequence[MissingLink]:
    """What the incident should have and does not have yet: rooms, issues, posts elsewhere."""
    return [
        MissingLink(
            request=each.id,
            kind=each.kind,
            state="failed" if each.state is RequestState.FAILED else "pending",
            error=each.error or None,
        )
        for each in requests
        if each.state in (RequestState.DUE, RequestState.FAILED)
        and not each.kind.startswith("subscriber.")
        and each.kind not in (CONFIRM, EDIT)
    ]
