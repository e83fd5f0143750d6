"""The entrance for what comes back from providers."""

from typing import assert_never

from triaged.core.records.effects import Decision
from triaged.core.records.two_way import MessagesEdited, Pressed, ReceiptTaken, TwoWayEvent
from triaged.core.situation import Situation
from triaged.core.two_way.posts import edited
from triaged.core.two_way.presses import press
from triaged.core.two_way.receipts import take_receipt


def decide_two_way(situation: Situation, event: TwoWayEvent) -> Decision:
    """Decide what came back."""
    match event:
        case MessagesEdited():
            return edited(situation, event)
        case Pressed():
            return press(situation, event)
        case ReceiptTaken():
            return take_receipt(situation, event)
        case _:
            assert_never(event)
