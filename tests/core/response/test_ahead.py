"""What an escalation does next, said in advance: the same steps that then fire."""

from tests.core.world import World, plan, step
from triaged.core.oncall.facts import NO_FACTS
from triaged.core.records.events import Acknowledged, Assigned
from triaged.core.response.ahead import Ahead, ahead_of
from triaged.core.time.durations import MINUTE, SECOND


def foreseen(world: World) -> Ahead:
    return ahead_of(world.incident, world.settings, NO_FACTS, world.now)


def times(world: World) -> list[tuple[int, tuple[str, ...]]]:
    return [((one.at - world.start) // SECOND, one.whom) for one in foreseen(world).steps]


def test_the_steps_that_are_said_are_those_that_fire() -> None:
    world = World(plan(step(0, "person:alice"), step(0.5, "person:bob"), step(1.0, "person:carol")))
    world.fires(severity="SEV-2")
    said = times(world)

    world.run(3600)

    fired = sorted({(at, name.partition("/")[0]) for at, name in world.pages()})
    assert said == [(450, ("bob",)), (900, ("carol",))]
    assert [(at, (name,)) for at, name in fired[1:3]] == said


def test_rounds_and_the_catch_all_follow() -> None:
    world = World(plan(step(0, "person:alice"), repeat_times=2, exhausted="repeat"))
    world.fires(severity="SEV-1")

    found = foreseen(world)

    assert (found.rounds, found.repeat_us) == (1, 15 * MINUTE)


def test_nothing_comes_once_somebody_has_it() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "alice"))

    assert foreseen(world) == Ahead()


def test_a_hand_over_gives_its_assignee_time() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(60)
    world.handle(Assigned(1, "bob", "alice"))
    said = times(world)

    world.run(3600)

    assert said[0][0] in {at for at, _ in world.pages()}


def test_an_exhausted_one_says_when_it_pages_again() -> None:
    world = World(plan(step(0, "person:alice"), exhausted="repeat"))
    world.fires(severity="SEV-1")
    world.run(4000)
    said = times(world)

    world.run(1000)

    assert len(said) == 1
    assert said[0][0] in {at for at, _ in world.pages()}
