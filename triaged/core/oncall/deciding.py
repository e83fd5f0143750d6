"""The entrance of duty: it hands each of its events to the module that decides it."""

from typing import assert_never

from triaged.core.oncall.away import confirm_away, end_away, set_away
from triaged.core.oncall.overriding import end_override, make_overrides
from triaged.core.oncall.swapping import answer_swap, expire_swap, propose_swap
from triaged.core.records.duty.away import AwayConfirmed, AwayEnded, AwaySet
from triaged.core.records.effects import Decision
from triaged.core.records.practice.duty_events import (
    DutyEvent,
    OverrideEnded,
    OverridesMade,
    SwapAnswered,
    SwapExpired,
    SwapProposed,
)
from triaged.core.situation import Situation


def decide_duty(situation: Situation, event: DutyEvent) -> Decision:
    """Decide an event of duty."""
    match event:
        case OverridesMade():
            return make_overrides(situation, event)
        case OverrideEnded():
            return end_override(situation, event)
        case SwapProposed():
            return propose_swap(situation, event)
        case SwapAnswered():
            return answer_swap(situation, event)
        case SwapExpired():
            return expire_swap(situation, event)
        case AwaySet():
            return set_away(situation, event)
        case AwayConfirmed():
            return confirm_away(situation, event)
        case AwayEnded():
            return end_away(situation, event)
        case _:
            assert_never(event)
