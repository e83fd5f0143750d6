"""Sentences of `/act`: what a button has done, who has the incident, what may be done next."""

from collections.abc import Iterator

import msgspec

from triaged.access.action_links import Link
from triaged.core.records import actors
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.model import ChainedEntry, Incident, Response, State, incident_id
from triaged.core.settings import Settings
from triaged.core.text.facts import Facts
from triaged.core.text.letter import paged_lines, upcoming_line
from triaged.core.text.wording import Reading, clean, instant_for, span_text
from triaged.core.time.durations import HOUR
from triaged.web._act_form import ACKNOWLEDGE, TAKE_OVER, Form

TEXT_MAX = 300
NAME_MAX = 100
PEOPLE_MAX = 100
"""Names to hand over to: more belong in a command, not in a list on a phone."""


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
    settings: Settings
    entries: tuple[ChainedEntry, ...] = ()
    pressed: Pressed | None = None

    @property
    def incident(self) -> Incident:
        """As it is now."""
        return self.facts.incident

    @property
    def own(self) -> str:
        """Who acts by the link."""
        return self.link.person or actors.LINK

    @property
    def is_refused(self) -> bool:
        """Whether a button was pressed and did nothing."""
        return self.pressed is not None and isinstance(self.pressed.outcome, Conflict | Unknown)

    def name(self, by: str | None) -> str:
        """A person's name as the configuration has it, else the actor as it stands."""
        person = self.settings.people.get(by or "")
        return clean(person.name if person else by or "somebody", NAME_MAX)

    def when(self, at: int) -> str:
        """An instant on the reader's clock."""
        return instant_for(at, self.reading.timezone, self.reading.at)


class Band(msgspec.Struct, frozen=True):
    """What has been settled: a sentence, what follows from it, and whether it is good news."""

    text: str
    more: str = ""
    is_good: bool = False


def band(shown: Shown) -> Band | None:
    """What the pressed button did, else who has the incident; None: nobody, and it is open."""
    pressed = shown.pressed
    if pressed is None:
        return None if shown.incident.state is State.OPEN else stands(shown)
    match pressed.outcome:
        case Acted():
            return _done(shown, pressed.form, pressed.outcome, pressed.before)
        case Conflict() if pressed.form.verb == ACKNOWLEDGE:
            return stands(shown)
        case Conflict(detail=detail) | Unknown(detail=detail):
            return Band("Nothing has changed.", f"{clean(detail, TEXT_MAX)}.")
        case _:
            return Band("Nothing has changed.", "Try again: it is safe to press twice.")


def stands(shown: Shown) -> Band:
    """Who has the incident, or how it ended."""
    incident = shown.incident
    match incident.state:
        case State.ACKNOWLEDGED:
            since = shown.when(incident.acknowledged_at or shown.reading.at)
            if shown.link.person and incident.holder == shown.link.person:
                return Band(f"You have it since {since}.", _until(shown))
            name = shown.name(incident.acknowledged_by)
            more = f"Nothing to do: nobody is paged any more. {_until(shown)}"
            return Band(f"{name} has it since {since}.", more.rstrip())
        case State.RESOLVED | State.CLOSED if incident.resolved_at is not None:
            by = incident.resolved_by
            who = f" by {shown.name(by)}" if by and by != actors.ALERTS else ""
            more = "" if who else "No alert fires any more."
            return Band(f"Resolved {shown.when(incident.resolved_at)}{who}.", more)
        case State.MERGED if incident.merged_into is not None:
            return Band(f"It is part of {incident_id(incident.merged_into)} now.", "Act on that.")
        case state:
            return Band(f"It is {state}.")


def _done(shown: Shown, form: Form, outcome: Acted, before: Incident) -> Band:
    incident = shown.incident
    match form.verb:
        case "note":
            return Band("The note is on the timeline.", _until(shown), is_good=True)
        case "escalate":
            whom = ", ".join(shown.name(name) for name in outcome.paged)
            return Band("Escalated.", f"Paged: {whom}." if whom else "", is_good=True)
        case "assign":
            name = shown.name(form.person)
            return Band(f"Handed over to {name}, who is paged.", is_good=True)
        case "resolve":
            return Band("Resolved.", "Everybody who was paged hears of it.", is_good=True)
        case verb if verb == TAKE_OVER and before.holder not in (None, incident.holder):
            more = f"{shown.name(before.holder)} is told. {_until(shown)}"
            return Band(f"Taken over by {shown.name(incident.holder)}.", more, is_good=True)
        case _ if before.state is State.OPEN:
            at = shown.when(incident.acknowledged_at or shown.reading.at)
            text = f"Acknowledged {at} by {shown.name(incident.acknowledged_by)}."
            return Band(text, f"Paging has stopped. {_until(shown)}", is_good=True)
        case _:
            return stands(shown)


def _until(shown: Shown) -> str:
    """Until when it is held; empty: nobody holds it, or that does not end."""
    incident = shown.incident
    if incident.holder is None or incident.acknowledged_until is None:
        return ""
    whose = "Yours" if incident.holder == shown.own else "Held"
    when = shown.when(incident.acknowledged_until)
    snoozed = incident.snoozed_until is not None
    return f"{whose}{', snoozed,' if snoozed else ''} until {when}" + (
        ": then it pages again." if snoozed else " without activity."
    )


class Count(msgspec.Struct, frozen=True):
    """The time that is left to respond: a large word or number, and what stands beside it."""

    large: str
    text: str
    is_late: bool


def count(shown: Shown) -> Count | None:
    """The time left of an incident that nobody has; None: somebody has, or it has no target."""
    incident = shown.incident
    if incident.respond_by is None or incident.state is not State.OPEN:
        return None
    left_us = incident.respond_by - shown.reading.at
    when, span = shown.when(incident.respond_by), span_text(left_us)
    if incident.response is Response.MISSED or left_us <= 0:
        return Count("late", f"missed at {when} ({span})", is_late=True)
    if left_us >= HOUR:
        return Count("", f"Respond by {when} ({span}).", is_late=False)
    seconds = left_us // 1_000_000
    large = f"{seconds // 60}:{seconds % 60:02}"
    return Count(large, f"left to respond, by {when}", is_late=False)


def paging(shown: Shown) -> Iterator[str]:
    """Who was paged, and who is next."""
    if paged := ", ".join(paged_lines(shown.facts.paged, shown.reading)):
        yield f"Paged: {paged}."
    if following := upcoming_line(shown.facts, shown.reading):
        yield following


def acknowledge_button(shown: Shown) -> str | None:
    """The label of the main button; None: there is nothing to acknowledge."""
    if shown.incident.state is not State.OPEN:
        return None
    person = shown.link.person
    return f"Acknowledge as {shown.name(person)}" if person else "Acknowledge"


def take_over_button(shown: Shown) -> str | None:
    """The label of the button that takes the incident over; None: the reader or nobody holds it."""
    holder = shown.incident.holder
    return None if holder in (None, shown.own) else f"Take over from {shown.name(holder)}"


def responding(shown: Shown) -> dict[str, object] | None:
    """What the forms of a responder need; None: the link or the state allows none."""
    incident, settings = shown.incident, shown.settings
    if shown.link.action != "respond" or not incident.live:
        return None
    whom = shown.facts.helpers
    others = [shown.name(name) for name in whom if name != shown.own]
    again = ["you again"] if shown.own in whom else []
    names = ", ".join([*others, *again])
    label = f"{'I need help: page' if others else 'Escalate: page'} {names}"
    return {
        "help": label if names else "Escalate",
        "people": [name for name in settings.people if name != shown.own][:PEOPLE_MAX],
    }


def foot(shown: Shown) -> str:
    """For whom the link is, and that opening it did nothing."""
    person = shown.link.person
    whom = f"{shown.name(person)} and {shown.incident.id}" if person else shown.incident.id
    text = f"This link is for {whom} only."
    if shown.incident.state is State.OPEN and shown.pressed is None:
        text = f"Acknowledging stops further pages. {text}"
        text += " Not you? Close the page; nothing has happened."
    return text
