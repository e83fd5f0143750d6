"""Bodies with alerts: the sender is authenticated, the body read, its alerts put on disk.

Answers follow what senders do with them (https://prometheus.io/docs/alerting/latest/configuration/
#webhook_config: only 5xx is sent again): 400 is for what can never be right and has been kept,
503 for everything that may work later.
"""

import msgspec
import structlog
from aiohttp import web

from triaged.config.model import Source
from triaged.core.records import actors
from triaged.core.records.answers import Answer, Attached
from triaged.core.records.changes import Change
from triaged.core.records.model import incident_id
from triaged.errors import Unauthorized
from triaged.http import answers, problems
from triaged.http.bodies import TooLarge, read_body
from triaged.http.guards import admit, refused, unread
from triaged.http.routes import Call
from triaged.ingest import Parsed, Received
from triaged.intake.decode import (
    Unusable,
    count,
    decode,
    events_of,
    is_signed,
    met_limit,
    set_aside,
    too_large,
)
from triaged.store.tables import changes
from triaged.wire import encode

JSON = "application/json"
log = structlog.get_logger()


class Accepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many alerts are on disk and how many were set aside, and the incidents they belong to."""

    accepted: int
    incidents: list[str]
    quarantined: int = 0


async def receive(
    call: Call, name: str, *, only_json: bool = False, kind: str = ""
) -> web.StreamResponse:
    """Receive a body for the source `name`: authenticate, read, put on disk, answer.

    With `kind`, the path takes what sources of that kind send, and no other.
    """
    context = call.context
    received_at = context.clock.now()
    source = context.configuration.sources.get(name)
    is_signed = source is not None and wants_signature(source)
    if not is_signed:
        in_url = source is not None and source.token_in_url
        refusal = await admit(call, f"ingest:{name}", token_in_url=in_url)
        if refusal is not None:
            return refusal
    if source is None:
        return problems.not_found("there is no source of this name in the configuration")
    if kind not in {"", source.kind}:
        detail = (
            f"the source {name} is of kind {source.kind}: this path is for those of kind {kind}"
        )
        return problems.not_found(detail)
    refusal = _busy(call) or _encoded(call, only_json=only_json)
    if refusal is not None:
        return refusal
    intake = context.intake
    intake.requests += 1
    try:
        body = await read_body(call.request, context.configuration.max_body, context.stop)
        if isinstance(body, TooLarge):
            await _note_too_large(call, source, body.limit, received_at)
        if not isinstance(body, bytes):
            return unread(call, body)
        return await _verified(call, source, body, received_at)
    finally:
        intake.requests -= 1
        intake.observe(name, context.clock.now() - received_at)


async def _verified(
    call: Call, source: Source, body: bytes, received_at: int
) -> web.StreamResponse:
    """Check the body's signature, then put its alerts on disk."""
    intake = call.context.intake
    intake.held_bytes += len(body)
    try:
        # aiohttp's headers are found whatever their case, which is what `Received` promises
        received = Received(source.name, body, call.request.headers, received_at, _caller(call))
        if not holds(source, received):
            return refused(call, "unauthorized", problems.unauthorized())
        call.context.engine.crash_point("after_body")
        return await accept(call, source, received)
    finally:
        intake.held_bytes -= len(body)


async def _note_too_large(call: Call, source: Source, limit: int, received_at: int) -> None:
    """Let a human hear of a body that is lost because it is too large.

    Where a signature stands for the sender, nobody knows who sent what was not read: that is
    logged and counted.
    """
    log.warning("body.too_large", source=source.name, limit=limit)
    call.context.metrics.limits_hit.labels("max_body", source.name).inc()
    if wants_signature(source):
        return
    received = Received(source.name, b"", call.request.headers, received_at, _caller(call))
    await call.context.engine.submit([too_large(received, limit)], urgent=False)


def _caller(call: Call) -> str:
    """The token that the sender has; without tokens, its address."""
    by = call.caller.by
    return by if by not in {"", actors.ANONYMOUS} else call.request.remote or ""


async def accept(call: Call, source: Source, received: Received) -> web.StreamResponse:
    """Put the alerts of a body on disk; the answer for the sender."""
    backlog = call.context.backlog
    found: int | Parsed | Unusable = count(source, received) if backlog.puts_off else 0
    if found == 0:
        found = await decode(source, received)
        if met_limit(found):
            call.context.metrics.limits_hit.labels("alerts", source.name).inc()
    match found:
        case Unusable():
            event = set_aside(received, found.reason, found.detail)
            await call.context.engine.submit([event], urgent=False)
            return unusable(found, "is kept in quarantine")
        case int():
            await backlog.keep(received, found)
            accepted = Accepted(accepted=found, incidents=[])
        case Parsed():
            if found.changes:
                await _save_changes(call, found.changes)
            accepted = summary(found, await backlog.take(received, found))
    call.context.engine.crash_point("before_answer")
    return answers.receipt(call.request, encode(accepted), received.received_at)


def unusable(why: Unusable, kept: str) -> web.Response:
    """The answer where nothing of a body can be used; `kept` ends the sentence: where it is."""
    if why.error is not None:
        return problems.malformed(why.error, f"the body cannot be used; it {kept}")
    return problems.unavailable(f"a fault of triaged; the body {kept}")


async def commit(call: Call, received: Received, parsed: Parsed) -> Accepted:
    """Decide and commit the alerts of a body and what was rejected of it."""
    if parsed.changes:
        await _save_changes(call, parsed.changes)
    events = events_of(parsed, received)
    return summary(parsed, await call.context.engine.submit(events, urgent=False))


async def _save_changes(call: Call, reported: list[Change]) -> None:
    """Write changes, which decide nothing (docs/decisions/0015). Raises StoreUnavailable."""
    async with call.context.database.transaction() as tx:
        await changes.save(tx, reported)
    call.context.metrics.changes_received.labels(reported[0].source).inc(len(reported))


def summary(parsed: Parsed, outcome: list[Answer] | None) -> Accepted:
    """The numbers for the sender.

    Without an `outcome` the body is on disk and decided later: no incident is known yet.
    """
    attached, rejected = len(parsed.alerts), sum([one.count for one in parsed.rejected])
    numbers: set[int] = set()
    for one in outcome[:attached] if outcome else ():
        if not isinstance(one, Attached):
            attached -= 1
            rejected += 1
        elif one.incident is not None:
            numbers.add(one.incident)
    names = [incident_id(number) for number in sorted(numbers)]
    accepted = attached + len(parsed.changes)
    return Accepted(accepted=accepted, incidents=names, quarantined=rejected)


def wants_signature(source: Source) -> bool:
    """Whether the source is authenticated by a signature instead of a token."""
    return not holds(source, Received(source.name, b"", {}, 0))


def holds(source: Source, received: Received) -> bool:
    """Whether the body's signature is right, or none is required."""
    try:
        is_signed(source, received)
    except Unauthorized:
        return False
    return True


def _busy(call: Call) -> web.Response | None:
    if call.context.stop.begun:
        return refused(call, "stopping", problems.unavailable("triaged is stopping"))
    if call.context.database.nearly_full:
        answer = problems.unavailable("the disk of the store is nearly full")
        return refused(call, "disk_low", answer)
    if call.context.intake.full:
        return refused(call, "overload", problems.unavailable("too many requests at once"))
    return None


def _encoded(call: Call, *, only_json: bool) -> web.Response | None:
    headers = call.request.headers
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "send the body as it is, without a Content-Encoding"
    elif only_json and JSON not in (headers.get("Content-Type"), call.request.content_type):
        detail = f"send `Content-Type: {JSON}`"
    else:
        return None
    return refused(call, "encoded", problems.problem(415, detail))
