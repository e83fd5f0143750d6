"""`/api/v1/events`: every change of an incident as it is committed (server-sent events).

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio

import structlog
from aiohttp import web

from triaged.core.text.document import incident_document
from triaged.http import problems
from triaged.http.aiohttp_internals import end_connection
from triaged.http.answers import EVERYWHERE
from triaged.http.event_stream import SUBSCRIBERS_MAX, IncidentChange, Subscriber
from triaged.http.guards import refused
from triaged.http.routes import Call, Scope, route
from triaged.wire import encode

log = structlog.get_logger()

PING_S = 15.0
"""Proxies close connections that are silent for a minute, some for half of one."""

WRITE_S = 10.0
"""A client that reads nothing for so long is gone."""

PING = b": still here\n\n"
RESYNC = b"event: resync\ndata: {}\n\n"


@route("GET", "/api/v1/events", Scope.READ)
async def stream(call: Call) -> web.StreamResponse:
    """A stream of events: `incident` with the incident as it is, `resync` when events were lost.

    The stream ends when its client falls behind or triaged stops.
    """
    events = call.context.event_stream
    if events.full:
        detail = f"{SUBSCRIBERS_MAX} event streams are open already"
        return refused(call, "overload", problems.unavailable(detail))
    response = web.StreamResponse(
        headers={
            **EVERYWHERE,
            "Content-Type": "text/event-stream; charset=utf-8",
            "X-Accel-Buffering": "no",
        }
    )
    with events.subscribed() as subscriber:
        await response.prepare(call.request)
        if call.request.method == "HEAD":
            return response
        try:
            await _write(response, b"retry: 2000\n\n" + _missed(call))
            await _follow(call, response, subscriber)
        except (ConnectionError, TimeoutError):
            pass  # the client is gone, or might as well be
        except Exception:
            log.exception("stream.failed")
            end_connection(call.request)  # whatever came next would be read as an event
    return response


def _missed(call: Call) -> bytes:
    """The events since the last one that the client saw; `resync` if that one is unknown."""
    last = call.request.headers.get("Last-Event-ID")
    if last is None:
        return b""
    known = last.isascii() and last.isdigit() and len(last) < 19
    changes = call.context.event_stream.since(int(last)) if known else None
    if changes is None:
        return RESYNC
    return b"".join(_event(call, change) for change in changes)


async def _follow(call: Call, response: web.StreamResponse, subscriber: Subscriber) -> None:
    while True:
        try:
            async with asyncio.timeout(PING_S):
                change = await subscriber.queue.get()
        except TimeoutError:
            await _write(response, PING)
            continue
        if change is None:
            return
        await _write(response, _event(call, change))


async def _write(response: web.StreamResponse, text: bytes) -> None:
    async with asyncio.timeout(WRITE_S):
        await response.write(text)


def _event(call: Call, change: IncidentChange) -> bytes:
    public_url = call.context.configuration.public_url
    body = encode(incident_document(change.incident, public_url))
    return b"id: %d\nevent: incident\ndata: %b\n\n" % (change.id, body)
