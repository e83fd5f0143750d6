import pytest

from tests.core.world import World
from triaged.core.lifecycle import OUTCOME_OF, TRANSITIONS, Verb, impossible, next_state
from triaged.core.records.events import Reopened, Resolved
from triaged.core.records.model import LIVE, State


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("verb", Verb)
def test_doing_again_what_is_done_changes_nothing(verb: Verb) -> None:
    assert next_state(OUTCOME_OF[verb], verb) is OUTCOME_OF[verb]


def test_the_final_state_leads_nowhere() -> None:
    state = State.CLOSED
    others = [verb for verb in Verb if OUTCOME_OF[verb] is not state]

    assert [next_state(state, verb) for verb in others] == [None] * len(others)


def test_only_live_incidents_can_be_acknowledged() -> None:
    can = {state for state in State if next_state(state, Verb.ACKNOWLEDGE)}

    assert can == LIVE


def test_a_refusal_says_what_is_possible() -> None:
    assert impossible(State.RESOLVED, Verb.ACKNOWLEDGE) == (
        "cannot acknowledge an incident that is resolved; possible now: reopen, close"
    )


def test_every_change_of_the_phase_is_on_the_timeline() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Resolved(1, "bob"))

    world.handle(Reopened(1, "bob"))

    texts = [entry.text for entry in world.entries[1] if entry.kind == "phase.changed"]
    assert texts == ["detection → resolution", "resolution → detection"]
