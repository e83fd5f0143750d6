"""Phases with their times; who was paged and has answered."""

from tests.core.world import World
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import ChainedEntry
from triaged.core.time.durations import MINUTE
from triaged.web._console.command_view import answers_of, phase_rows


def test_a_phase_says_how_long_it_lasted_and_should_last() -> None:
    world = World()
    world.fires(severity="SEV-2")
    start = world.now
    world.run(360)
    world.handle(Acknowledged(1, "alice"))
    entries = [
        ChainedEntry(
            1, 1, world.now, world.now, "phase.changed", "alice", "", {"from": "detection"}, ""
        )
    ]
    world.run(60)

    rows = phase_rows(world.incident, entries, world.now)

    assert [(row.name, row.spent_us, row.is_long) for row in rows[:3]] == [
        ("Detection", 6 * MINUTE, True),
        ("Triage", MINUTE, False),
        ("Investigation", None, False),
    ]
    assert world.incident.opened_at == start


def test_whoever_has_it_has_answered() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()
    world.run(60)
    world.handle(Acknowledged(1, "alice"))

    (answer,) = answers_of(world.incident, [*world.view.pages.values()])

    assert answer.person == "alice"
    assert answer.answered_us is not None
    assert abs(answer.answered_us - MINUTE) <= MINUTE // 10
