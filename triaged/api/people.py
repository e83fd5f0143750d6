"""`/api/v1/people`: who is paged by what, when and how; contacts are confirmed and switched."""

import asyncio
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.access.contact_links import ContactLink, code_digest, confirm_url
from triaged.access.tokens import CODE_DIGITS, new_code
from triaged.api._people import (
    ContactDocument,
    HeldList,
    PersonDocument,
    PersonList,
    contact_document,
    held_document,
    in_short,
    person_document,
)
from triaged.core.oncall.confirming import CODE_LIFE_US
from triaged.core.oncall.contact_states import address_digest, contact_of
from triaged.core.oncall.duty import duty_of
from triaged.core.oncall.people import next_shifts, schedules_of, standings
from triaged.core.records.answers import Acted, Answer, Conflict, RateLimited, RowSaved, Unknown
from triaged.core.records.duty.contacts import (
    ContactCheckWanted,
    ContactCodeGiven,
    ContactEvent,
    ContactOff,
    ContactOn,
    contact_id,
)
from triaged.core.text.names import meant
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import MINUTE, SECOND
from triaged.http import problems
from triaged.http.bodies import Body
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.store.tables.practice_rows import contacts, held_messages
from triaged.wire import Instant, instant_text

PEOPLE = "/api/v1/people"
PERSON = PEOPLE + "/{person}"
CONTACT = PERSON + "/contacts/{contact}"

REASON_LENGTH_MAX = 500
UNASKED = "If nobody asked you to confirm this, ignore this message."


class Code(Body, frozen=True):
    """The code that the owner of a contact has got."""

    code: Annotated[str, Meta(pattern=rf"^\d{{{CODE_DIGITS}}}$")]


class Why(Body, frozen=True):
    """Why a contact is switched off, or on."""

    reason: Annotated[str, Meta(min_length=1, max_length=REASON_LENGTH_MAX)]


class CodeSent(msgspec.Struct, frozen=True):
    """A code is under way to a contact."""

    contact: str
    """`alice/sms`."""
    until: Instant
    """The end of its validity."""


@route("GET", PEOPLE, Scope.READ)
async def listing(call: Call) -> PersonList:
    """Everybody, with what keeps pages from them: contacts that are off or not confirmed."""
    settings = call.context.configuration.settings
    async with call.context.database.reading() as tx:
        known = await contacts.known(tx)
        held = await held_messages.waiting(tx)
    names = sorted(settings.people)
    rows = [in_short(settings.people[one], settings, known, held.get(one, 0)) for one in names]
    return PersonList(people=rows)


@route("GET", PERSON, Scope.READ)
async def show(call: Call) -> PersonDocument | web.Response:
    """Who pages a person: schedules, steps of policies, services, the next shifts, each contact."""
    settings, now = call.context.configuration.settings, call.context.clock.now()
    person = settings.people.get(call.params["person"])
    if person is None:
        return _nobody(call)
    async with call.context.database.reading() as tx:
        known = await contacts.known(tx)
        waiting = await held_messages.waiting(tx)
        facts = await duty_facts.read(tx, now)
    duty = duty_of(settings, facts)
    shifts = await asyncio.to_thread(next_shifts, duty, person.id, now)
    schedules = schedules_of(duty, person.id)
    short = in_short(person, settings, known, waiting.get(person.id, 0))
    return person_document(short, standings(person, settings, known), settings, schedules, shifts)


@route("GET", PERSON + "/held", Scope.READ)
async def held(call: Call) -> HeldList | web.Response:
    """What the person's quiet hours hold back and held back, the newest first; at most 500."""
    if call.params["person"] not in call.context.configuration.settings.people:
        return _nobody(call)
    async with call.context.database.reading() as tx:
        rows = await held_messages.of(tx, call.params["person"], waits=False)
    return HeldList(held=[held_document(row) for row in rows])


@route("POST", CONTACT + "/code", Scope.RESPOND)
async def send_code(call: Call) -> CodeSent | web.Response:
    """Send a code to a contact, by which its owner confirms it; three times an hour at most.

    It is valid for ten minutes, and for five tries. Where `public_url` is set, the message has a
    link that confirms, too.
    """
    person, contact = call.params["person"], call.params["contact"]
    settings, now = call.context.configuration.settings, call.context.clock.now()
    address = contact_of(settings, person, contact)
    code, until = new_code(), now + CODE_LIFE_US
    known = settings.people.get(person)
    timezone = settings.timezone if known is None else known.timezone
    text = f"{code} is your code: it confirms the contact {contact} of {person} for triaged"
    text += f" until {instant_for(until, timezone, now)}"
    more = UNASKED
    if settings.public_url and address is not None:
        link = ContactLink(person, contact, address_digest(address), until // SECOND)
        url = confirm_url(link, settings.public_url, call.context.action_key)
        more = f"Or open this link and press the button: {url}\n{UNASKED}"
    digest = code_digest(person, contact, code)
    event = ContactCheckWanted(person, contact, call.caller.by, digest, text, more)
    answer = await _submit(call, event)
    if not isinstance(answer, Acted):
        return _refusal(call, answer)
    return CodeSent(contact_id(person, contact), instant_text(until))


@route("POST", CONTACT + "/confirm", Scope.RESPOND)
async def confirm(call: Call, body: Code) -> ContactDocument | web.Response:
    """Confirm a contact with the code that was sent to it."""
    person, contact = call.params["person"], call.params["contact"]
    digest = code_digest(person, contact, body.code)
    return await _done(call, ContactCodeGiven(person, contact, call.caller.by, digest))


@route("POST", CONTACT + "/off", Scope.RESPOND)
async def switch_off(call: Call, body: Why) -> ContactDocument | web.Response:
    """Pass a contact over, such as a telephone that was lost; its owner hears of it by another."""
    person, contact = call.params["person"], call.params["contact"]
    return await _done(call, ContactOff(person, contact, body.reason, call.caller.by))


@route("POST", CONTACT + "/on", Scope.RESPOND)
async def switch_on(call: Call, body: Why) -> ContactDocument | web.Response:
    """Use a contact again that is off; a test page that arrives does so, too."""
    person, contact = call.params["person"], call.params["contact"]
    return await _done(call, ContactOn(person, contact, body.reason, call.caller.by))


async def _submit(call: Call, event: ContactEvent) -> Answer:
    (answer,) = await call.context.engine.submit([event], urgent=True)
    return answer


async def _done(call: Call, event: ContactEvent) -> ContactDocument | web.Response:
    """Decide the event, and show the contact as it is afterwards."""
    answer = await _submit(call, event)
    settings = call.context.configuration.settings
    person = settings.people.get(event.person)
    if not isinstance(answer, RowSaved) or person is None:
        return _refusal(call, answer)
    async with call.context.database.reading() as tx:
        known = await contacts.known(tx)
    for each in standings(person, settings, known):
        if each.name == event.contact:
            return contact_document(each)
    return _refusal(call, Unknown(f"{answer.id} is not in the configuration any more"))


def _nobody(call: Call) -> web.Response:
    name, people = call.params["person"], call.context.configuration.settings.people
    hint = meant(name, people)
    return problems.not_found(f"there is no person {name!r} in the configuration{hint}")


def _refusal(call: Call, answer: Answer) -> web.Response:
    match answer:
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case RateLimited(after_us=after_us):
            wait_min = -(-after_us // MINUTE)
            whose = contact_id(call.params["person"], call.params["contact"])
            detail = f"three codes were sent to {whose} within an hour; again in {wait_min} min"
            return problems.too_soon(detail, -(-after_us // SECOND))
        case _:
            return problems.failed()
