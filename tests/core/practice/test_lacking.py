"""A deadline that an incident must have and has not is found; one that has ended is not missed."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.core.practice.learning_world import learning
from tests.core.practice.world import COMMANDER, Practice
from tests.core.world import World
from triaged.core.practice.updates import STAGES_US
from triaged.core.practice.work import work_of
from triaged.core.records.events import Resolved, TimerFired
from triaged.core.records.model import Severity, State
from triaged.core.records.practice.events import ItemTicked
from triaged.core.records.timers import (
    IncidentTimer,
    PhaseDue,
    PostmortemDue,
    RoleDue,
    UpdateDue,
)
from triaged.core.response.audit import forgotten
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND

PRACTICE = (RoleDue, UpdateDue, PhaseDue, PostmortemDue)


def lost(world: Practice, kind: type[IncidentTimer] | None = None) -> list[IncidentTimer]:
    """What the auditor finds when timers of a kind are gone."""
    dues: dict[type[IncidentTimer], int] = {
        one: timer.due_at for (_, one), timer in world.timers.items() if one is not kind
    }
    found = forgotten(world.situation(), world.view.incidents[1], dues, world.now - 5 * SECOND)
    return [timer for timer in found if isinstance(timer, PRACTICE)]


def commanded() -> Practice:
    world = Practice()
    world.give(COMMANDER, "bob")
    return world


@pytest.mark.parametrize(
    ("kind", "after_us"),
    [(RoleDue, 15 * MINUTE), (UpdateDue, 15 * MINUTE), (PhaseDue, 11 * MINUTE)],
)
def test_lost_deadline_is_found_and_done(kind: type[IncidentTimer], after_us: int) -> None:
    world = commanded()
    world.timers.pop((1, kind))
    world.run_until(world.now + after_us)

    (timer,) = lost(world)
    assert type(timer) is kind
    world.handle(TimerFired(timer))
    assert lost(world) == []


def test_lost_postmortem_is_found() -> None:
    world = commanded()
    first = replace(
        world.settings.severities[Severity.SEV1], postmortem="required", postmortem_due=3 * DAY
    )
    severities = {**world.settings.severities, Severity.SEV1: first}
    world.settings = replace(world.settings, severities=severities)
    world.handle(Resolved(1, "bob"))
    world.timers.pop((1, PostmortemDue))
    world.run_until(world.now + MINUTE)

    (timer,) = lost(world)
    world.handle(TimerFired(timer))
    assert lost(world) == []
    assert len(world.said("postmortem.due")) == 1


def test_postmortem_of_what_nobody_had_in_hand_is_not_missed() -> None:
    world = World(learning())
    world.fires(severity="SEV-1")
    world.run(60)
    world.ends(severity="SEV-1")
    world.run(60)
    world.handle(ItemTicked(1, "alice", "nominal"))
    world.run(60)

    assert world.incident.state is State.RESOLVED
    assert forgotten(world.situation(), world.incident, {}, world.now) == []


def test_lost_escalation_pages_when_it_is_found() -> None:
    world = commanded()
    deadline = work_of(world.view.incidents[1]).next_update_at or 0
    world.timers.pop((1, UpdateDue))
    world.run_until(deadline + 6 * MINUTE)

    for timer in lost(world):
        world.handle(TimerFired(timer))

    assert len(world.said("update.escalated")) == 1


@pytest.mark.parametrize("of", [commanded, Practice])
def test_nothing_is_missed_while_all_deadlines_run_and_when_they_have_ended(
    of: Callable[[], Practice],
) -> None:
    world = of()
    for _ in range(4 * 60):
        world.run_until(world.now + MINUTE)
        assert lost(world) == []
    assert STAGES_US[-1] < 4 * HOUR
