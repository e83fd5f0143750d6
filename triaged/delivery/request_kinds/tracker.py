"""`tracker.issue`: an action item has one issue; `tracker.changes`: what became of issues."""

import msgspec

from triaged.core.practice.tracker_rows import CHANGES, CHANGES_EVERY_US, tracked_events
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import Done, Earlier, Request
from triaged.delivery.exchanges import drive, maybe_since, verdict_of
from triaged.delivery.request_kinds import Pace, Tools, integration_of, integration_pace
from triaged.integrations import Changed, Integration, ReadChanges, TrackedAction, TrackIssue
from triaged.integrations.contract import INTEGRATIONS, Tracker
from triaged.store.tables.practice_rows import requests

WIDTH = 1
"""Trackers ask for one request after the other."""


def pace(lane: str, tools: Tools) -> Pace:
    """As fast as the integration allows."""
    return integration_pace(lane, tools, WIDTH)


async def carry_out(request: Request, earlier: Earlier, tools: Tools) -> RequestVerdict:
    """Have the issue, or read what has changed."""
    integration = integration_of(request.lane, tools)
    if integration is not None:
        kind = INTEGRATIONS.load(integration.kind)
        if isinstance(kind, Tracker):
            if request.kind == CHANGES:
                return await _read(request, integration, kind, tools)
            action = msgspec.convert(request.body["action"], TrackedAction)
            ref = earlier.result.get("ref", "") or str(request.body.get("ref", ""))
            order = TrackIssue(action, ref, maybe_since(request, earlier))
            exchange = kind.track(order, integration.settings, tools.clock.now())
            return verdict_of(await drive(exchange, tools.carrier))
    return Refused(f"{request.lane} keeps no issues: the configuration has changed")


async def _read(
    request: Request, integration: Integration, kind: Tracker, tools: Tools
) -> RequestVerdict:
    """Read the changes since the last time; the state of our action items follows from them."""
    now = tools.clock.now()
    since = int(request.result.get("since", request.created_at))
    exchange = kind.changes(ReadChanges(since), integration.settings, now)
    ended = await drive(exchange, tools.carrier)
    if isinstance(ended, Refused):
        return TryAgain(ended.error, CHANGES_EVERY_US)  # a new token brings it back
    if not isinstance(ended, Changed):
        return ended
    async with tools.database.reading() as tx:
        refs = [change.ref for change in ended.changes]
        known = await requests.of_refs(tx, request.lane, refs)
    events = tracked_events(integration.name, ended.changes, known)
    await tools.engine.submit(events, urgent=False)
    return Done({"since": str(ended.since)}, again_at=now + CHANGES_EVERY_US)
