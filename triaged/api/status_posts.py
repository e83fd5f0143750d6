"""`/api/v1/status-page/posts`: write, preview, publish, repair and discard posts."""

import asyncio

import msgspec
from aiohttp import web

from triaged.access.tokens import new_public_id
from triaged.api._status_page import (
    BASE,
    PostDocument,
    PostRequest,
    clock_of,
    number_of,
    page_of,
    post_document,
    submit,
)
from triaged.core.practice.status.status_derivation import impact_of
from triaged.core.practice.status.subscribers import fits
from triaged.core.records.practice.status import (
    Impact,
    Maintenance,
    Post,
    PostState,
    PublicIncident,
    SubscriberState,
)
from triaged.core.records.practice.status_events import (
    PostChanged,
    PostDiscarded,
    PostDrafted,
    PostPublished,
)
from triaged.core.text.public_post import post_text
from triaged.core.text.subscriber_news import Links, News, news_text
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.queries import PAGE_OF_LIST, Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import status

POSTS = f"{BASE}/posts"
POST = POSTS + "/{id}"
STATES = tuple(PostState)
SUBSCRIBERS_AT_ONCE = 500
"""Subscribers that are read and counted between two turns of the event loop: a few ms."""

LIST_QUERY = (Parameter("state", "draft, published or discarded"), *PAGE_OF_LIST)


class PostList(msgspec.Struct, frozen=True):
    """Posts; the newest first."""

    posts: list[PostDocument]
    next_cursor: str | None


class PostPreview(msgspec.Struct, frozen=True):
    """What publishing would do: the page, the mail, and to how many it goes."""

    post: PostDocument
    page: str
    """The post as the page shows it."""
    mail_subject: str
    mail: str
    recipients: int
    """Confirmed subscribers who would get it."""
    components: dict[str, str]
    """What it sets."""


@route("GET", POSTS, Scope.READ, LIST_QUERY)
async def index(call: Call) -> PostList | web.Response:
    """Posts, drafts among them; the newest first."""
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    query = Query(call.request.query)
    state = query.choices("state", STATES)
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, after = await status.posts(tx, state[0] if state else None, cursor, limit)
    now = call.context.clock.now()
    return PostList([post_document(one, page, now) for one in found], after)


@route("POST", POSTS, Scope.RESPOND)
async def create(call: Call, body: PostRequest) -> Created[PostDocument] | web.Response:
    """Write a draft. Nothing is public before it is published."""
    number = number_of(body.incident)
    if isinstance(number, web.Response):
        return number
    thread = await _thread(call, body.thread, number)
    if isinstance(thread, web.Response):
        return thread
    identity, about = thread
    event = PostDrafted(
        by=call.caller.by,
        new_id=new_public_id(),
        wording=body.wording(),
        thread=identity,
        number=about,
    )
    found = await submit(call, event)
    if isinstance(found, web.Response):
        return found
    document = await _document(call, found)
    return document if isinstance(document, web.Response) else Created(document)


async def _thread(
    call: Call, named: str | None, number: int | None
) -> tuple[str, int | None] | web.Response:
    """The thread of a new draft, and the incident of triaged that it is about."""
    async with call.context.database.reading() as tx:
        if named is not None:
            row = await status.thread(tx, named)
            if row is None:
                return problems.not_found(f"there is no public incident {named[:40]!r}")
            return row.id, row.incident
        known = None if number is None else await status.open_thread_of(tx, number)
    return (new_public_id() if known is None else known.id), number


@route("GET", POST, Scope.READ)
async def show(call: Call) -> PostDocument | web.Response:
    """One post, with the texts that it had before it was edited."""
    return await _document(call, call.params["id"])


@route("PATCH", POST, Scope.RESPOND)
async def change(call: Call, body: PostRequest) -> PostDocument | web.Response:
    """Change a draft, or repair a few words of a published post; the old text is kept."""
    post = await _post(call, call.params["id"])
    if isinstance(post, web.Response):
        return post
    event = PostChanged(call.caller.by, post.id, post.thread, post.incident, body.wording())
    found = await submit(call, event)
    return found if isinstance(found, web.Response) else await _document(call, found)


@route("DELETE", POST, Scope.RESPOND)
async def discard(call: Call) -> PostDocument | web.Response:
    """Throw a draft away."""
    post = await _post(call, call.params["id"])
    if isinstance(post, web.Response):
        return post
    event = PostDiscarded(call.caller.by, post.id, post.thread, post.incident)
    found = await submit(call, event)
    return found if isinstance(found, web.Response) else await _document(call, found)


@route("GET", f"{POST}/preview", Scope.READ)
async def preview(call: Call) -> PostPreview | web.Response:
    """What publishing a draft would show and send, and to how many."""
    page, post = page_of(call), await _post(call, call.params["id"])
    if isinstance(page, web.Response):
        return page
    if isinstance(post, web.Response):
        return post
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        thread = await status.thread(tx, post.thread) or _first(post, now)
    news = News(page, thread, post, now)
    manage = f"{call.context.configuration.public_url}/status/u/…"
    return PostPreview(
        post=post_document(post, page, now),
        page=post_text(post, clock_of(page), now),
        mail_subject=news.subject,
        mail=news_text(news, Links(manage=manage)),
        recipients=await _recipients(call, thread, post),
        components=dict(post.components),
    )


def _first(post: Post, now: int) -> PublicIncident:
    """The public incident that the draft would begin."""
    impact = post.impact or impact_of(post.components.values())
    return PublicIncident(
        post.thread, post.incident, post.title, post.status, impact or Impact.NONE, now, now
    )


async def _recipients(call: Call, thread: PublicIncident | Maintenance, post: Post) -> int:
    count, cursor = 0, None
    while True:
        async with call.context.database.reading() as tx:
            found, cursor = await status.subscribers(
                tx, SubscriberState.ACTIVE, cursor, SUBSCRIBERS_AT_ONCE
            )
        count += sum(fits(row.wish, thread, post) for row in found)
        if cursor is None:
            return count
        await asyncio.sleep(0)


@route("POST", f"{POST}/publish", Scope.RESPOND)
async def publish(call: Call) -> PostDocument | web.Response:
    """Publish a draft: the page shows it, its components are set, subscribers get mails.

    Of a SEV-1 or SEV-2 the communications lead publishes. Publishing twice sends once.
    """
    post = await _post(call, call.params["id"])
    if isinstance(post, web.Response):
        return post
    event = PostPublished(call.caller.by, post.id, post.thread, post.incident)
    found = await submit(call, event)
    return found if isinstance(found, web.Response) else await _document(call, found)


async def _post(call: Call, identity: str) -> Post | web.Response:
    async with call.context.database.reading() as tx:
        post = await status.post(tx, identity)
    return problems.not_found(f"there is no post {identity[:40]!r}") if post is None else post


async def _document(call: Call, identity: str) -> PostDocument | web.Response:
    page, post = page_of(call), await _post(call, identity)
    if isinstance(page, web.Response):
        return page
    if isinstance(post, web.Response):
        return post
    return post_document(post, page, call.context.clock.now())
