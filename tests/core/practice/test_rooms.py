"""Rooms are asked for when an incident is declared, and shown as missing until they are there."""

from msgspec.structs import replace

from tests.core.practice.world import COMMANDER, Practice, practised
from triaged.core.practice.rooms import links_of, missing_of
from triaged.core.records.events import Resolved
from triaged.core.records.practice.request_events import RequestDue, RequestEnded
from triaged.core.records.practice.requests import Done, Request, RequestState
from triaged.core.records.verdicts import Refused
from triaged.core.settings import Integrations, Service
from triaged.core.text.document import MissingLink

OURS = practised(
    integrations=Integrations(rooms=("bot",), call="https://meet.example.org/{{ incident.id }}"),
    services={"checkout": Service("checkout", dashboards=("https://g/1", "https://g/2"))},
)


def declared() -> Practice:
    """A SEV-1 whose command alice has taken."""
    world = Practice()
    world.settings = OURS
    world.give(COMMANDER, "alice")
    return world


def asked(world: Practice) -> list[Request]:
    return world.view.rows_of(Request, 1)


def test_room_is_asked_for_when_somebody_takes_command() -> None:
    world = Practice()
    world.settings = OURS
    assert asked(world) == []

    world.give(COMMANDER, "alice")
    world.give(COMMANDER, "bob")

    (request,) = asked(world)
    assert (request.id, request.kind, request.lane) == (
        "INC-1/room/bot",
        "room.create",
        "integration/bot",
    )
    assert request.body["incident"]["id"] == "INC-1"
    assert request.due_at == world.now


def test_room_that_is_there_is_said_and_linked() -> None:
    world = declared()
    (request,) = asked(world)
    claimed = replace(request, token=1, attempts=1)
    world.view.add_row(claimed)

    world.handle(RequestDue(claimed))
    room = {"url": "https://chat/c1", "name": "#inc-1"}
    world.handle(RequestEnded(claimed, Done(room)))

    assert [entry.text for entry in world.said("link.added")] == ["room: #inc-1 https://chat/c1"]
    incident = replace(world.incident, service="checkout")
    assert links_of(OURS, incident, asked(world)) == {
        "call": "https://meet.example.org/inc-1",
        "dashboard": "https://g/1",
        "dashboard_2": "https://g/2",
        "room": "https://chat/c1",
    }
    assert missing_of(asked(world)) == []


def test_room_that_failed_is_shown_as_missing_and_changes_nothing_else() -> None:
    world = declared()
    (request,) = asked(world)
    claimed = replace(request, token=1, attempts=1)
    world.view.add_row(claimed)
    before = world.incident

    pending = missing_of(asked(world))
    world.handle(RequestEnded(claimed, Refused("HTTP 403 no")))

    assert pending == [MissingLink("INC-1/room/bot", "room.create", "pending", None)]
    assert missing_of(asked(world)) == [
        MissingLink("INC-1/room/bot", "room.create", "failed", "HTTP 403 no")
    ]
    assert world.said("request.failed")
    after = replace(world.incident, entries=before.entries, chain=before.chain)
    assert after == before


def test_incident_that_nobody_declared_has_no_call() -> None:
    assert links_of(OURS, Practice().incident, []) == {}


def test_nothing_is_asked_for_an_incident_that_is_over() -> None:
    world = Practice()
    world.settings = OURS
    world.handle(Resolved(1, "alice"))

    world.give(COMMANDER, "alice")

    assert asked(world) == []


def test_mails_to_subscribers_are_not_links() -> None:
    mail = replace(
        asked(declared())[0], kind="subscriber.mail", state=RequestState.FAILED, error="no"
    )

    assert missing_of([mail]) == []
