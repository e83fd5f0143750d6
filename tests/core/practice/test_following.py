from tests.core.practice.world import COMMANDER, Practice, practised
from tests.core.world import World
from triaged.core.records.effects import SaveIncident
from triaged.core.records.events import Acknowledged, Declared, Reopened, Resolved
from triaged.core.records.model import Severity
from triaged.core.records.timers import RoleDue, UpdateDue
from triaged.core.time.durations import MINUTE


def test_alerts_arm_nothing_of_the_practice() -> None:
    world = World(practised())
    world.fires(severity="SEV-1")

    assert not [kind for _, kind in world.timers if kind in (RoleDue, UpdateDue)]


def test_declared_incident_wants_its_roles() -> None:
    world = World(practised())
    world.handle(Declared("alice", "checkout fails", Severity.SEV1))
    world.handle(Acknowledged(1, "alice"))

    assert world.timers[1, RoleDue].due_at == world.now + 15 * MINUTE


def test_resolve_ends_what_was_due_and_reopening_begins_it_anew() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.handle(Resolved(1, "alice"))
    assert not [kind for _, kind in world.timers if kind in (RoleDue, UpdateDue)]

    world.now += MINUTE
    world.handle(Reopened(1, "alice"))

    assert world.timers[1, UpdateDue].due_at == world.now + 10 * MINUTE
    assert (1, RoleDue) in world.timers


def test_change_without_consequence_is_written_once() -> None:
    world = Practice()
    decision = world.decide(world.situation(), Resolved(1, "alice"))

    saved = [one for one in decision.effects if isinstance(one, SaveIncident)]
    assert len(saved) == 1
