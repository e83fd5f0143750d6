"""A swap needs the consent of the other; then both times change hands, or neither does."""

import pytest

from tests.core.oncall.scene import Rota
from tests.core.world import MONDAY
from triaged.core.oncall.swapping import PROPOSED_MAX
from triaged.core.records.answers import Answer, Conflict, DutyChanged, RowSaved, Unknown
from triaged.core.records.duty.overrides import Swap, SwapState
from triaged.core.records.practice.duty_events import SwapAnswered, SwapExpired, SwapProposed
from triaged.core.time.durations import DAY, HOUR, WEEK

GIVE = (MONDAY + 4 * DAY, MONDAY + 5 * DAY)
"""In alice's week."""
TAKE = (MONDAY + 8 * DAY, MONDAY + 9 * DAY)
"""In bob's week."""


def propose(
    rota: Rota,
    give: tuple[int, int] = GIVE,
    take: tuple[int, int] | None = TAKE,
    *,
    other: str = "bob",
    key: str = "",
    expires_at: int | None = None,
) -> Answer:
    """Alice asks bob to swap."""
    wish = SwapProposed(
        "alice", "alice", other, "primary", give, take, "wedding", expires_at=expires_at, key=key
    )
    return rota.handle(wish)


def swap(rota: Rota, identity: str = "1") -> Swap:
    """The swap as it is."""
    found = rota.view.row(Swap, identity)
    assert found is not None
    return found


def answer(rota: Rota, person: str, *, agrees: bool, identity: str = "1") -> Answer:
    """Somebody answers."""
    return rota.handle(SwapAnswered(identity, person, person, agrees))


def both(rota: Rota) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is on call in what is given and in what is taken."""
    return rota.who(GIVE[0]), rota.who(TAKE[0])


def test_nothing_moves_until_the_other_agrees() -> None:
    rota = Rota()

    assert propose(rota) == RowSaved("1")

    assert both(rota) == (("alice",), ("bob",))
    assert swap(rota).expires_at == GIVE[0]
    subject, text = rota.messages()["bob"]
    assert subject == "alice asks you to take a shift"
    assert text.splitlines() == [
        "alice asks you to take primary from Fri 03 Apr 12:00 CEST to Sat 04 Apr 12:00 CEST from "
        "alice, who takes Tue 07 Apr 12:00 CEST to Wed 08 Apr 12:00 CEST in return: wedding",
        "Answer until Fri 03 Apr 12:00 CEST: triaged oncall swap accept 1 (or decline)",
    ]


def test_with_consent_both_times_change_hands_and_both_are_told() -> None:
    rota = Rota()
    propose(rota)

    done = answer(rota, "bob", agrees=True)

    assert isinstance(done, DutyChanged)
    assert both(rota) == (("bob",), ("alice",))
    assert set(done.told) == {"alice", "bob"}
    assert [(one.kind, one.person, one.replaces, one.group) for one in rota.overrides()] == [
        ("swap", "bob", "alice", "swap-1"),
        ("swap", "alice", "bob", "swap-1"),
    ]
    assert swap(rota).state is SwapState.ACCEPTED
    assert rota.kinds(2) == ["swap.accepted"]


def test_consent_given_twice_is_given_once() -> None:
    rota = Rota()
    propose(rota)

    answer(rota, "bob", agrees=True)

    assert answer(rota, "bob", agrees=True) == DutyChanged(("1",))
    assert len(rota.overrides()) == 2


@pytest.mark.parametrize("person", ["alice", "carol"])
def test_nobody_else_can_agree(person: str) -> None:
    rota = Rota()
    propose(rota)

    assert isinstance(answer(rota, person, agrees=True), Conflict)
    assert both(rota) == (("alice",), ("bob",))


@pytest.mark.parametrize(
    ("person", "state"), [("bob", SwapState.DECLINED), ("alice", SwapState.WITHDRAWN)]
)
def test_the_other_can_decline_and_the_asker_withdraw(person: str, state: SwapState) -> None:
    rota = Rota()
    propose(rota)

    answer(rota, person, agrees=False)

    assert swap(rota).state is state
    assert both(rota) == (("alice",), ("bob",))
    assert set(rota.messages()) == {"alice", "bob"}
    assert isinstance(answer(rota, "bob", agrees=True), Conflict)


def test_a_shift_can_be_given_away_for_nothing() -> None:
    rota = Rota()
    propose(rota, take=None)

    answer(rota, "bob", agrees=True)

    assert both(rota) == (("bob",), ("bob",))


def test_a_proposal_that_nobody_answers_expires_and_both_hear_of_it() -> None:
    rota = Rota()
    propose(rota, expires_at=MONDAY + HOUR)
    rota.handle(SwapExpired("1"))
    early = swap(rota).state
    rota.run(3600)

    late = answer(rota, "bob", agrees=True)
    rota.handle(SwapExpired("1"))
    rota.handle(SwapExpired("1"))

    assert early is SwapState.PROPOSED
    assert late == Conflict("swap 1 is expired")
    assert swap(rota).state is SwapState.EXPIRED
    assert set(rota.messages()) == {"alice", "bob"}


def test_a_swap_of_what_somebody_no_longer_has_is_refused() -> None:
    rota = Rota()
    propose(rota)
    rota.override("dave", *TAKE, by="bob")

    refused = answer(rota, "bob", agrees=True)

    assert refused == Conflict("bob is not on call by primary for the whole of that time")
    assert both(rota) == (("alice",), ("dave",))
    assert swap(rota).state is SwapState.PROPOSED


@pytest.mark.parametrize(
    ("give", "take", "other", "said"),
    [
        (TAKE, None, "bob", "alice is not on call by primary"),
        (GIVE, GIVE, "bob", "take: overlaps what is given"),
        (GIVE, None, "alice", "with: is the person who asks"),
        (GIVE, None, "bobb", "with: there is no person 'bobb' (did you mean bob?)"),
        ((MONDAY - DAY, MONDAY), None, "bob", "give.start: is in the past"),
        ((MONDAY + DAY, MONDAY + DAY), None, "bob", "give.end: must be after the start"),
    ],
)
def test_a_proposal_that_cannot_be_right_is_refused(
    give: tuple[int, int], take: tuple[int, int] | None, other: str, said: str
) -> None:
    refused = propose(Rota(), give, take, other=other)

    assert isinstance(refused, Conflict)
    assert refused.detail.startswith(said)


def test_a_proposal_that_comes_twice_is_made_once() -> None:
    rota = Rota()

    assert propose(rota, key="k") == propose(rota, key="k") == RowSaved("1")
    assert len(rota.view.rows_of(Swap, None)) == 1


def test_so_many_proposals_wait_and_no_more() -> None:
    rota = Rota()
    for _ in range(PROPOSED_MAX):
        propose(rota)

    refused = propose(rota)

    assert refused == Conflict("100 proposals wait for an answer already")


def test_a_swap_that_is_not_there_is_unknown() -> None:
    assert answer(Rota(), "bob", agrees=True, identity="7") == Unknown("there is no swap '7'")


def test_a_swap_over_weeks_needs_the_whole_time() -> None:
    rota = Rota()

    refused = propose(rota, (MONDAY + DAY, MONDAY + 2 * WEEK), None)

    assert refused == Conflict("alice is not on call by primary for the whole of that time")
