"""Calls of a channel's provider: bounded, verified by the channel, answered in its form."""

from contextlib import suppress

from aiohttp import web

from triaged.calls.answering import Calls
from triaged.channels import Channel
from triaged.channels.common.two_way import Callback, HttpReply
from triaged.errors import Malformed, StoreUnavailable, Unauthorized
from triaged.http import problems
from triaged.http.bodies import API_BODY_MAX, read_body
from triaged.http.guards import refused, unread
from triaged.http.routes import Call

TOO_MANY = "too many calls: come again in a moment"


async def take(call: Call, channel: Channel) -> web.Response:
    """The answer to a call of the channel's provider; what nobody has signed is 401, and no more.

    Raises `Malformed` and `StoreUnavailable`, which the guards answer.
    """
    context, calls = call.context, call.context.calls
    budget, now = calls.budget(channel.name), context.clock.now()
    if calls.is_full or not budget.allows(now):
        _count(call, channel, "dropped")
        return refused(call, "too_many_calls", problems.problem(429, TOO_MANY))
    body = await read_body(call.request, API_BODY_MAX, context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    try:
        reply = await calls.answer(channel, _callback(call, body))
    except Unauthorized:
        return await _unauthorized(call, calls, channel)
    except Malformed:
        _count(call, channel, "malformed")
        raise
    _count(call, channel, "taken")
    return _response(reply)


def _callback(call: Call, body: bytes) -> Callback:
    """The call as its provider made it: to our public address, whatever stands in front of us."""
    headers = {field.lower(): value for field, value in call.request.headers.items()}
    base = call.context.configuration.settings.public_url.rstrip("/")
    return Callback(headers, body, f"{base}{call.request.path_qs}", call.context.clock.now())


def _response(reply: HttpReply) -> web.Response:
    headers = {"content-type": reply.content_type} if reply.body else {}
    return web.Response(status=reply.status, body=reply.body or None, headers=headers)


async def _unauthorized(call: Call, calls: Calls, channel: Channel) -> web.Response:
    """The refusal; twenty of them in a minute are a trouble that somebody is told of."""
    _count(call, channel, "unauthorized")
    trouble = calls.budget(channel.name).failed(call.context.clock.now())
    if trouble is not None:
        with suppress(StoreUnavailable):
            await call.context.engine.submit([trouble], urgent=True)
    return refused(call, "unauthorized", problems.unauthorized())


def _count(call: Call, channel: Channel, outcome: str) -> None:
    call.context.metrics.callbacks.labels(channel.name, outcome).inc()
