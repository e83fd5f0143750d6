from tests.core.world import World
from triaged.core.decide import decide
from triaged.core.records.effects import Decision, DropTimer
from triaged.core.records.events import Acknowledged, Resolved, TimerFired
from triaged.core.records.timers import (
    AtRiskDue,
    HolderWarningDue,
    IncidentTimer,
    ReopenWindowDue,
    ResolveDue,
    StepDue,
    TargetDue,
    UnacknowledgeDue,
)
from triaged.core.situation import Situation


def test_a_stale_timer_does_nothing_but_go() -> None:
    world = World()
    world.fires(severity="SEV-2")
    now = world.now
    stale: list[IncidentTimer] = [
        StepDue(1, now, epoch=1, round=1, step=1),
        StepDue(1, now, epoch=0, round=1, step=2),
        AtRiskDue(1, now, epoch=0),
        TargetDue(1, now, epoch=2),
        UnacknowledgeDue(1, now, epoch=1),
        ResolveDue(1, now),
        ReopenWindowDue(1, now, reopens=0),
        StepDue(99, now, epoch=1, round=1, step=2),
    ]

    decisions = [decide(Situation(world.view, world.settings, now), TimerFired(t)) for t in stale]

    assert decisions == [Decision((DropTimer(t.incident, type(t)),)) for t in stale]


def test_a_stale_timer_of_an_acknowledged_incident_does_nothing_but_go() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "bob"))
    place, now = world.incident.escalation, world.now
    stale: list[IncidentTimer] = [
        StepDue(1, now, place.epoch, place.round, place.step),
        AtRiskDue(1, now, place.epoch),
        TargetDue(1, now, place.epoch),
        UnacknowledgeDue(1, now, place.epoch - 1),
    ]

    decisions = [decide(Situation(world.view, world.settings, now), TimerFired(t)) for t in stale]

    assert decisions == [Decision((DropTimer(1, type(timer)),)) for timer in stale]


def test_a_live_timer_is_gone_after_it_fired() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.run(3600)

    assert world.timers == {}


def test_acknowledging_leaves_only_its_own_timers() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.handle(Acknowledged(1, "bob"))

    assert list(world.timers) == [(1, UnacknowledgeDue), (1, HolderWarningDue)]


def test_a_resolve_with_firing_alerts_leaves_only_the_window() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.handle(Resolved(1, "bob"))

    assert list(world.timers) == [(1, ReopenWindowDue)]
