"""The rows that what comes back from a provider is decided on."""

from typing import assert_never

from triaged.core.records.events import Asked, Declared
from triaged.core.records.two_way import (
    MessagesEdited,
    PostedMessage,
    Pressed,
    ReceiptTaken,
    TakenCall,
    TwoWayEvent,
)
from triaged.store.needs.event_needs import EventNeeds


def asked_needs(event: Asked) -> EventNeeds:
    """What the action is decided on, and whether the call was taken before."""
    action = event.event
    is_new = isinstance(action, Declared)
    return EventNeeds(
        numbers=frozenset() if isinstance(action, Declared) else frozenset({action.incident}),
        row_ids={TakenCall: {event.call}},
        locks=frozenset({f"call {event.call}"}),
        openings=is_new,
    )


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
