"""The one place where it is decided what becomes of what a provider tells us."""

from typing import assert_never

import structlog

from triaged.access.buttons import act_of
from triaged.calls import commands
from triaged.calls.parts import Parts, incident_of, of_ref, of_room
from triaged.channels.common.two_way import (
    Called,
    Handshake,
    OptedIn,
    OptedOut,
    Pinned,
    Press,
    Receipt,
    Reply,
    Signalled,
    Typed,
)
from triaged.core.oncall.contact_states import contacts_at
from triaged.core.records.answers import Acted
from triaged.core.records.duty.contacts import ContactConfirmed, ContactOff, ContactOn
from triaged.core.records.events import Event
from triaged.core.records.model import Incident
from triaged.core.records.practice.events import MessagesImported
from triaged.core.records.practice.notes import Message
from triaged.core.records.two_way import Pressed, ReceiptTaken
from triaged.core.settings import Person
from triaged.core.time.durations import MINUTE, SECOND
from triaged.core.two_way.accounts import contact_of, person_of, stranger_text
from triaged.core.two_way.replies import pressed_text
from triaged.store.tables.practice_rows import messages

NOT_OURS = "The button is not one of ours, or of an installation that is gone. Nothing has changed."
GONE = "There is no such incident any more."

LOOKS, LOOK_AGAIN_US = 4, SECOND // 2
"""A provider may report on a message before its identity is on disk, which takes milliseconds."""

SKEW_US = 2 * MINUTE
"""How far a provider's clock may be behind ours: a call that is late is so by hours."""

PIN_MAX = 4000
"""Characters of a pinned message that go to the timeline."""

log = structlog.get_logger()


async def take(parts: Parts, channel: str, called: Called) -> Reply | None:
    """Do what a call says; the words for whoever made it, None: there is nobody to tell.

    Raises `StoreUnavailable`: nothing has happened, and the same call may come again.
    """
    match called:
        case Press():
            return await _pressed(parts, channel, called)
        case Typed(account=account):
            person = person_of(parts.settings, channel, account)
            if person is None:
                return _stranger(channel, account)
            return await commands.run(parts, channel, called, person)
        case Signalled():
            return await _signalled(parts, channel, called)
        case Receipt():
            await _receipt(parts, channel, called)
        case OptedOut(account=account, reason=reason):
            for person_id, contact in contacts_at(parts.settings, channel, account):
                await _submit(parts, ContactOff(person_id, contact, reason))
        case OptedIn(account=account):
            for person_id, contact in contacts_at(parts.settings, channel, account):
                await _submit(parts, ContactOn(person_id, contact, "it takes messages again"))
        case Pinned():
            await _pinned(parts, channel, called)
        case Handshake():
            pass  # its channel has the answer
        case _:
            assert_never(called)
    return None


def _stranger(channel: str, account: str) -> Reply:
    log.info("call.unknown_account", channel=channel, account=account[:100])
    return Reply(stranger_text(channel, account[:100]), done=False, is_stranger=True)


async def _submit(parts: Parts, event: Event) -> None:
    await parts.engine.submit([event], urgent=True)


async def _pressed(parts: Parts, channel: str, press: Press) -> Reply:
    """Do what a button says, as the person whose account it is."""
    act = act_of(press.value, parts.action_key)
    if act is None:
        return Reply(NOT_OURS, done=False)
    person = person_of(parts.settings, channel, press.account)
    if person is None:
        return _stranger(channel, press.account)
    if act.verb == "verify":
        contact = contact_of(person, channel, press.account)
        await _submit(parts, ContactConfirmed(person.id, contact, "button", person.id))
        return Reply(f"Thank you, {person.name}: messages reach you here.")
    event = Pressed(act.incident, person.id, act.verb, act.shown)
    return await _after(parts, event, person)


async def _after(parts: Parts, event: Pressed, person: Person | None) -> Reply:
    """What the incident is after a press."""
    (answer,) = await parts.engine.submit([event], urgent=True)
    after = await incident_of(parts, event.incident)
    if after is None:
        return Reply(GONE, done=False)
    text = pressed_text(answer, after, parts.settings, parts.reading(person))
    return Reply(text, done=isinstance(answer, Acted))


async def _signalled(parts: Parts, channel: str, signal: Signalled) -> Reply | None:
    """Somebody has acted at the provider: the same happens here, unless it has."""
    number = signal.incident
    if number is None:
        async with parts.database.reading(urgent=True) as tx:
            number = await of_ref(tx, channel, signal.ref)
    incident = None if number is None else await incident_of(parts, number)
    if incident is None or _is_of_before(signal, incident):
        return None
    person = person_of(parts.settings, channel, signal.account)
    if person is None and signal.needs_person:
        return _stranger(channel, signal.account)
    by = f"channel:{channel}" if person is None else person.id
    if signal.verb == "acknowledge" and incident.holder is not None:
        return None  # the provider has heard it from us
    shown = incident.escalation.step_id
    return await _after(parts, Pressed(incident.number, by, signal.verb, shown), person)


def _is_of_before(signal: Signalled, incident: Incident) -> bool:
    """True if it was done before the incident became what it is."""
    if signal.at is None or incident.armed_at is None:
        return False
    return signal.at < incident.armed_at - SKEW_US


async def _receipt(parts: Parts, channel: str, receipt: Receipt) -> None:
    """Keep what became of each page that the message stood for."""
    for look in range(LOOKS):
        async with parts.database.reading(urgent=True) as tx:
            found = await messages.of_ref(tx, channel, receipt.ref)
        if found:
            break
        if look < LOOKS - 1:
            await parts.clock.sleep_until(parts.clock.now() + LOOK_AGAIN_US)
    for each in found:
        event = ReceiptTaken(each.incident, each.id, receipt.state, receipt.error, receipt.at)
        await _submit(parts, event)


async def _pinned(parts: Parts, channel: str, pinned: Pinned) -> None:
    """A message that somebody whom we know has pinned in the room of an incident is a note."""
    person = person_of(parts.settings, channel, pinned.account)
    async with parts.database.reading() as tx:
        number = await of_room(tx, parts.settings, pinned.room)
    if person is None or number is None:
        return
    author = person_of(parts.settings, channel, pinned.author)
    message = Message(
        ref=f"{pinned.room}/{pinned.message}"[:200],
        at=pinned.at,
        author=author.id if author is not None else pinned.author[:100],
        text=pinned.text.replace("\0", "")[:PIN_MAX],
    )
    await _submit(parts, MessagesImported(number, person.id, (message,)))
