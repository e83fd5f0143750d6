"""What has to come due and has no timer is named; what has one, or is not due, is not."""

from typing import get_args

from msgspec.structs import replace

from tests.core.world import ByLabels, World, settings
from triaged.core.records.events import (
    Acknowledged,
    Resolved,
    SeverityChosen,
    SilenceSet,
    Snoozed,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import ResolvePolicy, ResolveWhen, Severity
from triaged.core.records.timers import (
    AtRiskDue,
    IncidentTimer,
    MuteDue,
    ReopenWindowDue,
    ResolveDue,
    StepDue,
    StormDue,
    TargetDue,
    UnacknowledgeDue,
)
from triaged.core.response.audit import forgotten
from triaged.core.settings import StormLimit
from triaged.core.time.durations import HOUR, MINUTE

FOR_EVER = 1 << 62
ALL: dict[type[IncidentTimer], int] = dict.fromkeys(get_args(IncidentTimer), 0)


def audited(
    world: World, dues: dict[type[IncidentTimer], int], before: int, number: int | None = None
) -> list[IncidentTimer]:
    """What the auditor finds about an incident, the newest by default."""
    incident = world.incident if number is None else world.view.incidents[number]
    return forgotten(world.situation(), incident, dues, before)


def lacking(world: World, number: int = 1, before: int = FOR_EVER) -> list[type]:
    return [type(timer) for timer in audited(world, {}, before, number)]


def test_an_open_incident_has_a_step_and_a_target() -> None:
    world = World()
    world.fires(severity="SEV-2")

    assert lacking(world) == [StepDue, AtRiskDue, TargetDue]
    assert lacking(world, before=world.now + 12 * MINUTE) == [StepDue, AtRiskDue]
    assert audited(world, ALL, FOR_EVER) == []


def test_what_is_missed_has_no_target_any_more() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(16 * 60)

    assert lacking(world) == []


def test_an_acknowledgement_ends() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "alice"))

    assert audited(world, {}, FOR_EVER) == [UnacknowledgeDue(1, world.now + 60 * MINUTE, 1)]
    world.handle(Snoozed(1, "alice", world.now + 5 * HOUR))
    assert audited(world, {}, FOR_EVER) == [UnacknowledgeDue(1, world.now + 5 * HOUR, 1)]


def test_an_acknowledgement_that_need_not_end_lacks_nothing() -> None:
    world = World()
    world.fires(severity="SEV-3")
    world.handle(Acknowledged(1, "alice"))

    assert lacking(world) == []


def test_its_holder_makes_it_worse_and_the_acknowledgement_ends_as_that_wants() -> None:
    world = World()
    world.fires(severity="SEV-3")
    world.handle(Acknowledged(1, "alice"))
    world.handle(SeverityChosen(1, "alice", Severity.SEV1))

    assert world.timers[1, UnacknowledgeDue].due_at == world.now + 30 * MINUTE


def test_a_hold_ends() -> None:
    policy = ResolvePolicy(ResolveWhen.ALL, 2 * MINUTE)
    world = World(settings(rules=ByLabels(policy)))
    world.fires(severity="SEV-2")
    world.ends()

    assert ResolveDue in lacking(world)


def test_what_rests_is_looked_at() -> None:
    world = World()
    ends_at = world.now + HOUR
    world.handle(SilenceSet("s", (Matcher("pod", "=", "a"),), world.now, ends_at, "bob", "why"))
    world.fires(severity="SEV-2", pod="a")
    world.deliver()

    assert lacking(world, before=1) == [MuteDue]


def test_an_umbrella_and_what_waits_under_it_are_looked_at() -> None:
    limit = StormLimit(1, 5 * MINUTE)
    world = World(replace(settings(), storm=limit))
    for pod in "abc":
        world.fires(alertname=pod, severity="SEV-2")
    umbrella = max(world.view.incidents)

    waiting = next(n for n, one in world.view.incidents.items() if one.bundled_at is not None)
    assert lacking(world, waiting, before=1) == [StormDue]
    assert StormDue in lacking(world, umbrella, before=1)


def test_what_is_over_lacks_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.ends()

    assert lacking(world) == []


def test_what_a_person_resolved_and_fires_on_is_taken_over() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Resolved(1, "alice"))
    resolved = world.incident

    assert lacking(world) == [ReopenWindowDue]
    world.run(31 * 60)
    assert resolved.firing
    assert lacking(world) == []


def test_a_step_that_stands_far_too_late_is_lacking_and_one_that_was_put_off_is_not() -> None:
    world = World()
    world.fires(severity="SEV-2")
    before = world.now + 8 * MINUTE

    found = [audited(world, ALL | {StepDue: before + late}, before) for late in (MINUTE, HOUR)]

    assert [[type(timer) for timer in some] for some in found] == [[], [StepDue]]
