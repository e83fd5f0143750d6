"""The rows of events about contacts of people, and of deliveries that may switch one off or on."""

from triaged.core.oncall.contacts import contacts_key
from triaged.core.oncall.switching import switched_by
from triaged.core.records.contacts import ContactEvent, ContactState, contact_id
from triaged.core.records.events import DeliveryEnded
from triaged.core.view import key_text
from triaged.store.needs.event_needs import EventNeeds

NOTHING = EventNeeds()


def contact_needs(event: ContactEvent | DeliveryEnded) -> EventNeeds:
    """The state of the contact, and the key of the incident about whom no contact reaches.

    The key is what a person's contacts are protected by.
    """
    if not isinstance(event, DeliveryEnded):
        return _of(event.person, event.contact)
    whose = switched_by(event)
    return NOTHING if whose is None else _of(whose.person, whose.contact)


def _of(person: str, contact: str) -> EventNeeds:
    return EventNeeds(
        row_ids={ContactState: {contact_id(person, contact)}},
        keys=frozenset({key_text(contacts_key(person))}),
        openings=True,
    )
