"""The rows that what comes back from a provider is decided on."""

from typing import assert_never

from triaged.core.records.two_way import (
    MessagesEdited,
    PostedMessage,
    Pressed,
    ReceiptTaken,
    TwoWayEvent,
)
from triaged.store.needs.event_needs import EventNeeds


def two_way_needs(event: TwoWayEvent) -> EventNeeds:
    """The incident, and what the event changes of it."""
    numbers = frozenset({event.incident})
    match event:
        case MessagesEdited(edits=edits):
            return EventNeeds(numbers, row_ids={PostedMessage: {edit.id for edit in edits}})
        case ReceiptTaken():
            return EventNeeds(numbers, pages_of=numbers)
        case Pressed():
            return EventNeeds(numbers)
        case _:
            assert_never(event)
