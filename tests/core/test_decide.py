"""Invariants of the whole core, whatever happens in whatever order (reliability: invariants)."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, seed
from hypothesis import settings as how
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.histories import (
    MOVES,
    PLAYED,
    PODS,
    REGROUPED,
    REGROUPING,
    RESOLVES,
    SEVERITIES,
    Move,
    Mutant,
    Watched,
    histories_hold,
    play,
)
from tests.core.world import MONDAY, World
from triaged.core import decide as deciding
from triaged.core.records.answers import Hold, Send
from triaged.core.records.effects import AddPage, ArmTimer, Decision, Effect, SaveIncident
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Delivered,
    DeliveryEnded,
    Event,
    PageDue,
)
from triaged.core.records.model import Incident, ResolvePolicy, Severity, State
from triaged.core.records.timers import MuteDue
from triaged.core.settings import StormLimit
from triaged.core.situation import Situation
from triaged.core.view import View


@how(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@seed(2026)
@given(MOVES, RESOLVES)
def test_the_invariants_hold_whatever_happens(moves: list[Move], resolve: ResolvePolicy) -> None:
    histories_hold(Watched(resolve), moves)


STORMY_NAMES = st.sampled_from(["Down", "Slow", "Full", "Lost", "Hot", "Late"])
STORMY_MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("fires"), st.tuples(STORMY_NAMES, PODS, SEVERITIES)),
        st.tuples(st.just("ends"), st.tuples(STORMY_NAMES, PODS)),
        *REGROUPING,
        MOVES.map(lambda moves: moves[0] if moves else ("wait", 1)),
    ),
    max_size=25,
)


@how(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@seed(2026)
@given(STORMY_MOVES)
def test_the_invariants_hold_in_storms(moves: list[Move]) -> None:
    world = Watched()
    world.settings = replace(world.settings, storm=StormLimit(1, 450_000_000))

    histories_hold(world, moves)


@how(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@seed(2026)
@given(REGROUPED, RESOLVES)
def test_the_invariants_hold_where_people_merge_and_split(
    moves: list[Move], resolve: ResolvePolicy
) -> None:
    histories_hold(Watched(resolve), moves)


@how(max_examples=100, deadline=None)
@seed(2026)
@given(MOVES)
def test_the_same_history_gives_the_same_rows(moves: list[Move]) -> None:
    worlds = [World(), World()]

    for world in worlds:
        play(world, moves)

    assert worlds[0].view.incidents == worlds[1].view.incidents
    assert worlds[0].view.pages == worlds[1].view.pages
    assert worlds[0].entries == worlds[1].entries


def test_the_invariant_against_paging_after_an_acknowledgement_can_fail() -> None:
    world = Watched()
    world.fires(severity="SEV-2")
    page = next(iter(world.view.pages.values()))
    world.handle(Acknowledged(1, "bob"))

    with pytest.raises(AssertionError, match="no page after an acknowledgement"):
        world.check_sending(Send(page, world.incident))


def test_the_invariant_of_counts_can_fail() -> None:
    world = Watched()
    world.fires(severity="SEV-2")
    world.view.incidents[1] = replace(world.incident, firing={})

    with pytest.raises(AssertionError, match="in one incident"):
        world.check_counts()


def pages_in_spite_of_everything(decision: Decision, view: View, event: Event) -> Decision:
    """Nobody looks at the incident before a page goes out."""
    if isinstance(event, PageDue):
        return Decision((), Send(event.page, view.incidents[event.page.incident]))
    return decision


def muted_all_the_same(decision: Decision, view: View, event: Event) -> Decision:
    """What is held goes out."""
    if isinstance(decision.answer, Hold) and isinstance(event, PageDue):
        return Decision((), Send(event.page, view.incidents[event.page.incident]))
    return decision


def never_looking_again(decision: Decision, view: View, event: Event) -> Decision:
    """Nobody looks whether muting has ended."""
    kept = tuple(
        effect
        for effect in decision.effects
        if not (isinstance(effect, ArmTimer) and isinstance(effect.timer, MuteDue))
    )
    return Decision(kept, decision.answer)


def without(kind: type[Effect]) -> Mutant:
    """A kind of row is forgotten."""

    def forgetful(decision: Decision, view: View, event: Event) -> Decision:
        kept = tuple(effect for effect in decision.effects if not isinstance(effect, kind))
        return Decision(kept, decision.answer)

    return forgetful


def changing(**fields: Any) -> Mutant:
    """An alert changes what it must not of an incident that exists."""

    def meddling(decision: Decision, view: View, event: Event) -> Decision:
        if not isinstance(event, AlertReceived):
            return decision
        effects = tuple(
            SaveIncident(replace(effect.incident, **fields))
            if isinstance(effect, SaveIncident) and not effect.opened
            else effect
            for effect in decision.effects
        )
        return Decision(effects, decision.answer)

    return meddling


@pytest.mark.parametrize(
    "mutant",
    [
        pages_in_spite_of_everything,
        without(ArmTimer),
        without(AddPage),
        muted_all_the_same,
        never_looking_again,
        changing(firing={}),
        changing(severity=Severity.SEV4),
        changing(respond_by=7),
        changing(key=(("everything", "one"),)),
    ],
    ids=(
        "ack-unseen no-timers no-pages mute-unseen no-looks counts-lost severity-falls "
        "deadline-moves one-key"
    ).split(),
)
def test_a_removed_guard_is_noticed(mutant: Mutant) -> None:
    def breaks(moves: list[Move]) -> bool:
        world = Watched()
        world.decide = lambda situation, event: mutant(
            deciding.decide(situation, event), situation.view, event
        )
        try:
            histories_hold(world, moves)
        except (AssertionError, KeyError):
            return True
        return False

    assert find(PLAYED, breaks, settings=how(max_examples=2000, deadline=None), random=Random(1))


def still_stepping(incident: Incident) -> Incident:
    """The steps of what somebody has taken go on."""
    if incident.state is not State.ACKNOWLEDGED:
        return incident
    return replace(incident, escalation=replace(incident.escalation, next_at=MONDAY))


def still_snoozed(incident: Incident) -> Incident:
    """The instant of a snooze outlives the acknowledgement."""
    return replace(incident, snoozed_until=incident.snoozed_until or MONDAY)


def closed_at_once(incident: Incident) -> Incident:
    """What is resolved is closed without anybody asking for it."""
    over = incident.state is State.RESOLVED
    return replace(incident, state=State.CLOSED) if over else incident


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (still_stepping, "acknowledged with"),
        (still_snoozed, "with"),
        (closed_at_once, "no way"),
    ],
)
def test_a_history_that_leaves_the_table_is_noticed(
    broken: Callable[[Incident], Incident], message: str
) -> None:
    def leaves(moves: list[Move]) -> bool:
        world = Watched()

        def meddling(situation: Situation, event: Event) -> Decision:
            decision = deciding.decide(situation, event)
            effects = tuple(
                SaveIncident(broken(effect.incident), effect.opened)
                if isinstance(effect, SaveIncident)
                else effect
                for effect in decision.effects
            )
            return Decision(effects, decision.answer)

        world.decide = meddling
        try:
            histories_hold(world, moves)
        except AssertionError as error:
            return message in str(error)
        except KeyError:
            pass
        return False

    assert find(PLAYED, leaves, settings=how(max_examples=500, deadline=None), random=Random(1))


def test_an_old_verdict_decides_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")
    page = next(iter(world.view.pages.values()))

    decision = deciding.decide(world.situation(), DeliveryEnded(page.id, 99, Delivered(), 1))

    assert decision.effects == ()
