"""`/api/v1/incidents/{id}/roles`: who commands, leads the investigation, tells the others."""

import msgspec
from aiohttp import web

from triaged.api._actions import IncidentAfter, act
from triaged.api._incidents import INCIDENT, find, unknown
from triaged.core.practice.roles import DUTIES, missing, suggestions
from triaged.core.practice.work import holders
from triaged.core.records.practice.events import RoleAssigned, RoleReleased
from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.core.situation import Situation
from triaged.core.text.work_document import RoleDocument
from triaged.core.view import View
from triaged.http import problems
from triaged.http.bodies import Body, Name, Text
from triaged.http.queries import Parameter, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import roles
from triaged.wire import Instant, instant_text, instant_text_or_none

ROLES = f"{INCIDENT}/roles"
WHOSE = (
    Parameter("person", "whose role ends, where several hold it"),
    Parameter("note", "what whoever takes it needs to know"),
)


class Assignment(Body, frozen=True):
    """A role, and the person who takes it."""

    role: Role
    person: Name
    note: Text = ""
    """What the next holder needs to know; it goes on the timeline."""
    override: Text = ""
    """Why one person commands a SEV-1/2 and leads its investigation, such as `only two people
    awake`; it goes on the timeline and into the review."""


class Period(msgspec.Struct, frozen=True):
    """A period in which a person held a role."""

    role: Role
    person: str
    from_: Instant = msgspec.field(name="from")
    to: Instant | None
    by: str
    note: str
    override: str


class Roles(msgspec.Struct, frozen=True):
    """Who holds which role, since when, and who did before."""

    roles: list[RoleDocument]
    missing: list[Role]
    """Roles that somebody must hold and nobody does."""
    suggestions: dict[Role, str]
    """For roles that are free: somebody on call who has none."""
    duties: dict[Role, str]
    """What each role is responsible for, and what it is not."""
    periods: list[Period]
    next_cursor: str | None = None


@route("GET", ROLES, Scope.READ)
async def index(call: Call) -> Roles | web.Response:
    """Roles of the incident: holders, past holders, and people who could take a free one."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    settings, now = call.context.configuration.settings, call.context.clock.now()
    async with call.context.database.reading() as tx:
        periods = await roles.of(tx, incident.number)
        facts = await call.context.engine.duty_facts.current(tx, now)
    return Roles(
        roles=[
            RoleDocument(held.role, held.person, instant_text(held.since))
            for held in holders(incident)
        ],
        missing=missing(settings, incident),
        suggestions=suggestions(Situation(View(duty_facts=facts), settings, now), incident),
        duties=dict(DUTIES),
        periods=[_period(period) for period in periods],
    )


def _period(period: RolePeriod) -> Period:
    return Period(
        role=period.role,
        person=period.person,
        from_=instant_text(period.begins_at),
        to=instant_text_or_none(period.ends_at),
        by=period.by,
        note=period.note,
        override=period.override,
    )


@route("POST", ROLES, Scope.RESPOND)
async def assign(call: Call, body: Assignment) -> IncidentAfter:
    """Give a role to a person; whoever had it hands it over.

    409 if the commander of a SEV-1/2 would lead its investigation, unless `override` says why.
    """

    def event(number: int) -> RoleAssigned:
        return RoleAssigned(
            number, call.caller.by, body.role, body.person, body.note, body.override
        )

    return await act(call, event)


@route("DELETE", f"{ROLES}/{{role}}", Scope.RESPOND, WHOSE)
async def release(call: Call) -> IncidentAfter:
    """End a person's role in the incident."""
    query = Query(call.request.query)
    person, note = query.text("person") or "", query.text("note") or ""
    if query.errors:
        return problems.invalid(query.errors)
    name = call.params["role"]
    if name not in [*Role]:
        return problems.not_found(f"{name[:40]!r} is none of {', '.join(Role)}")
    return await act(
        call, lambda number: RoleReleased(number, call.caller.by, Role(name), person, note)
    )
