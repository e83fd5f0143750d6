"""Commands that people type: what they mean is done as by the same person anywhere else."""

from collections.abc import Sequence
from typing import assert_never

from triaged.calls.parts import Parts, incident_of, of_ref, of_room, open_incidents
from triaged.channels.common.two_way import Reply, Typed
from triaged.core.oncall.duty import duty_of, next_change, on_call
from triaged.core.records.answers import Acted, Answer
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Asked,
    Assigned,
    Declared,
    Escalated,
    NoteAdded,
    Resolved,
    SeverityChosen,
)
from triaged.core.records.model import Incident, State, incident_id
from triaged.core.settings import Person
from triaged.core.text.standing import name_of
from triaged.core.text.wording import instant_for
from triaged.core.two_way.commands import HELP, Command, Misread, command_of, unknown
from triaged.core.two_way.replies import done_text, list_text
from triaged.store import duty_facts

ALL_MAX = 20
"""Incidents that one `ack all` acknowledges: more are a storm, and have an umbrella."""


async def run(parts: Parts, channel: str, typed: Typed, person: Person) -> Reply:
    """Do what a person has typed; the words for them."""
    command = command_of(typed.text)
    if isinstance(command, Misread):
        return Reply(command.text, done=False)
    match command.verb:
        case "help":
            return Reply(HELP)
        case "list":
            return await _list(parts, person)
        case "oncall":
            return await _on_call(parts, command, person)
        case "declare":
            return await _declare(parts, channel, typed, command, person)
        case _:
            return await _act(parts, channel, typed, command, person)


async def _list(parts: Parts, person: Person) -> Reply:
    async with parts.database.reading() as tx:
        found = await open_incidents(tx, State.OPEN, State.ACKNOWLEDGED)
    return Reply(list_text(found, parts.settings, parts.reading(person)))


async def _on_call(parts: Parts, command: Command, person: Person) -> Reply:
    """Who is on call now, by one schedule or by all."""
    now, settings = parts.clock.now(), parts.settings
    if command.text and command.text not in settings.schedules:
        return Reply(unknown(command.text, list(settings.schedules), "a schedule"), done=False)
    async with parts.database.reading() as tx:
        duty = duty_of(settings, await duty_facts.read(tx, now))
    lines = []
    for name in [command.text] if command.text else sorted(duty.schedules):
        whom = ", ".join(name_of(one, settings) for one in on_call(duty, name, now))
        until = next_change(duty, name, now)
        when = "" if until is None else f", until {instant_for(until, person.timezone, now)}"
        lines.append(f"{name}: {whom or 'nobody'}{when}")
    return Reply("\n".join(lines) or "There are no schedules.")


async def _declare(
    parts: Parts, channel: str, typed: Typed, command: Command, person: Person
) -> Reply:
    services = parts.settings.services
    if command.service and command.service not in services:
        return Reply(unknown(command.service, list(services), "a service"), done=False)
    assert command.severity is not None, "the grammar asks for one"
    event = Declared(
        person.id,
        command.text,
        command.severity,
        command.service or None,
        received_at=parts.clock.now(),
    )
    (answer,) = await _submit(parts, channel, typed, [event])
    if not isinstance(answer, Acted) or not answer.incident:
        return Reply("It was declared a moment ago.", done=False)
    return await _told(parts, command, answer, answer.incident, person)


async def _act(parts: Parts, channel: str, typed: Typed, command: Command, person: Person) -> Reply:
    """Do what a command says to the incident that it means."""
    settings = parts.settings
    if command.verb == "handover" and command.person not in settings.people:
        return Reply(unknown(command.person, list(settings.people), "a person"), done=False)
    numbers = await _meant(parts, channel, typed, command, person)
    if isinstance(numbers, Reply):
        return numbers
    events = [_event(command, number, person.id) for number in numbers]
    answers = await _submit(parts, channel, typed, events)
    told = [
        await _told(parts, command, answer, number, person)
        for number, answer in zip(numbers, answers, strict=True)
    ]
    text = "\n".join(reply.text for reply in told)
    return Reply(text[:1000], done=all(reply.done for reply in told))


async def _submit(
    parts: Parts, channel: str, typed: Typed, events: Sequence[Action | Declared]
) -> list[Answer]:
    """The answers; a call that has an identity is taken once."""
    if not typed.id:
        return await parts.engine.submit(events, urgent=True)
    call = f"{channel}/{typed.id[:200]}"
    names = [call if number == 0 else f"{call}/{number}" for number in range(len(events))]
    asked = [Asked(name, event) for name, event in zip(names, events, strict=True)]
    return await parts.engine.submit(asked, urgent=True)


async def _told(
    parts: Parts, command: Command, answer: Answer, number: int, person: Person
) -> Reply:
    after = await incident_of(parts, number)
    if after is None:
        return Reply(f"There is no {incident_id(number)}.", done=False)
    text = done_text(command, answer, after, parts.settings, parts.reading(person))
    return Reply(text, done=isinstance(answer, Acted))


async def _meant(
    parts: Parts, channel: str, typed: Typed, command: Command, person: Person
) -> list[int] | Reply:
    """The incidents that a command is about, or the question which."""
    if isinstance(command.target, int):
        return [command.target]
    async with parts.database.reading(urgent=True) as tx:
        if command.target is None:
            number = await of_ref(tx, channel, typed.ref)
            number = number or await of_room(tx, parts.settings, typed.room)
            if number is not None:
                return [number]
        states = [State.OPEN] if command.verb == "acknowledge" else [State.OPEN, State.ACKNOWLEDGED]
        found = [one for one in await open_incidents(tx, *states) if _concerns(one, person)]
    if not found:
        return Reply("Which incident? You have been paged for none that is open.", done=False)
    if command.target == "all":
        return [one.number for one in found[:ALL_MAX]]
    if command.target == "last":
        return [max(found, key=lambda one: (one.armed_at or 0, one.number)).number]
    if len(found) > 1:
        names = ", ".join(one.id for one in found[:5])
        return Reply(f"Which incident? You have been paged for {names}.", done=False)
    return [found[0].number]


def _concerns(incident: Incident, person: Person) -> bool:
    """True if the person was paged for it or holds it."""
    return incident.holder == person.id or any(one.person == person.id for one in incident.told)


def _event(command: Command, number: int, by: str) -> Action:
    """The action of a command about an incident."""
    match command.verb:
        case "acknowledge":
            return Acknowledged(number, by, command.text)
        case "take":
            return Acknowledged(number, by, command.text, take_over=True)
        case "handover":
            return Assigned(number, by, command.person)
        case "escalate":
            return Escalated(number, by, command.text)
        case "note":
            return NoteAdded(number, by, command.text)
        case "resolve":
            return Resolved(number, by, command.text)
        case "severity":
            assert command.severity is not None, "the grammar asks for one"
            return SeverityChosen(number, by, command.severity, command.text)
        case "declare" | "oncall" | "list" | "help":
            raise AssertionError(f"{command.verb} is about no incident")
        case _:
            assert_never(command.verb)
