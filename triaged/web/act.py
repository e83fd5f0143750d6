"""`/act/{token}`: the link in a page. GET shows and changes nothing, POST acts.

Mail scanners and chat previews open links by themselves; so only a button acts, and a page of
another site cannot press it. What may be done beyond acknowledging, `act_links` says.
"""

import msgspec
from aiohttp import web
from msgspec.structs import replace

from triaged.access.action_links import Link, parse
from triaged.core.records import actors
from triaged.core.records.effects import Acted, Answer, Conflict, Unknown
from triaged.core.records.model import Incident, Response, State
from triaged.core.text.facts import Facts, facts_of, next_people
from triaged.core.text.letter import Row, alert_lines, paged_lines, rows, upcoming_line
from triaged.core.text.wording import Reading, clean, instant_for, span_text
from triaged.core.time.durations import HOUR
from triaged.http.bodies import read_body
from triaged.http.guards import refused, unread
from triaged.http.problems import problem
from triaged.http.routes import Call, Scope, route
from triaged.store.queries import evidence
from triaged.store.tables import incidents
from triaged.web._act_form import ACKNOWLEDGE, FORM_BYTES_MAX, TAKE_OVER, Form, event_of, read_form
from triaged.web._page import page

TITLE_MAX = 300
NAME_MAX = 100
PEOPLE_MAX = 100
"""Names to hand over to: more belong in a command, not in a list on a phone."""

URL_SHOWN_MAX = 40


class Pressed(msgspec.Struct, frozen=True):
    """A button that was pressed: what came of it, and the incident before."""

    form: Form
    outcome: Answer
    before: Incident


class Shown(msgspec.Struct, frozen=True):
    """Everything that the page is made of."""

    link: Link
    facts: Facts
    reading: Reading
    pressed: Pressed | None = None

    @property
    def incident(self) -> Incident:
        """As it is now."""
        return self.facts.incident


@route("GET", "/act/{token}", Scope.LINK)
async def show(call: Call) -> web.Response:
    """The page of a link, with its buttons; showing it changes nothing."""
    allowed, incident = await _allowed(call)
    if allowed is None or incident is None:
        return _gone(call)
    return _page(call, await _shown(call, allowed, incident))


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
    return _page(call, replace(shown, pressed=Pressed(form, outcome, incident)))


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
        found = await evidence.of_incident(tx, incident.number)
    facts = facts_of(incident, found, settings, now)
    return Shown(allowed, facts, Reading(now, person.timezone if person else settings.timezone))


def _gone(call: Call) -> web.Response:
    return refused(call, "link", page("gone.html", 404))


def _page(call: Call, shown: Shown) -> web.Response:
    """The incident, with the buttons that the link and its state allow, and what was done."""
    incident, facts, pressed = shown.incident, shown.facts, shown.pressed
    refusal = isinstance(pressed.outcome, Conflict | Unknown) if pressed is not None else False
    can_acknowledge = incident.state is State.OPEN and pressed is None
    links = [row for row in rows(facts, shown.reading, silence=False) if row.url]
    told = [row for row in rows(facts, shown.reading, silence=False) if not row.url]
    told += _held_until(shown)
    return page(
        "act.html",
        409 if refusal else 200,
        severity=incident.severity,
        number=incident.id,
        state=incident.state,
        title=clean(incident.title, TITLE_MAX),
        count=_count(shown),
        rows=told,
        links=[(row.name, row.url, _short(row.url)) for row in links],
        alerts=list(alert_lines(facts, shown.reading)),
        others=_others(facts, shown.reading),
        done=_done(call, shown),
        note=_holder(call, shown) if pressed is None and not can_acknowledge else None,
        button=f"Acknowledge{_as_whom(call, shown.link)}" if can_acknowledge else None,
        take_over=_take_over(call, shown),
        responds=_responds(call, shown),
    )


def _count(shown: Shown) -> tuple[str, str, bool] | None:
    """(the time left, large; by when; whether that is over) of an incident that nobody has."""
    incident, reading = shown.incident, shown.reading
    if incident.respond_by is None or incident.state is not State.OPEN:
        return None
    left_us = incident.respond_by - reading.at
    late = incident.response is Response.MISSED or left_us <= 0
    when = instant_for(incident.respond_by, reading.timezone, reading.at)
    seconds = left_us // 1_000_000
    large = f"{seconds // 60}:{seconds % 60:02}" if not late and left_us < HOUR else ""
    words = f"Respond by {when} ({'missed, ' if late else ''}{span_text(left_us)})"
    return large or ("late" if late else ""), words, late


def _short(url: str) -> str:
    text = url.partition("://")[2].rstrip("/")
    return text if len(text) <= URL_SHOWN_MAX else f"{text[: URL_SHOWN_MAX - 1]}…"


def _others(facts: Facts, reading: Reading) -> list[str]:
    """Who was paged, and who is next."""
    paged = ", ".join(paged_lines(facts.paged, reading))
    lines = [f"Paged: {paged}." if paged else "", upcoming_line(facts, reading)]
    return [line for line in lines if line]


def _take_over(call: Call, shown: Shown) -> str | None:
    """The button that takes the incident from its holder; None: that is nobody, or the reader."""
    holder = shown.incident.holder
    if holder in (None, shown.link.person or actors.LINK):
        return None
    return f"Take it over{_as_whom(call, shown.link)}"


def _responds(call: Call, shown: Shown) -> dict[str, object] | None:
    """What the forms beside the button need; None: there are none."""
    incident, settings = shown.incident, call.context.configuration.settings
    if shown.link.action != "respond" or not incident.live:
        return None
    own = shown.link.person or actors.LINK
    whom = next_people(incident, settings, shown.reading.at)
    return {
        "help": f"I need help: page {', '.join(whom)}" if whom else "Escalate",
        "people": [name for name in settings.people if name != own][:PEOPLE_MAX],
    }


def _done(call: Call, shown: Shown) -> str | None:
    """What the pressed button did."""
    pressed = shown.pressed
    if pressed is None:
        return None
    match pressed.outcome:
        case Acted():
            return _said(call, shown, pressed)
        case Conflict() if pressed.form.verb == ACKNOWLEDGE:
            return f"Nothing to do: {_holder(call, shown)}"
        case Conflict(detail=detail) | Unknown(detail=detail):
            return f"Nothing has changed: {clean(detail, TITLE_MAX)}."
        case _:
            return "Nothing has changed. Try again: it is safe to press twice."


def _said(call: Call, shown: Shown, pressed: Pressed) -> str:
    incident, before = shown.incident, pressed.before
    match pressed.form.verb:
        case "note":
            return "The note is on the timeline."
        case "escalate":
            whom = [one.whom for one in shown.facts.paged]
            return f"Escalated{': paged ' + ', '.join(whom) if whom else ''}."
        case "assign":
            return f"Handed over to {_name(call, pressed.form.person)}, who is paged."
        case "resolve":
            return "Resolved. Everybody who was paged hears of it."
        case verb if verb == TAKE_OVER and before.holder not in (None, incident.holder):
            holder = _name(call, before.holder)
            return (
                f"Taken over by {_name(call, incident.holder)}, who holds it now. {holder} is told."
            )
        case _ if before.state is State.OPEN:
            name = _name(call, incident.acknowledged_by)
            return f"Acknowledged by {name}. Paging has stopped.{_until(shown)}"
        case _:
            return f"Nothing to do: {_holder(call, shown)}"


def _held_until(shown: Shown) -> list[Row]:
    until, reading = shown.incident.acknowledged_until, shown.reading
    if shown.incident.holder is None or until is None:
        return []
    when = instant_for(until, reading.timezone, reading.at)
    return [Row("Held until", (f"{when} ({span_text(until - reading.at)}) without activity",))]


def _until(shown: Shown) -> str:
    until = shown.incident.acknowledged_until
    if until is None:
        return ""
    when = instant_for(until, shown.reading.timezone, shown.reading.at)
    return f" Until {when} without activity."


def _holder(call: Call, shown: Shown) -> str:
    incident = shown.incident
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
