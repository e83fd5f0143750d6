"""`/api/v1/status-page/subscribers`: who hears of posts; webhooks are subscribed here."""

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.access.subscriber_links import hook_secret, subscriber_id, token_of
from triaged.api._status_page import (
    BASE,
    SubscriberDocument,
    page_of,
    submit,
    subscriber_document,
)
from triaged.core.practice.status.subscribers import digest
from triaged.core.records.practice.status import (
    Impact,
    Subscriber,
    SubscriberState,
    Wish,
)
from triaged.core.records.practice.status_events import HookSubscribed, SubscriptionEnded
from triaged.core.text.wording import link
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Name
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import status

SUBSCRIBERS = f"{BASE}/subscribers"
ONE = SUBSCRIBERS + "/{id}"
LIST_QUERY = (
    Parameter("state", "unconfirmed, active, unsubscribed or bounced"),
    *PAGE_OF_LIST,
)


class HookRequest(Body, frozen=True):
    """A webhook that gets posts."""

    url: Annotated[str, Meta(max_length=2000)]
    components: tuple[Name, ...] = ()
    """Unset: all."""
    impact: Impact = Impact.NONE
    maintenance_only: bool = False


class NewSubscriber(SubscriberDocument, frozen=True):
    """A webhook that was just subscribed: only this answer shows the secret of its signatures."""

    secret: str


class SubscriberList(msgspec.Struct, frozen=True):
    """Subscribers, the newest first, and how many there are in all, by state."""

    subscribers: list[SubscriberDocument]
    counts: dict[str, int]
    next_cursor: str | None


@route("GET", SUBSCRIBERS, Scope.ADMIN, LIST_QUERY)
async def index(call: Call) -> SubscriberList | web.Response:
    """Subscribers with their addresses, which is why it needs `admin`; the newest first."""
    query = Query(call.request.query)
    state = query.choices("state", tuple(SubscriberState))
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, after = await status.subscribers(tx, state[0] if state else None, cursor, limit)
        counts = await status.counts(tx)
    return SubscriberList([subscriber_document(row) for row in found], counts, after)


@route("POST", SUBSCRIBERS, Scope.ADMIN)
async def create(call: Call, body: HookRequest) -> Created[NewSubscriber] | web.Response:
    """Have posts sent to a URL, signed; private and loopback addresses are refused when sending."""
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    host = urlsplit(body.url).hostname or "" if link(body.url) else ""
    errors = [] if host else [Problem("$.url", "expected a URL such as https://example.org/hook")]
    known = {one.key for one in page.components}
    errors += [
        Problem(f"$.components[{index}]", "no component of the page has this key")
        for index, key in enumerate(body.components)
        if key not in known
    ]
    if errors:
        return problems.invalid(errors)
    key = call.context.action_key
    identity = subscriber_id(key, "hook", body.url)
    row = await _row(call, identity)
    epoch = 1 if row is None else row.epoch + 1
    event = HookSubscribed(
        by=call.caller.by,
        id=identity,
        address=body.url,
        domain=host.lower(),
        token=digest(token_of(key, identity, epoch)),
        epoch=epoch,
        wish=Wish(tuple(sorted(body.components)), body.impact, body.maintenance_only),
    )
    found = await submit(call, event)
    if isinstance(found, web.Response):
        return found
    made = await _row(call, found)
    assert made is not None, "it has just been committed"
    shown = msgspec.structs.asdict(subscriber_document(made))
    return Created(NewSubscriber(**shown, secret=hook_secret(key, identity, epoch)))


@route("DELETE", ONE, Scope.ADMIN)
async def remove(call: Call) -> SubscriberDocument | web.Response:
    """Unsubscribe somebody, who has asked for it by other ways than the link."""
    found = await submit(call, SubscriptionEnded(call.params["id"]))
    if isinstance(found, web.Response):
        return found
    row = await _row(call, found)
    assert row is not None, "it has just been committed"
    return subscriber_document(row)


async def _row(call: Call, identity: str) -> Subscriber | None:
    async with call.context.database.reading() as tx:
        return await status.subscriber(tx, identity)
