from tests.core.world import World
from triaged.core.decide import decide
from triaged.core.records.answers import Attached
from triaged.core.records.effects import Quarantine
from triaged.core.records.events import BodyQuarantined, Resolved


def broken(source: str = "am", reason: str = "not_json") -> BodyQuarantined:
    """A body that is not JSON."""
    return BodyQuarantined(source, reason, "not JSON at byte 3", b"{{{", {}, 0)


def test_a_body_is_kept_and_a_human_hears_of_it() -> None:
    world = World()

    answer = world.handle(broken())
    world.deliver()

    assert answer == Attached(1)
    assert world.incident.severity_by == "triaged"
    assert world.pages()[0] == (0, "alice/desk")


def test_one_incident_per_source_and_reason() -> None:
    world = World()

    answers = [
        world.handle(broken(*args))
        for args in [("am", "not_json"), ("am", "not_json"), ("am", "no_labels"), ("g", "not_json")]
    ]

    assert answers == [Attached(1), Attached(1), Attached(2), Attached(3)]


def test_every_body_is_kept() -> None:
    world = World()
    world.handle(broken())

    decision = decide(world.situation(), broken())

    assert [type(effect) for effect in decision.effects] == [Quarantine]


def test_repeats_soon_after_a_persons_resolve_page_nobody() -> None:
    world = World()
    world.handle(broken())
    world.handle(Resolved(1, "bob"))

    world.run(29 * 60)
    world.handle(broken())
    assert len(world.view.incidents) == 1
    world.run(120)
    world.handle(broken())

    assert (world.incident.number, world.incident.previous) == (2, 1)
