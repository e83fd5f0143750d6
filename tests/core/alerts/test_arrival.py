import pytest
from msgspec.structs import replace

from tests.core.world import World
from triaged.core.alerts.arrival import Arrival


def arrival() -> tuple[World, Arrival]:
    """The alert of INC-1, which has ended, is back with the start that it had."""
    world = World()
    world.fires(severity="SEV-2", _starts="0")
    world.ends(_starts="0")
    alert = world.alert("am", {"severity": "SEV-2", "_starts": "0"}, firing=True)
    before = world.view.alerts[alert.source, alert.fingerprint]
    outcome = world.settings.rules.classify(alert, world.now)
    return world, Arrival(alert, outcome, world.now, before)


def test_the_start_tells_that_an_episode_goes_on() -> None:
    world, back = arrival()

    assert back.comes_back(world.incident)
    assert back.is_same_episode(world.incident)


@pytest.mark.parametrize("field", ["starts_at", "firing", "start_given", "incident", "none", "own"])
def test_without_it_the_episode_is_a_new_one(field: str) -> None:
    world, back = arrival()
    assert back.before is not None
    match field:
        case "starts_at":
            back.before = replace(back.before, starts_at=back.before.starts_at + 1)
        case "firing":
            back.before = replace(back.before, firing=True)
        case "start_given":
            back.before = replace(back.before, start_given=False)
        case "incident":
            back.before = replace(back.before, incident=7)
        case "none":
            back.before = None
        case _:
            back.alert = replace(back.alert, starts_at=None)

    assert not back.is_same_episode(world.incident)
