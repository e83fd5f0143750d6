"""An incident that came out of a copy says so, if somebody may still answer it."""

from tests.core.world import MONDAY, World
from triaged.core.decide import decide
from triaged.core.records.effects import Append
from triaged.core.records.events import Resolved, StoreRestored

COPIED_AT = MONDAY - 3_600_000_000


def told(world: World) -> list[str]:
    """What is put on the timeline of the first incident."""
    decision = decide(world.situation(), StoreRestored(1, COPIED_AT))
    return [one.entry.text for one in decision.effects if isinstance(one, Append)]


def test_a_live_incident_says_up_to_when_it_is_known() -> None:
    world = World()
    world.fires(severity="SEV-2")

    assert told(world) == [
        "the store was put back from a copy: "
        "what happened after 2026-03-30T09:00:00.000000Z is not known"
    ]


def test_an_incident_that_is_over_says_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Resolved(1, "bob"))

    assert told(world) == []


def test_an_incident_that_is_gone_is_left_alone() -> None:
    assert told(World()) == []
