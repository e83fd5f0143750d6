"""The state of each contact in a situation: whether it is passed over, and who may be behind it."""

from collections.abc import Iterator
from hashlib import blake2b

from triaged.core.records.duty.contacts import ContactState, contact_id
from triaged.core.records.model import Key
from triaged.core.records.pages import Recipient
from triaged.core.settings import Contact, Person, Settings
from triaged.core.view import View

DIGEST_BYTES = 8
"""Of an address: a row names its address without showing it."""


def address_digest(contact: Contact) -> str:
    """The digest of a contact's channel and address."""
    text = f"{contact.channel}\0{contact.to}"
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()


def contact_key(person: str, contact: str) -> Key:
    """The key of the notices about a contact."""
    return (("triaged", f"contact:{contact_id(person, contact)}"),)


def new_state(person: str, contact: str, known: Contact) -> ContactState:
    """The state of a contact to which nothing has happened yet."""
    identity = contact_id(person, contact)
    return ContactState(identity, None, person, contact, address_digest(known))


def contact_of(settings: Settings, person: str, contact: str) -> Contact | None:
    """The contact in the configuration; None: there is none of this name."""
    known = settings.people.get(person)
    return known.contacts.get(contact) if known is not None else None


def state_of(view: View, settings: Settings, person: str, contact: str) -> ContactState | None:
    """The state of a contact; None: it has none, or it is about another address."""
    row = view.row(ContactState, contact_id(person, contact))
    if row is None:
        return None
    known = contact_of(settings, person, contact)
    return row if known is not None and address_digest(known) == row.address else None


def why_off(view: View, settings: Settings, recipient: Recipient) -> str | None:
    """Why a contact is passed over; None: it is used, as is every channel without a person."""
    if not recipient.person:
        return None
    state = state_of(view, settings, recipient.person, recipient.contact)
    return state.off_reason if state is not None and state.off_since is not None else None


def is_on(view: View, settings: Settings, recipient: Recipient) -> bool:
    """True if nothing is known that speaks against sending to a recipient."""
    return why_off(view, settings, recipient) is None


def contacts_at(settings: Settings, channel: str, address: str) -> Iterator[tuple[str, str]]:
    """(person, contact) of each contact on a channel with this address, or of this account."""
    for person in settings.people.values():
        for name, contact in person.contacts.items():
            if contact.channel == channel and address and address in (contact.to, contact.account):
                yield person.id, name


def usable_contacts(view: View, settings: Settings, person: Person) -> list[str]:
    """The names of the contacts whose channel exists and that are not passed over."""
    return [
        name
        for name, contact in person.contacts.items()
        if contact.channel in settings.channels
        and is_on(view, settings, Recipient(person.id, name))
    ]
