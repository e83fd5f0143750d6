from triaged.core.oncall.contacts import contacts_key
from triaged.core.records.duty.contacts import ContactOff, ContactState
from triaged.core.records.events import Delivered, DeliveryEnded, Refused
from triaged.core.view import key_text
from triaged.store.needs.batch import Needs
from triaged.store.needs.people import NOTHING, people_needs

PAGE = "INC-7/1/1/1/person:alice/alice/mail"


def test_a_dead_destination_needs_what_the_event_about_its_people_needs() -> None:
    dead = people_needs(DeliveryEnded(PAGE, 1, Refused("gone", gone=True), 1))

    assert dead == people_needs(ContactOff("alice", "mail", "STOP"))
    assert dead.keys == {key_text(contacts_key("alice"))}
    assert dead.row_ids == {ContactState: {"alice/mail"}}


def test_other_ends_of_deliveries_need_no_contact() -> None:
    assert people_needs(DeliveryEnded(PAGE, 1, Refused("no"), 1)) == NOTHING
    assert people_needs(DeliveryEnded(PAGE, 1, Delivered(), 1)) == NOTHING


def test_a_batch_has_the_needs_of_its_contacts() -> None:
    needed = Needs([ContactOff("alice", "mail", "STOP")], {})

    assert needed.row_ids == {ContactState: {"alice/mail"}}
    assert needed.openings
