"""The rows of events about people: their contacts, deliveries to these, held messages."""

from triaged.core.oncall.contacts import contacts_key
from triaged.core.oncall.quiet_hours import digest_key
from triaged.core.oncall.switching import switched_by
from triaged.core.records.duty.contacts import ContactEvent, ContactState, contact_id
from triaged.core.records.duty.held import HeldMessage, QuietHoursOver
from triaged.core.records.events import DeliveryEnded
from triaged.core.records.pages import incident_of
from triaged.core.view import key_text
from triaged.store.needs.event_needs import EventNeeds

NOTHING = EventNeeds()


def _of_digest(event: QuietHoursOver) -> EventNeeds:
    """The messages of a digest, their incidents, and the key that two daemons share."""
    return EventNeeds(
        numbers=frozenset(incident_of(identity) for identity in event.ids),
        row_ids={HeldMessage: set(event.ids)},
        keys=frozenset({key_text(digest_key(event.person))}),
        openings=True,
    )


def people_needs(event: ContactEvent | DeliveryEnded | QuietHoursOver) -> EventNeeds:
    """The state of a contact, and the key of the incident about whom no contact reaches.

    The key is what a person's contacts are protected by.
    """
    if isinstance(event, QuietHoursOver):
        return _of_digest(event)
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
