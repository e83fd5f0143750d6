"""What a decision may ask of its situation."""

from tests.core.world import World
from triaged.core.records.storms import Storm


def test_no_number_and_an_unknown_number_are_no_incident() -> None:
    situation = World().situation()

    assert (situation.incident(None), situation.incident(7)) == (None, None)


def test_a_batch_sees_what_it_decided_before() -> None:
    world = World()
    situation = world.situation()
    world.fires()

    assert situation.incident(1) == world.incident
    assert situation.live_incident(world.incident.key) == world.incident


def test_a_team_of_which_nothing_was_counted_has_an_empty_storm() -> None:
    situation = World().situation()

    assert situation.storm_of("payments") == Storm("payments")
    assert situation.storm_of("") == Storm("")
    assert situation.waiting_under(7) == 0
