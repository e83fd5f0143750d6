import pytest

from tests.core.practice.world import COMMANDER, TECHNICAL, Practice
from triaged.core.practice.work import work_of
from triaged.core.records.events import Acknowledged, NoteAdded, PhaseChanged, Resolved
from triaged.core.records.model import Phase
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.timers import PhaseDue
from triaged.core.time.durations import DAY, HOUR, MINUTE


def writes(world: Practice, kind: NoteKind, by: str = "alice") -> None:
    world.handle(NoteAdded(1, by, "the pool", kind=kind))


def phase(world: Practice) -> Phase:
    return world.view.incidents[1].phase


def test_phases_begin_with_what_happens() -> None:
    world = Practice()
    assert phase(world) is Phase.TRIAGE, "it is acknowledged"

    writes(world, NoteKind.HYPOTHESIS)
    assert phase(world) is Phase.INVESTIGATION

    writes(world, NoteKind.FIX)
    assert phase(world) is Phase.MITIGATION

    world.handle(Resolved(1, "alice"))
    assert phase(world) is Phase.RESOLUTION


@pytest.mark.parametrize("kind", [NoteKind.NOTE, NoteKind.DECISION])
def test_other_notes_begin_no_phase(kind: NoteKind) -> None:
    world = Practice()
    writes(world, kind)

    assert phase(world) is Phase.TRIAGE


def test_note_never_goes_back() -> None:
    world = Practice()
    writes(world, NoteKind.FIX)
    writes(world, NoteKind.HYPOTHESIS)

    assert phase(world) is Phase.MITIGATION


def test_note_says_on_the_timeline_what_it_is() -> None:
    world = Practice()
    writes(world, NoteKind.HYPOTHESIS)

    assert world.said("note")[-1].data == {"kind": "hypothesis"}


def test_commander_hears_that_a_phase_lasts_long_and_what_is_left() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.handle(PhaseChanged(1, "alice", Phase.INVESTIGATION))
    since = world.now
    world.run_until(since + 45 * MINUTE)

    (told,) = [text for text in world.told("alice", since) if text.startswith("investigation")]
    assert told == (
        "investigation lasts 45 minutes (the guide says 45 minutes): Systematic debugging?"
    )


def test_nudges_end_after_five() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.handle(PhaseChanged(1, "alice", Phase.INVESTIGATION))
    world.run_until(world.now + DAY)

    nudges = [text for text in world.told("alice") if text.startswith("investigation lasts")]
    assert len(nudges) == 5


def test_next_phase_has_its_own_time() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.run_until(world.now + 9 * MINUTE)
    writes(world, NoteKind.HYPOTHESIS)

    assert world.timers[1, PhaseDue].due_at == world.now + 45 * MINUTE


def test_mitigation_takes_as_long_as_it_takes() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    writes(world, NoteKind.FIX)

    assert (1, PhaseDue) not in world.timers


def test_nobody_is_nudged_before_somebody_has_it_in_hand() -> None:
    world = Practice()
    world.handle(Acknowledged(1, "alice"))

    assert (1, PhaseDue) not in world.timers


def test_commander_who_debugs_is_asked_once_an_hour_and_in_private() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    since = world.now
    asked = "you are commanding and debugging; hand over one?"
    for _ in range(3):
        world.run_until(world.now + MINUTE)
        writes(world, NoteKind.HYPOTHESIS)
    world.run_until(world.now)
    assert world.told("alice", since).count(asked) == 1
    assert not any(asked in entry.text for entry in world.entries[1]), "noticed, not accused"

    for _ in range(5):
        world.run_until(world.now + MINUTE)
        writes(world, NoteKind.FIX)
    world.run_until(world.now)
    assert world.told("alice", since).count(asked) == 1

    world.run_until(world.now + HOUR)
    for _ in range(3):
        world.run_until(world.now + MINUTE)
        writes(world, NoteKind.FIX)
    world.run_until(world.now)
    assert world.told("alice", since).count(asked) == 2


def test_technical_lead_may_debug() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.give(TECHNICAL, "bob")
    for _ in range(4):
        writes(world, NoteKind.HYPOTHESIS, by="bob")

    assert work_of(world.view.incidents[1]).nudged_at is None


def test_three_notes_over_a_longer_time_are_no_debugging() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    for _ in range(4):
        world.run_until(world.now + 6 * MINUTE)
        writes(world, NoteKind.HYPOTHESIS)

    assert work_of(world.view.incidents[1]).nudged_at is None
