"""Trouble of triaged's own reaches a human, once, and is over when it is over."""

from tests.core.world import World
from triaged.core.records.answers import Attached
from triaged.core.records.events import Resolved, SelfAlertFired, SelfAlertResolved
from triaged.core.records.model import Severity, State

FOUND = SelfAlertFired("room", "no room", "make some", found_at=0)
ENDED = SelfAlertResolved("room", "there is room again")


def test_trouble_pages_as_the_worst_that_there_is() -> None:
    world = World()

    answer = world.handle(FOUND)
    world.deliver()

    assert answer == Attached(1)
    assert (world.incident.title, world.incident.severity) == ("no room", Severity.SEV1)
    assert world.incident.severity_by == "triaged"
    assert world.pages()[0] == (0, "alice/desk")
    assert world.entries[1][0].text == "SEV-1 make some"


def test_trouble_that_is_known_opens_nothing_more() -> None:
    world = World()
    world.handle(FOUND)

    assert world.handle(FOUND) == Attached(1)
    assert len(world.view.incidents) == 1


def test_when_it_is_over_its_incident_is() -> None:
    world = World()
    world.handle(FOUND)
    world.deliver()

    world.handle(ENDED)
    world.deliver()

    assert world.state() is State.RESOLVED
    texts = [entry.text for entry in world.entries[1] if entry.kind == "incident.resolved"]
    assert texts == ["resolved: there is room again"]
    assert "alice/mail" in [who for who, _ in world.updates()]


def test_trouble_that_comes_back_soon_pages_again() -> None:
    world = World()
    world.handle(FOUND)
    world.deliver()
    world.handle(ENDED)
    world.run(60)

    assert world.handle(FOUND) == Attached(1)
    world.deliver()

    assert world.state() is State.OPEN
    assert (60, "alice/desk") in world.pages()


def test_trouble_that_comes_back_late_is_another() -> None:
    world = World()
    world.handle(FOUND)
    world.handle(ENDED)
    world.run(31 * 60)

    assert world.handle(FOUND) == Attached(2)
    assert world.incident.previous == 1


def test_nothing_is_over_that_did_not_begin() -> None:
    world = World()

    world.handle(ENDED)
    world.handle(FOUND)
    world.handle(Resolved(1, "bob"))
    world.handle(ENDED)

    assert world.kinds().count("incident.resolved") == 1
