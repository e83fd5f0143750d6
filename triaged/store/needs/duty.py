"""The rows that an event of duty is decided on."""

from typing import assert_never

from triaged.core.records.duty.away import Away, AwayConfirmed, AwayEnded, AwaySet
from triaged.core.records.duty.overrides import DUTY_LOCK, Override, Swap
from triaged.core.records.practice.duty_events import (
    DutyEvent,
    OverrideEnded,
    OverridesMade,
    SwapAnswered,
    SwapExpired,
    SwapProposed,
)
from triaged.store.needs.event_needs import EventNeeds, Kinds

LOCKS = frozenset({DUTY_LOCK})
"""One at a time: what an override changes depends on all the others."""


def duty_needs(event: DutyEvent) -> EventNeeds:
    """The records and locks that the event is decided on."""
    match event:
        case OverridesMade(key=key) | SwapProposed(key=key):
            keys = frozenset({key} if key else ())
            return EventNeeds(locks=LOCKS, openings=True, duty=True, made_keys=keys)
        case OverrideEnded(id=one):
            return _of_row(Override, one)
        case SwapAnswered(id=one) | SwapExpired(id=one):
            return _of_row(Swap, one)
        case AwaySet(id=one) | AwayConfirmed(id=one) | AwayEnded(id=one):
            return _of_row(Away, one)
        case _:
            assert_never(event)


def _of_row(kind: Kinds, identity: str) -> EventNeeds:
    return EventNeeds(locks=LOCKS, openings=True, duty=True, row_ids={kind: {identity}})
