from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from tests.core.world import MONDAY, World, settings
from triaged.core.records.events import Acknowledged, AlertReceived, Event, TimerFired
from triaged.core.records.timers import LapseDue
from triaged.core.settings import Settings
from triaged.engine.classification import classified

SETTINGS: Settings = settings()


@pytest.fixture
def world() -> World:
    """Pod 1 fires."""
    world = World(SETTINGS)
    world.fires(pod="1")
    return world


def fires(world: World, pod: str) -> AlertReceived:
    return AlertReceived(world.alert("am", {"pod": pod}, firing=True), MONDAY)


def pods_classified(world: World, batch: Sequence[Event]) -> list[str]:
    events = classified(batch, world.view.alerts, SETTINGS, MONDAY)
    assert len(events) == len(batch)
    return [
        event.alert.labels["pod"]
        for event in events
        if isinstance(event, AlertReceived) and event.outcome is not None
    ]


def test_a_new_alert_is_classified_and_a_repeat_is_not(world: World) -> None:
    assert pods_classified(world, [fires(world, "1"), fires(world, "2")]) == ["2"]


def test_an_end_and_an_act_are_left_as_they_are(world: World) -> None:
    end = AlertReceived(world.alert("am", {"pod": "1"}, firing=False), MONDAY)
    batch: list[Event] = [end, Acknowledged(1, "bob")]

    assert classified(batch, world.view.alerts, SETTINGS, MONDAY) == batch


def test_an_alert_that_comes_twice_may_start_an_episode_each_time(world: World) -> None:
    again = fires(world, "1")
    end = replace(again, alert=replace(again.alert, firing=False))

    assert pods_classified(world, [end, again]) == ["1"]


def test_an_alert_that_may_lapse_in_the_batch_may_start_an_episode(world: World) -> None:
    again = fires(world, "1")
    lapse = TimerFired(LapseDue("am", again.alert.fingerprint, MONDAY))

    assert pods_classified(world, [lapse, again]) == ["1"]
