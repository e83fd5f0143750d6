"""`statuspage.incident`: what our status page says of an incident, said at Statuspage, too."""

import msgspec
from msgspec.structs import replace

from triaged.core.records.events import Refused
from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import Earlier, Request
from triaged.delivery.exchanges import drive, maybe_since, verdict_of
from triaged.delivery.request_kinds import Pace, Tools, integration_of, integration_pace
from triaged.integrations import PushIncident
from triaged.integrations.contract import INTEGRATIONS, StatusPage

WIDTH = 1
"""Statuspage limits each token to a request a second."""


def pace(lane: str, tools: Tools) -> Pace:
    """As fast as the integration allows."""
    return integration_pace(lane, tools, WIDTH)


async def carry_out(request: Request, earlier: Earlier, tools: Tools) -> RequestVerdict:
    """Make the incident there, or change it."""
    integration = integration_of(request.lane, tools)
    if integration is not None:
        kind = INTEGRATIONS.load(integration.kind)
        if isinstance(kind, StatusPage):
            order = replace(
                msgspec.convert(request.body["push"], PushIncident),
                ref=earlier.result.get("ref", ""),
                maybe_since=maybe_since(request, earlier),
            )
            exchange = kind.push(order, integration.settings, tools.clock.now())
            return verdict_of(await drive(exchange, tools.carrier))
    return Refused(f"{request.lane} is no status page: the configuration has changed")
