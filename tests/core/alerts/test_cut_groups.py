"""Alerts that a sender leaves out are not seen, and may fire."""

from tests.core.world import World
from triaged.core.records.model import State


def cut_group() -> World:
    """A world in which three alerts of a group fire, of which five are left out."""
    world = World()
    for pod in ("h0", "h1", "h2"):
        world.fires(severity="SEV-2", pod=pod, _left_out="5", _group="g")
    return world


def end_all(world: World, left_out: str) -> None:
    for pod in ("h0", "h1", "h2"):
        world.ends(severity="SEV-2", pod=pod, _left_out=left_out, _group="g")


def test_an_incident_is_not_resolved_while_alerts_are_left_out() -> None:
    world = cut_group()

    end_all(world, "5")

    assert world.state() is State.OPEN
    assert world.kinds().count("alerts.left_out") == 1
    assert world.kinds()[-1] == "incident.waits"


def test_it_resolves_when_the_group_comes_whole() -> None:
    world = cut_group()

    end_all(world, "0")

    assert world.state() is State.RESOLVED


def test_it_resolves_when_an_alert_that_has_ended_comes_again_in_a_whole_group() -> None:
    world = cut_group()
    end_all(world, "5")

    world.ends(severity="SEV-2", pod="h1", _left_out="0", _group="g")

    assert world.state() is State.RESOLVED


def test_a_repeat_in_a_whole_group_leaves_only_its_alerts_to_wait_for() -> None:
    world = cut_group()
    world.fires(severity="SEV-2", pod="h0", _left_out="0", _group="g")

    end_all(world, "0")

    assert world.state() is State.RESOLVED


def test_another_group_of_the_incident_that_is_whole_changes_nothing() -> None:
    world = cut_group()
    world.fires(severity="SEV-2", pod="other", _group="h")
    world.ends(severity="SEV-2", pod="other", _group="h")

    end_all(world, "5")

    assert world.state() is State.OPEN


def test_what_was_left_out_lapses() -> None:
    world = cut_group()
    end_all(world, "5")

    world.run(26 * 3600)

    assert world.state() is State.RESOLVED


def test_a_person_resolves_it() -> None:
    world = cut_group()
    end_all(world, "5")

    world.resolve()

    assert world.state() is State.RESOLVED
