from triaged.core.records.duty.overrides import DUTY_LOCK, Override, Swap
from triaged.core.records.events import Event
from triaged.core.records.practice.duty_events import (
    OverrideEnded,
    OverridesMade,
    SwapAnswered,
    SwapExpired,
    SwapProposed,
)
from triaged.store.needs.batch import Needs
from triaged.store.needs.duty import duty_needs

MADE = OverridesMade("alice", "primary", (), "why", key="k")
PROPOSED = SwapProposed("alice", "alice", "bob", "primary", (0, 1), None, "why", key="k")
ENDED, ANSWERED = OverrideEnded("1", "bob"), SwapAnswered("2", "bob", "bob", agrees=True)


def test_what_changes_duty_holds_one_lock_and_a_number_for_its_record() -> None:
    events: list[Event] = [MADE, PROPOSED, ENDED, ANSWERED, SwapExpired("2")]
    for event in events:
        needs = Needs([event], {})

        assert needs.locks == {DUTY_LOCK}
        assert (needs.duty, needs.openings) == (True, True)


def test_a_wish_needs_what_was_made_under_its_key() -> None:
    assert duty_needs(MADE).made_keys == duty_needs(PROPOSED).made_keys == {"k"}
    assert duty_needs(OverridesMade("alice", "primary", (), "why")).made_keys == frozenset()


def test_an_act_on_a_row_needs_the_row() -> None:
    assert duty_needs(ENDED).row_ids == {Override: {"1"}}
    assert duty_needs(ANSWERED).row_ids == duty_needs(SwapExpired("2")).row_ids == {Swap: {"2"}}
