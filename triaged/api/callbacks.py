"""`POST /callbacks/{name}`: providers of channels, and trackers; verified by their signature."""

import msgspec
from aiohttp import web

from triaged.api import _channel_calls
from triaged.channels.contract import CHANNELS, CalledBack
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


@route("POST", "/callbacks/{name}", Scope.SIGNED)
async def receive(call: Call) -> CallbackTaken | web.Response:
    """A call of the provider of a channel, or of an integration; the signature is the permission.

    A channel takes presses of buttons, commands, receipts and events of its provider, and answers
    in the provider's form and time. An integration takes changes at a tracker, signed with its
    `webhook_secret`; what is no change of an issue of ours is taken and changes nothing. Calls
    without a valid signature get 401; more than 300 of a channel in ten seconds get 429.
    """
    name = call.params["name"]
    configuration = call.context.configuration
    channel = configuration.channels.get(name)
    if channel is not None and isinstance(CHANNELS.load(channel.kind), CalledBack):
        return await _channel_calls.take(call, channel)
    integration = configuration.integrations.get(name)
    if integration is not None:
        kind = INTEGRATIONS.load(integration.kind)
        if isinstance(kind, Tracker):
            return await _take(call, name, kind, integration.settings)
    return problems.not_found("there is no channel or integration of this name that takes calls")


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
