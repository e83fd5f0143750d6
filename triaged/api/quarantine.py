"""`/api/v1/quarantine`: bodies that could not be used; look at, re-submit, drop."""

from base64 import b64encode

import msgspec
from aiohttp import web

from triaged.api.schemas import Accepted, Quarantined, QuarantinedBody
from triaged.api.webhooks import commit
from triaged.core.records.model import Alert
from triaged.engine.engine import DECISION_FAILED
from triaged.errors import Malformed
from triaged.http import answers, problems
from triaged.http.queries import Query
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.ingest import Parsed, Received
from triaged.intake.decode import parse
from triaged.store.tables import quarantine
from triaged.store.tables.quarantine import Kept
from triaged.wire import decoded, instant_text

BASE = "/api/v1/quarantine"
ONE = BASE + "/{id}"

_ALERT = msgspec.json.Decoder(Alert)


def row(kept: Kept) -> QuarantinedBody:
    """A body in the list, without the body."""
    return QuarantinedBody(
        id=kept.id,
        source=kept.source,
        reason=kept.reason,
        detail=kept.detail,
        count=kept.count,
        received_at=instant_text(kept.received_at),
        last_at=instant_text(kept.last_at),
    )


def whole(kept: Kept) -> QuarantinedBody:
    """A body with all that was kept of it."""
    shown = row(kept)
    try:
        body, encoding = kept.body.decode(), "utf-8"
    except UnicodeDecodeError:
        body, encoding = b64encode(kept.body).decode(), "base64"
    changes = {"headers": dict(kept.headers), "body": body, "encoding": encoding}
    return msgspec.structs.replace(shown, **changes)


async def find(call: Call) -> Kept | None:
    """The body that the path names."""
    async with call.context.database.reading() as tx:
        return await quarantine.fetch(tx, call.params["id"])


async def index(call: Call) -> web.StreamResponse:
    """Every body that is kept, the newest first."""
    query = Query(call.request.query)
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, after = await quarantine.find(tx, cursor, limit)
    return answers.answer({"quarantine": [row(kept) for kept in found], "next_cursor": after})


async def show(call: Call) -> web.StreamResponse:
    """One, with its body."""
    kept = await find(call)
    return _unknown() if kept is None else answers.answer(whole(kept))


async def resubmit(call: Call) -> web.StreamResponse:
    """Take the body as if it came in now; when it can be used, it leaves quarantine."""
    kept = await find(call)
    if kept is None:
        return _unknown()
    source = call.context.configuration.sources.get(kept.source)
    if source is None:
        return problems.problem(409, f"there is no source {kept.source!r} any more")
    now = call.context.clock.now()
    received = Received(kept.source, kept.body, kept.headers, now)
    try:
        parsed = _alone(kept) or parse(source, received)
    except Malformed as error:
        return problems.malformed(error, "the body still cannot be used; it stays in quarantine")
    body = await commit(call, received, parsed)
    await _drop(call, kept.id)
    return answers.json_bytes(body)


def _alone(kept: Kept) -> Parsed | None:
    """The alert that could not be decided, in our own words; None for a sender's body."""
    if kept.reason != DECISION_FAILED:
        return None
    return Parsed([decoded(_ALERT, kept.body)])


async def drop(call: Call) -> web.StreamResponse:
    """Forget it."""
    name = call.params["id"]
    return answers.answer({"dropped": name}) if await _drop(call, name) else _unknown()


async def _drop(call: Call, name: str) -> bool:
    async with call.context.database.transaction() as tx:
        return await quarantine.drop(tx, name)


def _unknown() -> web.Response:
    return problems.not_found("there is no such body in quarantine")


ROUTES = (
    Route(
        method="GET",
        path=BASE,
        scope=Scope.READ,
        handler=index,
        about="Bodies that could not be used.",
        query=(
            Parameter("cursor", "`next_cursor` of the page before"),
            Parameter("limit", "1 to 1000; 100 unless given"),
        ),
        answer=Quarantined,
    ),
    Route(
        method="GET",
        path=ONE,
        scope=Scope.READ,
        handler=show,
        about="One of them, with its body.",
        answer=QuarantinedBody,
    ),
    Route(
        method="POST",
        path=f"{ONE}/resubmit",
        scope=Scope.RESPOND,
        handler=resubmit,
        about="Try it again.",
        answer=Accepted,
    ),
    Route(
        method="DELETE",
        path=ONE,
        scope=Scope.RESPOND,
        handler=drop,
        about="Forget it.",
    ),
)
