"""kill -9 at every named point and at random: no accepted alert is lost, each page goes out.

Three ledgers are compared: what the client was answered, what the provider got, what the store
has. (reliability: C1, C4-C7 at M1, M2)
"""

import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.world import World
from tests.e2e.peers import PATIENCE_S
from triaged.crashpoints import POINTS

KILLS = int(os.environ.get("TRIAGED_CRASH_ROUNDS", "4"))
"""Random kills; more in a night."""

ALERTS = 12
PUT_OFF = ("before_keep", "after_keep")
"""Points that only bodies come by which are put off."""

UPKEEP = ("in_migration", "in_prune", "in_reload")
"""Points that no alert comes by."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.provider.shutdown()
    made.provider.server_close()


@pytest.mark.parametrize("point", [point for point in POINTS if point not in UPKEEP])
def test_nothing_is_lost_when_it_dies_at_a_point(world: World, point: str) -> None:
    for count in (1, 4):
        process = world.start(f"{point}:{count}")
        send = world.send_together if point in PUT_OFF else world.send
        for number in range(ALERTS):
            send(f"{count}-{number}")
            if process.poll() is not None:
                break
        # A point of the second step, or of delivery, comes a little later than the answers.
        assert process.wait(PATIENCE_S) == -signal.SIGKILL
        world.crashes += 1

    world.check()


@pytest.mark.parametrize("point", UPKEEP)
def test_nothing_is_lost_when_it_dies_in_its_upkeep(world: World, point: str) -> None:
    process = world.start(point)
    for number in range(ALERTS):
        world.send(f"before-{number}")
    if point == "in_reload":
        process.send_signal(signal.SIGHUP)
    assert process.wait(PATIENCE_S) == -signal.SIGKILL

    process = world.start()  # what that left behind is no trouble for it
    for number in range(ALERTS):
        world.send(f"after-{number}")
    process.kill()
    process.wait(PATIENCE_S)

    world.crashes += 2
    world.check()


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
def test_nothing_is_lost_when_it_dies_at_random(world: World, together: bool) -> None:
    dice = random.Random(2026)
    send = world.send_together if together else world.send
    for life in range(KILLS):
        process = world.start()
        timer = threading.Timer(dice.uniform(0, 0.6), process.kill)
        timer.start()
        number = 0
        while process.poll() is None and number < 500:
            send(f"{life}-{number}")
            number += 1
        timer.join()
        process.wait(PATIENCE_S)
        world.crashes += 1

    assert world.accepted
    world.check()
