"""`/act/{token}`: the link in a page. GET shows and changes nothing, POST acknowledges.

Mail scanners and chat previews open links by themselves; so only the button acts, and a page of
another site cannot press it.
"""

from aiohttp import web

from triaged.access.action_links import Link, parse
from triaged.core.records import actors
from triaged.core.records.effects import Acted, Answer, Conflict
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import Incident, Response, State
from triaged.core.text.wording import clean, instant_for, link, span_text
from triaged.http.guards import refused
from triaged.http.routes import Call, Scope, route
from triaged.store.tables import incidents
from triaged.web._page import page

TITLE_MAX = 300
NAME_MAX = 100
TAKE_OVER = "take_over"
"""The query of the button that takes an incident over from its holder."""


@route("GET", "/act/{token}", Scope.LINK)
async def show(call: Call) -> web.Response:
    """The page of a link, with the button; showing it changes nothing."""
    allowed, incident = await _allowed(call)
    if allowed is None or incident is None:
        return _gone(call)
    return _page(call, allowed, incident)


@route("POST", "/act/{token}", Scope.LINK)
async def press(call: Call) -> web.Response:
    """Acknowledge the incident of a link; the page shows the result."""
    allowed, incident = await _allowed(call)
    if allowed is None or incident is None:
        return _gone(call)
    take_over = call.request.query.get(TAKE_OVER) == "1"
    event = Acknowledged(allowed.incident, allowed.person or actors.LINK, take_over=take_over)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    async with call.context.database.reading() as tx:
        after = await incidents.fetch(tx, allowed.incident) or incident
    return _page(call, allowed, after, (outcome, incident))


async def _allowed(call: Call) -> tuple[Link | None, Incident | None]:
    """What the link allows, and its incident; (None, None) for a link that is not ours."""
    context = call.context
    allowed = parse(call.params["token"], context.action_key, context.clock.now())
    if allowed is None:
        return None, None
    async with context.database.reading() as tx:
        return allowed, await incidents.fetch(tx, allowed.incident)


def _gone(call: Call) -> web.Response:
    return refused(call, "link", page("gone.html", 404))


def _page(
    call: Call, allowed: Link, incident: Incident, pressed: tuple[Answer, Incident] | None = None
) -> web.Response:
    """The incident, with the button that it needs, or with the result of pressing it."""
    open_still = pressed is None and incident.state is State.OPEN
    held = incident.holder is not None and incident.holder != (allowed.person or actors.LINK)
    status = 409 if pressed is not None and isinstance(pressed[0], Conflict) else 200
    return page(
        "act.html",
        status,
        severity=incident.severity,
        number=incident.id,
        state=incident.state,
        title=clean(incident.title, TITLE_MAX),
        facts=_facts(call, allowed, incident),
        runbook=link(incident.runbook or ""),
        done=_done(call, incident, pressed),
        note=None if open_still or pressed is not None else _holder(call, incident),
        button=f"Acknowledge{_as_whom(call, allowed)}" if open_still else None,
        take_over=f"Take it over{_as_whom(call, allowed)}" if held else None,
        after="Paging stops, and everybody who was paged hears of it.",
    )


def _done(call: Call, incident: Incident, pressed: tuple[Answer, Incident] | None) -> str | None:
    if pressed is None:
        return None
    outcome, before = pressed
    holder = _name(call, incident.acknowledged_by)
    if isinstance(outcome, Acted) and before.state is State.OPEN:
        return f"Acknowledged by {holder}. Paging has stopped."
    if isinstance(outcome, Acted) and before.holder != incident.holder:
        return f"Taken over by {holder}, who holds it now. {_name(call, before.holder)} is told."
    return f"Nothing to do: {_holder(call, incident)}"


def _holder(call: Call, incident: Incident) -> str:
    match incident.state:
        case State.ACKNOWLEDGED:
            return f"{_name(call, incident.acknowledged_by)} has acknowledged it."
        case State.RESOLVED if incident.resolved_by:
            return f"it is resolved, by {_name(call, incident.resolved_by)}."
        case state:
            return f"it is {state}."


def _as_whom(call: Call, allowed: Link) -> str:
    return f" as {_name(call, allowed.person)}" if allowed.person else ""


def _name(call: Call, by: str | None) -> str:
    """A person's name as the configuration has it, else the actor as it stands."""
    person = call.context.configuration.settings.people.get(by or "")
    if person is None:
        return "somebody with the link" if by == actors.LINK else clean(by or "somebody", NAME_MAX)
    return clean(person.name, NAME_MAX)


def _facts(call: Call, allowed: Link, incident: Incident) -> list[tuple[str, str, bool]]:
    """(name, value, whether it is late), in the person's time zone."""
    settings = call.context.configuration.settings
    person = settings.people.get(allowed.person)
    zone = person.timezone if person else settings.timezone
    now = call.context.clock.now()
    facts: list[tuple[str, str, bool]] = []
    if incident.respond_by is not None and incident.state is State.OPEN:
        late = incident.response is Response.MISSED or incident.respond_by <= now
        when = instant_for(incident.respond_by, zone, now)
        facts.append(("Respond by", f"{when} ({span_text(incident.respond_by - now)})", late))
    if incident.service:
        facts.append(("Service", clean(incident.service, NAME_MAX), False))
    if incident.team:
        facts.append(("Team", clean(incident.team, NAME_MAX), False))
    if incident.acknowledged_by and incident.state is not State.OPEN:
        facts.append(("Acknowledged by", _name(call, incident.acknowledged_by), False))
    if incident.holder and incident.acknowledged_until is not None:
        when = instant_for(incident.acknowledged_until, zone, now)
        left = span_text(incident.acknowledged_until - now)
        facts.append(("Held until", f"{when} ({left})", False))
    facts.append(("Opened", instant_for(incident.opened_at, zone, now), False))
    firing = sum(incident.firing.values())
    if firing or incident.resolved:
        facts.append(("Alerts", f"{firing} firing, {incident.resolved} over", False))
    return facts
