"""How requests to outsiders are carried out: a module for each subject of `Request.kind`.

`tracker.py` carries out `tracker.issue` and `tracker.changes`; `contract.py` says what it has.
"""

from collections.abc import Mapping

import msgspec

from triaged.channels import Channel
from triaged.clock import Clock
from triaged.core.practice.tracker_rows import LANE
from triaged.delivery.carriers.transports import Carrier
from triaged.engine.engine import Engine
from triaged.integrations import Integration
from triaged.integrations.contract import INTEGRATIONS
from triaged.store.database.connect import Database
from triaged.wire import Secret

PACKAGE = __name__


class Tools(msgspec.Struct, frozen=True):
    """What a request may need. `engine.settings` are the present settings."""

    engine: Engine
    database: Database
    clock: Clock
    carrier: Carrier
    """Keeps the pace of the lane."""
    action_key: Secret
    """The key of links: the store's secret `links.KEY_NAME`."""
    integrations: Mapping[str, Integration] = {}
    channels: Mapping[str, Channel] = {}


class Pace(msgspec.Struct, frozen=True):
    """How fast the requests of a lane go."""

    width: int
    """Attempts at once."""
    every_us: int = 0
    """The least time between the beginnings of two messages of `Tools.carrier`."""


def integration_of(lane: str, tools: Tools) -> Integration | None:
    """The integration whose lane it is; None: a reload has removed it."""
    return tools.integrations.get(lane.removeprefix(LANE))


def integration_pace(lane: str, tools: Tools, width: int) -> Pace:
    """As fast as the integration of a lane allows."""
    integration = integration_of(lane, tools)
    if integration is None:
        return Pace(width)
    return Pace(width, INTEGRATIONS.load(integration.kind).EVERY_US)
