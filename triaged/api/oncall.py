"""`/api/v1/oncall`: who is on call, by every schedule; a test of a person's contacts."""

import msgspec
from aiohttp import web

from triaged.core.oncall.duty import Duty, duty_of, next_change, on_call
from triaged.core.records.answers import Acted, Answer, Conflict, RateLimited, Unknown
from triaged.core.records.events import ContactsTested
from triaged.core.records.model import incident_id
from triaged.core.text.document import PageDocument, page_document
from triaged.core.text.names import meant
from triaged.core.time.durations import SECOND
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Name
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.store.tables import pages
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


class ContactTest(Body, frozen=True):
    """The person whose contacts are tested, and the only contact if not all are."""

    person: Name
    contact: Name | None = None


class StartedTest(msgspec.Struct, frozen=True):
    """The drill that records a test, and its pages; `…/incidents/{id}/pages` follows them."""

    incident: str
    pages: list[PageDocument]


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
    async with call.context.database.reading() as tx:
        facts = await duty_facts.read(tx, at)
    duty = duty_of(call.context.configuration.settings, facts)
    rows = [_row(duty, name, at) for name in sorted(duty.schedules)]
    return OnCallList(at=instant_text(at), oncall=rows)


def _row(duty: Duty, schedule: str, at: int) -> OnCall:
    return OnCall(
        schedule=schedule,
        people=list(on_call(duty, schedule, at)),
        until=instant_text_or_none(next_change(duty, schedule, at)),
    )


@route("POST", "/api/v1/oncall/test", Scope.RESPOND)
async def test(call: Call, body: ContactTest) -> Created[StartedTest] | web.Response:
    """Send a test page by each contact of a person, or by one; four times a minute at most.

    The pages are marked `[TEST]`, want no answer and are in no statistics. A page that cannot be
    delivered within 30 s has failed.
    """
    now = call.context.clock.now()
    event = ContactsTested(call.caller.by, body.person, body.contact, now)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if not isinstance(outcome, Acted):
        return _refusal(call, body, outcome)
    async with call.context.database.reading() as tx:
        found = await pages.of(tx, outcome.incident)
    identity = incident_id(outcome.incident)
    location = f"{call.context.configuration.public_url}/api/v1/incidents/{identity}"
    started = StartedTest(identity, [page_document(page) for page in found])
    return Created(started, {"Location": location})


def _refusal(call: Call, body: ContactTest, outcome: Answer) -> web.Response:
    match outcome:
        case Unknown(detail=detail):
            people = call.context.configuration.settings.people
            hint = "" if body.person in people else meant(body.person, people)
            return problems.not_found(f"{detail}{hint}")
        case Conflict(detail=detail):
            return problems.problem(409, detail)
        case RateLimited(after_us=after_us):
            wait_s = -(-after_us // SECOND)
            detail = f"the contacts of {body.person} were tested just now; again in {wait_s} s"
            return problems.too_soon(detail, wait_s)
        case _:
            return problems.failed()
