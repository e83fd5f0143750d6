"""`room.create`: a room in the chat for an incident that was declared."""

from triaged.core.records.events import Refused
from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import Earlier, Request
from triaged.delivery.exchanges import drive, verdict_of
from triaged.delivery.request_kinds import Pace, Tools, integration_of, integration_pace
from triaged.integrations import CreateRoom
from triaged.integrations.contract import INTEGRATIONS, Rooms

WIDTH = 4


def pace(lane: str, tools: Tools) -> Pace:
    """As fast as the integration allows."""
    return integration_pace(lane, tools, WIDTH)


async def carry_out(request: Request, earlier: Earlier, tools: Tools) -> RequestVerdict:  # noqa: ARG001 - contract
    """Make the room."""
    integration = integration_of(request.lane, tools)
    if integration is not None:
        kind = INTEGRATIONS.load(integration.kind)
        if isinstance(kind, Rooms):
            order = CreateRoom(request.id, request.body["incident"])
            exchange = kind.create_room(order, integration.settings, tools.clock.now())
            return verdict_of(await drive(exchange, tools.carrier))
    return Refused(f"{request.lane} makes no rooms: the configuration has changed")
