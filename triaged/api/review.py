"""`/api/v1/review`: anti-patterns of the practice as checks over what happened lately."""

import asyncio

import msgspec
from aiohttp import web

from triaged.api._long import long_question
from triaged.core.practice.learning.review import ANTI_PATTERNS, Section, Topic, review_of
from triaged.core.text.learning.review import review_markdown
from triaged.core.time.durations import DAY
from triaged.core.time.recurring import zone_of
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.queries.review import known_of
from triaged.wire import Instant, instant_text

SINCE_US = 7 * DAY
SINCE_MAX_US = 93 * DAY
"""A quarter: a review looks at what can still be talked about."""

QUERY = (
    Parameter("since", "an RFC 3339 instant, or how long ago, such as 7d (the default); 93d most"),
)


class FindingDocument(msgspec.Struct, frozen=True):
    """Something to talk about."""

    text: str
    incident: str | None


class SectionDocument(msgspec.Struct, frozen=True):
    """An anti-pattern, and where it was found."""

    topic: Topic
    title: str
    consequence: str
    fix: str
    well: str
    """What can be said where there are no findings."""
    findings: list[FindingDocument]
    more: int
    """Findings that are not listed."""


class ReviewDocument(msgspec.Struct, frozen=True):
    """The review of a time."""

    since: Instant
    until: Instant
    complete: bool
    """False: there are more incidents than a review looks at; the first ones count."""
    sections: list[SectionDocument]
    markdown: str
    """All of it as Markdown, as the weekly mail has it."""


@route("GET", "/api/v1/review", Scope.READ, QUERY)
@long_question
async def review(call: Call) -> ReviewDocument | web.Response:
    """Review: each anti-pattern with its consequence, its fix, and where it was found.

    Postmortems and action items are those that are missing or overdue now, whenever they began.
    """
    query, now = Query(call.request.query), call.context.clock.now()
    since = query.since("since", now)
    since = now - SINCE_US if since is None else since
    if not query.errors and not 0 < now - since <= SINCE_MAX_US:
        query.errors.append(Problem("?since", "a time that has passed, at most 93 days ago"))
    if query.errors:
        return problems.invalid(query.errors)
    settings = call.context.configuration.settings
    known = await known_of(call.context.database, settings, since, now)
    sections = await asyncio.to_thread(review_of, known)
    return ReviewDocument(
        since=instant_text(since),
        until=instant_text(now),
        complete=known.is_complete,
        sections=[_document(one) for one in sections],
        markdown=review_markdown(sections, since, now, zone_of(settings.timezone)),
    )


def _document(section: Section) -> SectionDocument:
    pattern = ANTI_PATTERNS[section.topic]
    return SectionDocument(
        topic=section.topic,
        title=pattern.title,
        consequence=pattern.consequence,
        fix=pattern.fix,
        well=pattern.well,
        findings=[FindingDocument(one.text, one.incident) for one in section.findings],
        more=section.more,
    )
