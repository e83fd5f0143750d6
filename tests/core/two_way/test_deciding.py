"""Each event that comes back has somebody who decides it."""

import pytest

from tests.core.two_way.desks import Desk
from triaged.core.records.pages import ReceiptState, StepId
from triaged.core.records.two_way import MessagesEdited, Pressed, ReceiptTaken, TwoWayEvent


@pytest.mark.parametrize(
    "event",
    [
        MessagesEdited(1, ()),
        Pressed(1, "alice", "acknowledge", StepId(1, 1, 1)),
        ReceiptTaken(1, "INC-1/1/1/1/x/alice/desk", ReceiptState.DELIVERED),
    ],
)
def test_event_is_decided(event: TwoWayEvent) -> None:
    Desk().handle(event)
