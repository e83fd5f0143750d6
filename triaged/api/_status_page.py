"""Shapes of the status page in the API, and what several of its routes need."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.core.records.answers import Conflict, RowSaved, Unknown
from triaged.core.records.model import incident_number
from triaged.core.records.practice.status import (
    ComponentStatus,
    Impact,
    Maintenance,
    Post,
    PostStatus,
    PublicIncident,
    Subscriber,
)
from triaged.core.records.practice.status_events import StatusEvent, Wording
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.text.public_post import PageClock, post_text
from triaged.http import problems
from triaged.http.bodies import Body, Moment, Name, Text
from triaged.http.routes import Call
from triaged.wire import Instant, instant, instant_text, instant_text_or_none

BASE = "/api/v1/status-page"
Line = Annotated[str, Meta(max_length=200)]


class PostRequest(Body, frozen=True):
    """A post to write. What is left out is taken from the last post, or proposed."""

    status: PostStatus | None = None
    title: Line | None = None
    body: Text | None = None
    components: dict[str, ComponentStatus] | None = None
    """What publishing it sets, by key. Unset: what the derivation table proposes."""
    impact: Impact | None = None
    """Overrides the impact that follows from the components."""
    next_update_at: Moment | None = None
    incident: Name | None = None
    """`INC-12`: the incident that it is about; its newest public incident goes on."""
    thread: Name | None = None
    """The public incident or maintenance that it goes on with."""

    def wording(self) -> Wording:
        """What it says and does."""
        at = self.next_update_at
        return Wording(
            status=self.status,
            title=self.title,
            body=None if self.body is None else self.body.replace("\r\n", "\n").strip("\n"),
            components=self.components,
            impact=self.impact,
            next_update_at=None if at is None else instant(at),
        )


class RevisionDocument(msgspec.Struct, frozen=True):
    """The text of a post before it was edited."""

    title: str
    body: str
    until: Instant
    by: str


class PostDocument(msgspec.Struct, frozen=True):
    """A post: a draft, or what the public reads."""

    id: str
    state: str
    thread: str
    incident: str | None
    status: str
    title: str
    body: str
    components: Mapping[str, ComponentStatus]
    impact: str | None
    next_update_at: Instant | None
    drafted_at: Instant
    drafted_by: str
    published_at: Instant | None
    published_by: str
    text: str
    """The form in which the public reads it."""
    revisions: list[RevisionDocument]


class PublicIncidentDocument(msgspec.Struct, frozen=True):
    """An incident as the public sees it, and which incident of triaged it is about."""

    id: str
    incident: str | None
    title: str
    status: str
    impact: str
    components: list[str]
    created_at: Instant
    updated_at: Instant
    resolved_at: Instant | None
    next_update_at: Instant | None
    posts: int
    url: str


class MaintenanceDocument(msgspec.Struct, frozen=True):
    """Planned maintenance."""

    id: str
    title: str
    body: str
    status: str
    components: list[str]
    starts_at: Instant
    ends_at: Instant
    window: str | None
    by: str
    updated_at: Instant
    url: str


class SubscriberDocument(msgspec.Struct, frozen=True):
    """A subscriber."""

    id: str
    kind: str
    address: str
    """Empty once unsubscribed."""
    state: str
    components: list[str]
    impact: str
    maintenance_only: bool
    created_at: Instant
    confirmed_at: Instant | None


def clock_of(page: StatusPage) -> PageClock:
    """How the page tells the time."""
    return PageClock(page.timezone, page.clock)


def post_document(post: Post, page: StatusPage, now: int) -> PostDocument:
    """A post as answers show it."""
    return PostDocument(
        id=post.id,
        state=post.state,
        thread=post.thread,
        incident=None if post.incident is None else f"INC-{post.incident}",
        status=post.status,
        title=post.title,
        body=post.body,
        components=post.components,
        impact=post.impact,
        next_update_at=instant_text_or_none(post.next_update_at),
        drafted_at=instant_text(post.drafted_at),
        drafted_by=post.drafted_by,
        published_at=instant_text_or_none(post.published_at),
        published_by=post.published_by,
        text=post_text(post, clock_of(page), now),
        revisions=[
            RevisionDocument(one.title, one.body, instant_text(one.until), one.by)
            for one in post.revisions
        ],
    )


def incident_document(row: PublicIncident, page: StatusPage) -> PublicIncidentDocument:
    """A public incident as answers show it."""
    return PublicIncidentDocument(
        id=row.id,
        incident=None if row.incident is None else f"INC-{row.incident}",
        title=row.title,
        status=row.status,
        impact=row.impact,
        components=list(row.components),
        created_at=instant_text(row.created_at),
        updated_at=instant_text(row.updated_at),
        resolved_at=instant_text_or_none(row.resolved_at),
        next_update_at=instant_text_or_none(row.next_update_at),
        posts=len(row.posts),
        url=f"{page.url}/incidents/{row.id}",
    )


def maintenance_document(row: Maintenance, page: StatusPage) -> MaintenanceDocument:
    """Maintenance as answers show it."""
    return MaintenanceDocument(
        id=row.id,
        title=row.title,
        body=row.body,
        status=row.status,
        components=list(row.components),
        starts_at=instant_text(row.starts_at),
        ends_at=instant_text(row.ends_at),
        window=row.window or None,
        by=row.by,
        updated_at=instant_text(row.updated_at),
        url=f"{page.url}/incidents/{row.id}",
    )


def subscriber_document(row: Subscriber) -> SubscriberDocument:
    """A subscriber as answers show it."""
    return SubscriberDocument(
        id=row.id,
        kind=row.kind,
        address=row.address,
        state=row.state,
        components=list(row.wish.components),
        impact=row.wish.impact,
        maintenance_only=row.wish.maintenance_only,
        created_at=instant_text(row.created_at),
        confirmed_at=instant_text_or_none(row.confirmed_at),
    )


def page_of(call: Call) -> StatusPage | web.Response:
    """The status page, or the refusal where there is none."""
    page = call.context.configuration.settings.status_page
    if page is None:
        return problems.not_found("no status page is configured: config.yaml has no `status_page`")
    return page


def number_of(text: str | None) -> int | web.Response | None:
    """The number of `INC-12`; None where nothing is named."""
    if text is None:
        return None
    number = incident_number(text)
    return problems.not_found(f"there is no incident {text[:40]!r}") if number is None else number


async def submit(call: Call, event: StatusEvent) -> str | web.Response:
    """The identity of the row that the event has made or changed, or the refusal."""
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    match outcome:
        case RowSaved(id=identity):
            return identity
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            raise AssertionError(f"nothing answers so: {outcome}")
