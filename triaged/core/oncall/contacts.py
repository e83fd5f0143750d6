"""Contacts are switched off where their destination is dead, and on again; owners confirm them.

A contact that is off is passed over by pages and updates (`core/oncall/contact_states.py`). Its
owner hears of it by another contact; where there is none left, an incident opens.
"""

from typing import assert_never

from msgspec.structs import replace

from triaged.core.alerts.grouping import resolve
from triaged.core.draft import Draft
from triaged.core.oncall.confirming import ask_for_code, confirm, try_code
from triaged.core.oncall.contact_states import (
    contact_key,
    contact_of,
    new_state,
    state_of,
    usable_contacts,
)
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import RowSaved, Unknown
from triaged.core.records.duty.contacts import (
    REASON_MAX,
    ContactCheckWanted,
    ContactCodeGiven,
    ContactConfirmed,
    ContactEvent,
    ContactOff,
    ContactOn,
    ContactState,
    contact_id,
)
from triaged.core.records.effects import Append, Decision, Effect, SaveRow
from triaged.core.records.model import Entry, Key, Reason, Recipient
from triaged.core.response.duty_notices import notice
from triaged.core.response.escalation import Cause
from triaged.core.response.paging import News, update_row
from triaged.core.settings import Person
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident
from triaged.core.text.names import meant
from triaged.core.text.wording import clean


def contacts_key(person: str) -> Key:
    """The key of the incident about a person whom no contact reaches.

    Whatever changes the state of a contact locks it, so that two daemons agree which was the last.
    """
    return (("triaged", f"contacts:{person}"),)


def decide_contact(situation: Situation, event: ContactEvent) -> Decision:
    """Decide what happens to a contact."""
    people = situation.settings.people
    person = people.get(event.person)
    if person is None:
        text = f"there is no person {event.person!r} in the configuration"
        return Decision((), Unknown(f"{text}{meant(event.person, people)}"))
    if event.contact not in person.contacts:
        known = ", ".join(person.contacts)
        text = f"{person.id} has no contact {event.contact!r}; there is {known}"
        return Decision((), Unknown(text))
    match event:
        case ContactOff():
            effects = turn_off(situation, event)
        case ContactOn():
            effects = turn_on(situation, event)
        case ContactConfirmed():
            return confirm(situation, event)
        case ContactCheckWanted():
            return ask_for_code(situation, event)
        case ContactCodeGiven():
            return try_code(situation, event)
        case _:
            assert_never(event)
    return Decision(effects, RowSaved(contact_id(event.person, event.contact)))


def turn_off(situation: Situation, event: ContactOff) -> tuple[Effect, ...]:
    """Pass the contact over from now on; nothing where it is off, or is gone."""
    settings, now = situation.settings, situation.now
    contact = contact_of(settings, event.person, event.contact)
    if contact is None:
        return ()
    known = state_of(situation.view, settings, event.person, event.contact)
    if known is not None and known.off_since is not None:
        return ()
    reason = clean(event.reason, REASON_MAX)
    row = replace(
        known or new_state(event.person, event.contact, contact), off_since=now, off_reason=reason
    )
    person = settings.people[event.person]
    others = usable_contacts(situation.view, settings, person)
    left = [name for name in others if name != event.contact]
    live = situation.live_incident(contacts_key(event.person))
    text = f"{row.id} is off, and passed over: {reason}"
    data: dict[str, object] = {"person": row.person, "contact": row.contact, "reason": reason}
    entry = Entry(now, "contact.off", event.by, text, data | {"left": left})
    if not left and live is not None:
        return (SaveRow(row), Append(live.number, entry))
    draft = _told(situation, row, left) if left else _unreachable(situation, row)
    draft.say(entry)
    return (SaveRow(row), *draft.effects())


def turn_on(situation: Situation, event: ContactOn) -> tuple[Effect, ...]:
    """Use the contact again; whoever nothing reached can be reached, so that incident ends."""
    row = state_of(situation.view, situation.settings, event.person, event.contact)
    was_off = row is not None and row.off_since is not None
    live = situation.live_incident(contacts_key(event.person))
    if live is None and not was_off:
        return ()
    reason = clean(event.reason, REASON_MAX)
    text = f"{contact_id(event.person, event.contact)} is used again: {reason}"
    data: dict[str, object] = {"person": event.person, "contact": event.contact, "reason": reason}
    entry = Entry(situation.now, "contact.on", event.by, text, data)
    if live is None:
        key = contact_key(event.person, event.contact)
        draft = Draft(notice(situation, key, text), opened=True)
    else:
        draft = Draft(live)
    draft.say(entry)
    if live is not None:
        resolve(situation, draft, TRIAGED, f"resolved: {text}")
    saved = () if row is None else (SaveRow(replace(row, off_since=None, off_reason="")),)
    return (*saved, *draft.effects())


def _told(situation: Situation, row: ContactState, left: list[str]) -> Draft:
    """Tell the owner by another contact: the first for updates, else the first for pages."""
    person = situation.settings.people[row.person]
    title = f"contact {row.contact} of {row.person} is off"
    key = contact_key(row.person, row.contact)
    draft = Draft(notice(situation, key, title), opened=True)
    ways = [way.contact for way in (*person.notify, *person.page)]
    first = next(name for name in (*ways, *left) if name in left)
    subject = f"your contact {row.contact} is off and gets no pages: {row.off_reason}"
    news = News(subject, f"contact-off-{row.contact}", _remedy(row))
    draft.send(update_row(situation, draft.incident, Recipient(row.person, first), news))
    return draft


def _remedy(row: ContactState) -> str:
    test = f"triaged oncall test {row.person} --contact {row.contact}"
    return f"When it takes messages again, a test page that arrives switches it on: {test}"


def _unreachable(situation: Situation, row: ContactState) -> Draft:
    """The incident about a person whose last contact is off."""
    person: Person = situation.settings.people[row.person]
    teams = situation.settings.teams.values()
    wanted = SystemIncident(
        contacts_key(row.person),
        title=f"no page can reach {row.person}",
        cause=Cause(Reason.CONTACT_OFF, situation.now),
        text=(
            f"The last contact of {person.name}, {row.contact}, is off: {row.off_reason}. "
            f"Pages go to the next step at once. {_remedy(row)}; or give {row.person} another "
            "contact in the configuration"
        ),
        team=next((team.name for team in teams if row.person in team.people), None),
        data={"person": row.person, "contact": row.contact},
    )
    return open_system_incident(situation, wanted)
