"""The auditor finds every kind of timer that an incident can have, or says why it does not."""

from collections.abc import Callable, Mapping
from typing import get_args

import pytest
from msgspec.structs import replace

from tests.core.practice.drills import Drilling
from tests.core.practice.learning_world import Learning
from tests.core.practice.status_desk import PAGE, Desk
from tests.core.practice.test_reports import FILED
from tests.core.practice.world import COMMANDER, Practice, practised
from tests.core.world import ByLabels, World, settings
from triaged.core.records.events import Acknowledged, Resolved, SilenceSet
from triaged.core.records.matching import Matcher
from triaged.core.records.model import ResolvePolicy, ResolveWhen
from triaged.core.records.timers import (
    ActionItemsDue,
    AtRiskDue,
    ComponentsDue,
    DrillDue,
    IncidentTimer,
    JoinDue,
    MuteDue,
    PhaseDue,
    PostDue,
    PostmortemDue,
    ReopenWindowDue,
    ReportDue,
    ResolveDue,
    RoleDue,
    StepDue,
    StormDue,
    TargetDue,
    UnacknowledgeDue,
    UpdateDue,
)
from triaged.core.response.audit import LEFT_OUT, forgotten
from triaged.core.settings import Service, StormLimit
from triaged.core.time.durations import HOUR, MINUTE, SECOND

KINDS: tuple[type[IncidentTimer], ...] = get_args(IncidentTimer)


def opened() -> World:
    world = World()
    world.fires(severity="SEV-2")
    return world


def acknowledged() -> World:
    world = opened()
    world.handle(Acknowledged(1, "alice"))
    return world


def joined() -> World:
    world = acknowledged()
    world.fires(severity="SEV-2", pod="another")
    return world


def held() -> World:
    world = World(settings(rules=ByLabels(ResolvePolicy(ResolveWhen.ALL, 2 * MINUTE))))
    world.fires(severity="SEV-2")
    world.ends()
    return world


def resolved_while_firing() -> World:
    world = opened()
    world.handle(Resolved(1, "alice"))
    return world


def muted() -> World:
    world = World()
    matchers = (Matcher("pod", "=", "a"),)
    world.handle(SilenceSet("s", matchers, world.now, world.now + HOUR, "bob", "why"))
    world.fires(severity="SEV-2", pod="a")
    world.deliver()
    return world


def storm() -> World:
    world = World(replace(settings(), storm=StormLimit(1, 5 * MINUTE)))
    for name in "abc":
        world.fires(alertname=name, severity="SEV-2")
    return world


def commanded() -> World:
    world = Practice()
    world.give(COMMANDER, "bob")
    return world


def with_action_item() -> World:
    world = Learning()
    world.add()
    return world


def posted() -> World:
    desk = Desk()
    desk.lead()
    desk.posts()
    return desk


def sets_components() -> World:
    return Desk(replace(PAGE, auto=True))


def drill() -> World:
    world = Drilling()
    world.begin()
    return world


def reported() -> World:
    world = World(practised(services={"checkout": Service("checkout")}))
    world.handle(FILED)
    return world


WORLDS: Mapping[type[IncidentTimer], Callable[[], World]] = {
    StepDue: opened,
    AtRiskDue: opened,
    TargetDue: opened,
    UnacknowledgeDue: acknowledged,
    JoinDue: joined,
    ResolveDue: held,
    ReopenWindowDue: resolved_while_firing,
    MuteDue: muted,
    StormDue: storm,
    RoleDue: commanded,
    UpdateDue: commanded,
    PhaseDue: commanded,
    PostmortemDue: Learning,
    ActionItemsDue: with_action_item,
    PostDue: posted,
    ComponentsDue: sets_components,
    DrillDue: drill,
    ReportDue: reported,
}
"""Kind of timer → a world in which an incident waits for one."""


def found(world: World, number: int, lost: type[IncidentTimer] | None) -> list[type]:
    """Kinds that the auditor misses of an incident whose timer of one kind is lost."""
    dues: dict[type[IncidentTimer], int] = {
        kind: timer.due_at
        for (of, kind), timer in world.timers.items()
        if of == number and kind is not lost
    }
    before = world.now - 5 * SECOND
    missed = forgotten(world.situation(), world.view.incidents[number], dues, before)
    return [type(timer) for timer in missed]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_a_lost_timer_of_every_kind_is_found_when_it_is_due(kind: type[IncidentTimer]) -> None:
    if kind in LEFT_OUT:
        assert kind not in WORLDS
        return
    world = WORLDS[kind]()
    number = max(of for of, each in world.timers if each is kind)
    due_at = world.timers[number, kind].due_at

    world.run_until(due_at - 1)
    before = found(world, number, None)
    world.timers.pop((number, kind))
    world.run_until(due_at + 6 * SECOND)
    after = found(world, number, kind)

    assert kind not in before
    assert kind in after


MINUTES, HOURS = [MINUTE] * 3 * 60, [HOUR] * 24 * 30


@pytest.mark.parametrize(
    ("make", "paces"),
    [
        *((make, MINUTES) for make in sorted(set(WORLDS.values()), key=lambda make: make.__name__)),
        (Learning, HOURS),
        (with_action_item, HOURS),
    ],
)
def test_nothing_is_missed_while_every_timer_runs(
    make: Callable[[], World], paces: list[int]
) -> None:
    world = make()
    for pace_us in paces:
        world.run_until(world.now + pace_us)
        for number in world.view.incidents:
            assert found(world, number, None) == [], (number, world.now - world.start)
