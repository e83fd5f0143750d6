"""`/api/v1/oncall`: who is on call, by every schedule."""

import msgspec
from aiohttp import web

from triaged.core.time.oncall import Schedule, next_change, on_call
from triaged.http import problems
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.wire import Instant, instant_text, instant_text_or_none


class OnCall(msgspec.Struct, frozen=True):
    """The people on call by one schedule, and until when."""

    schedule: str
    people: list[str]
    until: Instant | None


class OnCallList(msgspec.Struct, frozen=True):
    """Who is on call at an instant, by every schedule."""

    at: Instant
    oncall: list[OnCall]


@route(
    "GET",
    "/api/v1/oncall",
    Scope.READ,
    (Parameter("at", "an RFC 3339 instant; now unless given"),),
)
async def show(call: Call) -> OnCallList | web.Response:
    """Who is on call, by every schedule."""
    query = Query(call.request.query)
    at = query.instant("at")
    if query.errors:
        return problems.invalid(query.errors)
    at = call.context.clock.now() if at is None else at
    schedules = call.context.configuration.settings.schedules
    rows = [_row(schedules[name], at) for name in sorted(schedules)]
    return OnCallList(at=instant_text(at), oncall=rows)


def _row(schedule: Schedule, at: int) -> OnCall:
    return OnCall(
        schedule=schedule.name,
        people=list(on_call(schedule, at)),
        until=instant_text_or_none(next_change(schedule, at)),
    )
