import pytest

from tests.core.practice.world import COMMANDER, Practice
from triaged.core.practice.deadlines import deadline_due
from triaged.core.records.effects import DropTimer
from triaged.core.records.events import Resolved
from triaged.core.records.timers import PhaseDue, PracticeTimer, RoleDue, UpdateDue
from triaged.core.time.durations import DAY


@pytest.mark.parametrize("timer", [RoleDue(7, 0), UpdateDue(7, 0), PhaseDue(7, 0)])
def test_deadline_of_no_incident_is_dropped(timer: PracticeTimer) -> None:
    world = Practice()

    assert deadline_due(world.situation(), timer).effects == (DropTimer(7, type(timer)),)


@pytest.mark.parametrize("kind", [RoleDue, UpdateDue, PhaseDue])
def test_stale_deadline_says_nothing(kind: type[RoleDue | UpdateDue | PhaseDue]) -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.handle(Resolved(1, "alice"))
    said = len(world.entries[1])
    world.now += DAY
    world.keep(deadline_due(world.situation(), kind(1, world.now)).effects)

    assert len(world.entries[1]) == said


def test_update_deadline_that_moved_on_is_armed_again() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.keep(deadline_due(world.situation(), UpdateDue(1, world.now, 1)).effects)

    assert world.timers[1, UpdateDue].due_at > world.now
    assert world.said("update.late") == []
