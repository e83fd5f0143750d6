"""`/api/v1/oncall`: who is on call, by every schedule."""

from aiohttp import web

from triaged.api.schemas import OnCall, OnCallList
from triaged.core.time.oncall import Schedule, next_change, on_call
from triaged.http import answers, problems
from triaged.http.queries import Query
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.wire import instant_text, instant_text_or_none


async def show(call: Call) -> web.StreamResponse:
    """Who is on call at `at` (now unless given), and until when."""
    query = Query(call.request.query)
    at = query.instant("at")
    if query.errors:
        return problems.invalid(query.errors)
    at = call.context.clock.now() if at is None else at
    schedules = call.context.configuration.settings.schedules
    rows = [_row(schedules[name], at) for name in sorted(schedules)]
    return answers.answer(OnCallList(at=instant_text(at), oncall=rows))


def _row(schedule: Schedule, at: int) -> OnCall:
    until = next_change(schedule, at)
    return OnCall(
        schedule=schedule.name,
        people=list(on_call(schedule, at)),
        until=instant_text_or_none(until),
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/oncall",
        scope=Scope.READ,
        handler=show,
        about="Who is on call, by every schedule.",
        query=(Parameter("at", "an RFC 3339 instant; now unless given"),),
        answer=OnCallList,
    ),
)
