"""What comes back from providers needs the incident, and the rows that it changes."""

from triaged.core.records.pages import ReceiptState, StepId
from triaged.core.records.two_way import (
    Edit,
    MessagesEdited,
    PostedMessage,
    Pressed,
    ReceiptTaken,
)
from triaged.store.needs.event_needs import EventNeeds
from triaged.store.needs.two_way import two_way_needs

THREE = frozenset({3})


def test_press_needs_its_incident() -> None:
    assert two_way_needs(Pressed(3, "bob", "acknowledge", StepId(1, 1, 1))) == EventNeeds(THREE)


def test_receipt_needs_every_page_of_its_incident() -> None:
    needs = two_way_needs(ReceiptTaken(3, "p", ReceiptState.FAILED))

    assert needs == EventNeeds(THREE, pages_of=THREE)


def test_edits_need_the_messages() -> None:
    needs = two_way_needs(MessagesEdited(3, (Edit("p1", "r", ""), Edit("p2", "r", ""))))

    assert needs == EventNeeds(THREE, row_ids={PostedMessage: {"p1", "p2"}})
