"""`/api/v1/schedules`, `/api/v1/people/{person}/shifts`, `/api/v1/duty`: final shifts and facts."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from triaged.api._duty import FinalShiftDocument, shift_document
from triaged.clock import Turns
from triaged.core.oncall.duty import FinalShift, duty_of, final_shifts
from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.duty.overrides import FeedShifts, Override
from triaged.core.text.names import meant
from triaged.core.time.durations import DAY, WEEK
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.wire import Instant, instant_text

SCHEDULES = "/api/v1/schedules"
SCHEDULE = SCHEDULES + "/{schedule}"

WINDOW_US = WEEK
WINDOW_MAX_US = 400 * DAY
"""As far as calendars are read."""

SHIFTS_MAX = 20_000
"""Shifts of one answer, all schedules together: a year of 50 schedules with turns of a day."""

WORK_US, REST_US = 1_000, 500
"""The thread that computes lets the loop run after each millisecond."""

WINDOW = (
    Parameter("from", "an RFC 3339 instant; now unless given"),
    Parameter("to", "an RFC 3339 instant; a week after `from` unless given, at most 400 days"),
)

T = TypeVar("T")


class ScheduleDocument(msgspec.Struct, frozen=True):
    """A schedule: its shifts in a window, which touch from its start to its end."""

    schedule: str
    timezone: str
    shifts: list[FinalShiftDocument]


class ScheduleList(msgspec.Struct, frozen=True):
    """Schedules, by name, and the window of their shifts."""

    from_: Instant = msgspec.field(name="from")
    to: Instant
    schedules: list[ScheduleDocument]


class PersonalShift(msgspec.Struct, frozen=True):
    """A time in which the person is on call by a schedule, for one reason."""

    schedule: str
    start: Instant
    end: Instant
    source: str
    with_: list[str] = msgspec.field(name="with")
    """Others who are on call by it at the same time."""


class PersonalShifts(msgspec.Struct, frozen=True):
    """The shifts of a person by every schedule, in order of their starts."""

    person: str
    from_: Instant = msgspec.field(name="from")
    to: Instant
    shifts: list[PersonalShift]


class DutyDocument(msgspec.Struct, frozen=True):
    """Facts about duty that the configuration does not hold, as rows. Instants are µs."""

    version: int
    overrides: list[Override]
    """Those whose effect is not over at `from`."""
    feeds: list[FeedShifts]


@route("GET", SCHEDULES, Scope.READ, WINDOW)
async def index(call: Call) -> ScheduleList | web.Response:
    """Who is on call by every schedule in a window, with the source of each shift, and gaps."""
    return await _schedules(call, sorted(call.context.configuration.settings.schedules))


@route("GET", SCHEDULE, Scope.READ, WINDOW)
async def show(call: Call) -> ScheduleList | web.Response:
    """Who is on call by one schedule in a window, with the source of each shift, and gaps."""
    name, known = call.params["schedule"], call.context.configuration.settings.schedules
    if name not in known:
        return problems.not_found(f"there is no schedule {name[:40]!r}{meant(name, known)}")
    return await _schedules(call, [name])


async def _schedules(call: Call, names: list[str]) -> ScheduleList | web.Response:
    window = _window(call)
    if isinstance(window, web.Response):
        return window
    start, end = window
    duty = duty_of(call.context.configuration.settings, await _facts(call, start))

    def every(pause: Callable[[], None]) -> list[ScheduleDocument]:
        return [
            ScheduleDocument(
                name,
                duty.schedules[name].timezone,
                [shift_document(one) for one in final_shifts(duty, name, start, end, pause)],
            )
            for name in names
        ]

    found = await _beside(every)
    if sum(len(one.shifts) for one in found) > SHIFTS_MAX:
        return problems.invalid([Problem("?to", f"more than {SHIFTS_MAX} shifts: ask for less")])
    return ScheduleList(instant_text(start), instant_text(end), found)


@route("GET", "/api/v1/people/{person}/shifts", Scope.READ, WINDOW)
async def of_person(call: Call) -> PersonalShifts | web.Response:
    """When a person is on call in a window, by every schedule."""
    person, people = call.params["person"], call.context.configuration.settings.people
    if person not in people:
        return problems.not_found(f"there is no person {person[:40]!r}{meant(person, people)}")
    window = _window(call)
    if isinstance(window, web.Response):
        return window
    start, end = window
    duty = duty_of(call.context.configuration.settings, await _facts(call, start))

    def every(pause: Callable[[], None]) -> list[PersonalShift]:
        found = [
            _personal(name, shift, person)
            for name in sorted(duty.schedules)
            for shift in final_shifts(duty, name, start, end, pause)
            if person in shift.people
        ]
        return sorted(found, key=lambda one: (one.start, one.schedule))

    shifts = await _beside(every)
    return PersonalShifts(person, instant_text(start), instant_text(end), shifts[:SHIFTS_MAX])


def _personal(name: str, shift: FinalShift, person: str) -> PersonalShift:
    source = next(one.source for one in shift.assignments if one.person == person)
    return PersonalShift(
        schedule=name,
        start=instant_text(shift.start_at),
        end=instant_text(shift.end_at),
        source=source,
        with_=[other for other in shift.people if other != person],
    )


@route(
    "GET",
    "/api/v1/duty",
    Scope.READ,
    (Parameter("from", "the RFC 3339 instant from which on duty is computed; now unless given"),),
)
async def facts(call: Call) -> DutyDocument | web.Response:
    """Overrides and calendar shifts as rows: `triaged prove --url` and others compute with them."""
    query = Query(call.request.query)
    start = query.instant("from")
    if query.errors:
        return problems.invalid(query.errors)
    found = await _facts(call, call.context.clock.now() if start is None else start)
    return DutyDocument(found.version, [*found.overrides.values()], [*found.feeds.values()])


async def _facts(call: Call, start: int) -> DutyFacts:
    async with call.context.database.reading() as tx:
        return await duty_facts.read(tx, min(start, call.context.clock.now()))


async def _beside(compute: Callable[[Callable[[], None]], T]) -> T:
    """The result of a computation in a thread that lets the event loop run."""
    return await asyncio.to_thread(compute, Turns(WORK_US, REST_US))


def _window(call: Call) -> tuple[int, int] | web.Response:
    query = Query(call.request.query)
    start, end = query.instant("from"), query.instant("to")
    start = call.context.clock.now() if start is None else start
    end = start + WINDOW_US if end is None else end
    if not query.errors and not start < end <= start + WINDOW_MAX_US:
        query.errors.append(Problem("?to", "must be after `from`, by at most 400 days"))
    return problems.invalid(query.errors) if query.errors else (start, end)
