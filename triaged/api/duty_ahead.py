"""`/api/v1/oncall/gaps`, `/api/v1/oncall/fairness`: what duty lacks ahead, how it was spread."""

import asyncio

import msgspec
from aiohttp import web

from triaged.api._long import long_question
from triaged.clock import Turns
from triaged.core.oncall.duty import duty_of
from triaged.core.oncall.fairness import PageSent, Share, fairness
from triaged.core.oncall.gaps import Gap, gaps
from triaged.core.time.durations import DAY, SECOND, WEEK
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.store.queries import courses
from triaged.store.tables.practice_rows import away
from triaged.wire import Instant, instant_text

WEEKS, WEEKS_MAX = 4, 53
PERIOD_US = 90 * DAY
PERIOD_MAX_US = 400 * DAY
GAPS_MAX = 5_000
"""Gaps of one answer: more are one gap with many names."""

WORK_US, REST_US = 1_000, 500
"""The thread that computes lets the loop run after each millisecond."""


class GapDocument(msgspec.Struct, frozen=True):
    """A time in which a step of a policy would page nobody."""

    schedule: str
    start: Instant
    end: Instant
    seconds: int
    policies: list[str]
    why: str
    """Empty: nobody is on call."""


class GapList(msgspec.Struct, frozen=True):
    """The gaps of a window, in order."""

    from_: Instant = msgspec.field(name="from")
    to: Instant
    gaps: list[GapDocument]


class ShareDocument(msgspec.Struct, frozen=True):
    """The duty of a person in a period, on the person's clock."""

    person: str
    shifts: int
    on_call_hours: float
    night_hours: float
    """From 22:00 to 07:00."""
    weekend_hours: float
    """Saturdays and Sundays."""
    pages: int
    """Incidents for which the person was paged."""
    pages_at_night: int
    nights_paged: int
    """Nights in which the person was paged at least once."""


class Fairness(msgspec.Struct, frozen=True):
    """How duty was spread over people, by name."""

    from_: Instant = msgspec.field(name="from")
    to: Instant
    complete: bool
    """False: more incidents opened than one question reads; the pages of the first ones count."""
    people: list[ShareDocument]


@route(
    "GET",
    "/api/v1/oncall/gaps",
    Scope.READ,
    (Parameter("weeks", "how far to look, 1 to 53; 4 unless given"),),
)
async def ahead(call: Call) -> GapList | web.Response:
    """Times ahead in which a step of a policy would page nobody on call.

    Hours of `gaps_allowed` are none, nor is what another target of the same step covers.
    """
    query = Query(call.request.query)
    weeks = query.whole("weeks")
    weeks = WEEKS if weeks is None else weeks
    if not query.errors and not 1 <= weeks <= WEEKS_MAX:
        query.errors.append(Problem("?weeks", f"1 to {WEEKS_MAX} are expected"))
    if query.errors:
        return problems.invalid(query.errors)
    settings, now = call.context.configuration.settings, call.context.clock.now()
    async with call.context.database.reading() as tx:
        duty = duty_of(settings, await duty_facts.read(tx, now))
        absences = await away.absences(tx, now)
    window = now, now + weeks * WEEK
    turns = Turns(WORK_US, REST_US)
    found = await asyncio.to_thread(gaps, settings, duty, window, absences, turns)
    rows = [_gap(gap) for gap in found[:GAPS_MAX]]
    return GapList(instant_text(window[0]), instant_text(window[1]), rows)


@route(
    "GET",
    "/api/v1/oncall/fairness",
    Scope.READ,
    (
        Parameter("since", "a duration back from now such as 90d, or an RFC 3339 instant; 90d"),
        Parameter("until", "an RFC 3339 instant; now unless given"),
    ),
)
@long_question
async def spread(call: Call) -> Fairness | web.Response:
    """Hours, nights, weekends and pages of each person in a period.

    Rotations are those of the present configuration: what they were before is not kept.
    """
    query, now = Query(call.request.query), call.context.clock.now()
    since, until = query.since("since", now), query.instant("until")
    end = now if until is None else until
    start = end - PERIOD_US if since is None else since
    if not query.errors and not start < end <= start + PERIOD_MAX_US:
        query.errors.append(Problem("?since", "must be before `until`, by at most 400 days"))
    if query.errors:
        return problems.invalid(query.errors)
    settings = call.context.configuration.settings
    async with call.context.database.reading() as tx:
        duty = duty_of(settings, await duty_facts.read(tx, start))
    found = await courses.of_period(call.context.database, (start, end))
    pages = [
        PageSent(sent.whom, course.brief.number, sent.at)
        for course in found.courses
        if course.brief.kind == "incident"
        for sent in course.pages
    ]
    turns = Turns(WORK_US, REST_US)
    shares = await asyncio.to_thread(fairness, settings, duty, (start, end), pages, turns)
    rows = [_share(share) for share in shares]
    return Fairness(instant_text(start), instant_text(end), found.is_complete, rows)


def _gap(gap: Gap) -> GapDocument:
    return GapDocument(
        schedule=gap.schedule,
        start=instant_text(gap.start_at),
        end=instant_text(gap.end_at),
        seconds=(gap.end_at - gap.start_at) // SECOND,
        policies=list(gap.policies),
        why=gap.why,
    )


def _share(share: Share) -> ShareDocument:
    return ShareDocument(
        person=share.person,
        shifts=share.shifts,
        on_call_hours=_hours(share.on_call_us),
        night_hours=_hours(share.night_us),
        weekend_hours=_hours(share.weekend_us),
        pages=share.pages,
        pages_at_night=share.pages_at_night,
        nights_paged=share.nights,
    )


def _hours(us: int) -> float:
    return round(us / (3600 * SECOND), 1)
