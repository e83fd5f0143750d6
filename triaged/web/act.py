"""`/act/{token}`: the link in a page. GET shows and changes nothing, POST acts.

Mail scanners and chat previews open links by themselves; so only a button acts, and a page of
another site cannot press it. What may be done beyond acknowledging, `act_links` says.
"""

from aiohttp import web
from msgspec.structs import replace

from triaged.access.action_links import Link, parse
from triaged.core.records.model import Incident
from triaged.core.text.facts import facts_of
from triaged.core.text.history import READ, history
from triaged.core.text.letter import alert_lines, rows
from triaged.core.text.wording import Reading, clean
from triaged.http.bodies import read_body
from triaged.http.guards import refused, unread
from triaged.http.problems import problem
from triaged.http.routes import Call, Scope, route
from triaged.store.queries import evidence
from triaged.store.tables import incidents, timeline
from triaged.web._act_form import ACKNOWLEDGE, FORM_BYTES_MAX, TAKE_OVER, event_of, read_form
from triaged.web._act_words import (
    Pressed,
    Shown,
    acknowledge_button,
    band,
    count,
    foot,
    paging,
    responding,
    take_over_button,
)
from triaged.web._page import page

TITLE_MAX = 300


@route("GET", "/act/{token}", Scope.LINK)
async def show(call: Call) -> web.Response:
    """The page of a link, with its buttons; showing it changes nothing."""
    allowed, incident = await _allowed(call)
    if allowed is None or incident is None:
        return _gone(call)
    return _page(await _shown(call, allowed, incident))


@route("POST", "/act/{token}", Scope.LINK)
async def press(call: Call) -> web.Response:
    """Do what the pressed button says, without one acknowledge; the page shows the result.

    The field `do` names it: acknowledge, take_over, and where `act_links` is `respond` note,
    escalate, assign (with `person`) and resolve; `text` is a note. `?take_over=1` takes over, too.
    """
    allowed, incident = await _allowed(call)
    if allowed is None or incident is None:
        return _gone(call)
    body = await read_body(call.request, FORM_BYTES_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    form = read_form(body)
    if form is not None and form.verb == ACKNOWLEDGE and call.request.query.get(TAKE_OVER) == "1":
        form = replace(form, verb=TAKE_OVER)
    event = None if form is None else event_of(form, allowed)
    if form is None or event is None:
        return refused(call, "forbidden", problem(403, "this link does not allow that"))
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    async with call.context.database.reading() as tx:
        after = await incidents.fetch(tx, allowed.incident) or incident
    shown = await _shown(call, allowed, after)
    return _page(replace(shown, pressed=Pressed(form, outcome, incident)))


async def _allowed(call: Call) -> tuple[Link | None, Incident | None]:
    """What the link allows, and its incident; (None, None) for a link that is not ours."""
    context = call.context
    allowed = parse(call.params["token"], context.action_key, context.clock.now())
    if allowed is None:
        return None, None
    if context.configuration.settings.act_links == "acknowledge":
        allowed = replace(allowed, action="acknowledge")
    async with context.database.reading() as tx:
        return allowed, await incidents.fetch(tx, allowed.incident)


async def _shown(call: Call, allowed: Link, incident: Incident) -> Shown:
    settings, now = call.context.configuration.settings, call.context.clock.now()
    person = settings.people.get(allowed.person)
    async with call.context.database.reading() as tx:
        duty = await call.context.engine.duty_facts.current(tx, now)
        found = await evidence.of_incident(tx, incident.number, duty)
        after = max(0, incident.entries - READ)
        entries = await timeline.of(tx, incident.number, after, READ)
    facts = facts_of(incident, found, settings, now)
    reading = Reading(now, person.timezone if person else settings.timezone)
    return Shown(allowed, facts, reading, settings, tuple(entries))


def _gone(call: Call) -> web.Response:
    return refused(call, "link", page("gone.html", 404))


def _page(shown: Shown) -> web.Response:
    """The incident, with the buttons that the link and its state allow, and what was done."""
    incident, facts, reading = shown.incident, shown.facts, shown.reading
    return page(
        "act.html",
        409 if shown.is_refused else 200,
        severity=incident.severity,
        number=incident.id,
        state=incident.state,
        title=clean(incident.title, TITLE_MAX),
        is_guess=facts.is_guess,
        band=band(shown),
        count=count(shown),
        rows=list(rows(facts, reading, silence=incident.live)),
        alerts=list(alert_lines(facts, reading)),
        paging=list(paging(shown)),
        button=acknowledge_button(shown),
        take_over=take_over_button(shown),
        is_own=incident.holder == shown.own,
        responds=responding(shown),
        history=list(history(shown.entries, reading)),
        foot=foot(shown),
    )
