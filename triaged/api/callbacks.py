"""`POST /callbacks/{integration}`: trackers tell what has changed; verified by their signature."""

import msgspec
from aiohttp import web

from triaged.core.practice.tracker_rows import LANE, tracked_events
from triaged.errors import Unauthorized
from triaged.http import problems
from triaged.http.bodies import API_BODY_MAX, read_body
from triaged.http.guards import refused, unread
from triaged.http.routes import Call, Scope, route
from triaged.integrations import Callback
from triaged.integrations.contract import INTEGRATIONS, Tracker
from triaged.store.tables.practice_rows import requests


class CallbackTaken(msgspec.Struct, frozen=True):
    """How many action items of ours a callback was about."""

    actions: int


@route("POST", "/callbacks/{integration}", Scope.SIGNED)
async def receive(call: Call) -> CallbackTaken | web.Response:
    """A change at a tracker: the webhook of the integration, signed with its `webhook_secret`.

    What is no change of an issue of ours is taken and changes nothing.
    """
    name = call.params["integration"]
    integration = call.context.configuration.integrations.get(name)
    if integration is not None:
        kind = INTEGRATIONS.load(integration.kind)
        if isinstance(kind, Tracker):
            return await _take(call, name, kind, integration.settings)
    return problems.not_found("there is no integration of this name that takes callbacks")


async def _take(
    call: Call, name: str, kind: Tracker, settings: object
) -> CallbackTaken | web.Response:
    """Verify a callback, and tell the action items that it is about."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    headers = {field.lower(): value for field, value in call.request.headers.items()}
    try:
        changes = kind.called(Callback(headers, body), settings)
    except Unauthorized:
        return refused(call, "unauthorized", problems.unauthorized())
    async with call.context.database.reading() as tx:
        known = await requests.of_refs(tx, LANE + name, [change.ref for change in changes])
    events = tracked_events(name, changes, known)
    await call.context.engine.submit(events, urgent=False)
    return CallbackTaken(len(events))
