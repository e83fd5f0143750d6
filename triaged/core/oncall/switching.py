"""What the end of a delivery says of its contact: it is dead, or it works again, or neither."""

from triaged.core.oncall.contact_states import address_digest, contact_of
from triaged.core.oncall.contacts import turn_off, turn_on
from triaged.core.records.duty.contacts import REASON_MAX, ContactDelivery, ContactOff, ContactOn
from triaged.core.records.effects import Effect, NoteDelivery
from triaged.core.records.events import Delivered, DeliveryEnded, NotTried, Refused
from triaged.core.records.pages import Page, Recipient, recipient_of
from triaged.core.situation import Situation
from triaged.core.text.wording import clean

TEST_EPOCH = "0"
"""The epoch of an incident that never paged: a page with it tests a contact."""


def switched_by(event: DeliveryEnded) -> Recipient | None:
    """The contact that the end of a delivery may switch off or on, by the event alone."""
    recipient = recipient_of(event.page_id)
    if not recipient.person:
        return None
    match event.verdict:
        case Refused(gone=True):
            return recipient
        case Delivered() if event.page_id.split("/")[1] == TEST_EPOCH:
            return recipient
        case _:
            return None


def follow_delivery(situation: Situation, event: DeliveryEnded, page: Page) -> tuple[Effect, ...]:
    """The rows of the contact to which `page` was sent, besides those of the page."""
    person, name = page.recipient.person, page.recipient.contact
    contact = contact_of(situation.settings, person, name) if person else None
    verdict = event.verdict
    if contact is None or contact.channel != page.channel or isinstance(verdict, NotTried):
        return ()
    error = "" if isinstance(verdict, Delivered) else clean(verdict.error, REASON_MAX) or "failed"
    delivery = ContactDelivery(person, name, address_digest(contact), situation.now, error)
    noted = NoteDelivery(delivery)
    if isinstance(verdict, Refused) and verdict.gone:
        return (noted, *turn_off(situation, ContactOff(person, name, verdict.error)))
    if isinstance(verdict, Delivered) and page.test:
        return (noted, *turn_on(situation, ContactOn(person, name, "a test page has arrived")))
    return (noted,)
