"""`/api/v1/events`: changes as they are committed (server-sent events).

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio

import msgspec
import structlog
from aiohttp import web

from triaged.core.records.model import incident_number
from triaged.core.text.document import incident_document
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.aiohttp_internals import end_connection
from triaged.http.answers import EVERYWHERE
from triaged.http.event_stream import INCIDENT, NAMES, SUBSCRIBERS_MAX, Change, Subscriber
from triaged.http.guards import admit, refused
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.wire import encode

log = structlog.get_logger()

PING_S = 15.0
"""Proxies close connections that are silent for a minute, some for half of one."""

WRITE_S = 10.0
"""A client that reads nothing for so long is gone."""

PING = b": still here\n\n"
BRIEF_PING = b"event: ping\ndata: {}\n\n"
"""A script hears no comments, and has to know that the stream is alive."""

RESYNC = b"event: resync\ndata: {}\n\n"
PADDING = b":" + b" " * 2048 + b"\n\n"
"""Proxies that collect 2 kB before they pass something on pass on the first event."""

QUERY = (
    Parameter("events", f"names with commas: {', '.join(NAMES)}; `incident` unless given"),
    Parameter("incident", "only about this incident"),
    Parameter("brief", "1: events say what has changed, not how it is; and a `ping` each 15 s"),
    Parameter("after", "as the header Last-Event-ID, for clients that cannot set it"),
)


class Wish(msgspec.Struct, frozen=True):
    """Which events a client wants, and how."""

    names: tuple[str, ...] = (INCIDENT,)
    number: int | None = None
    is_brief: bool = False
    after: str | None = None

    def holds(self, change: Change) -> bool:
        """True if the client wants the change."""
        return change.name in self.names and self.number in (None, change.number)


@route("GET", "/api/v1/events", Scope.READ, QUERY)
async def stream(call: Call) -> web.StreamResponse:
    """A stream of events: `incident` with the incident as it is, `resync` when events were lost.

    With `events` also `page` and `oncall`. The stream ends when its client falls behind, when its
    token or session ends, and when triaged stops.
    """
    wish = _wish(call)
    if isinstance(wish, web.Response):
        return wish
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
            start = PADDING + BRIEF_PING if wish.is_brief else b""
            await _write(response, b"retry: 2000\n\n" + start + _missed(call, wish))
            await _follow(call, response, subscriber, wish)
        except (ConnectionError, TimeoutError):
            pass  # the client is gone, or might as well be
        except Exception:
            log.exception("stream.failed")
            end_connection(call.request)  # whatever came next would be read as an event
    return response


def _wish(call: Call) -> Wish | web.Response:
    """What the query asks for; the refusal of what there is not."""
    query = Query(call.request.query)
    name, is_brief = query.text("incident"), query.text("brief") == "1"
    number = None if name is None else incident_number(name)
    if name is not None and number is None:
        query.errors.append(Problem("?incident", "an incident such as INC-12"))
    names = query.choices("events", NAMES) or (NAMES if is_brief else (INCIDENT,))
    after = call.request.headers.get("Last-Event-ID") or query.text("after")
    return problems.invalid(query.errors) if query.errors else Wish(names, number, is_brief, after)


def _missed(call: Call, wish: Wish) -> bytes:
    """The events since the last one that the client saw; `resync` if that one is unknown."""
    last = wish.after
    if last is None:
        return b""
    known = last.isascii() and last.isdigit() and len(last) < 19
    changes = call.context.event_stream.since(int(last)) if known else None
    if changes is None:
        return RESYNC
    return b"".join(_event(call, change, wish) for change in changes)


async def _follow(
    call: Call, response: web.StreamResponse, subscriber: Subscriber, wish: Wish
) -> None:
    loop = asyncio.get_running_loop()
    ping_at = loop.time() + PING_S
    while True:
        try:
            async with asyncio.timeout_at(ping_at):
                change = await subscriber.queue.get()
        except TimeoutError:
            if await admit(call, Scope.READ) is not None:
                return  # its token or session has ended
            await _write(response, BRIEF_PING if wish.is_brief else PING)
            ping_at = loop.time() + PING_S
            continue
        if change is None:
            return
        if text := _event(call, change, wish):
            await _write(response, text)


async def _write(response: web.StreamResponse, text: bytes) -> None:
    async with asyncio.timeout(WRITE_S):
        await response.write(text)


def _event(call: Call, change: Change, wish: Wish) -> bytes:
    """The change as an event; empty where the client does not want it."""
    if not wish.holds(change):
        return b""
    body = change.brief
    if change.incident is not None and not wish.is_brief:
        body = encode(incident_document(change.incident, call.context.configuration.public_url))
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (change.id, change.name.encode(), body)
