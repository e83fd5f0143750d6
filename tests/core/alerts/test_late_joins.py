"""Alerts that join an acknowledged incident: whom they reach, how, and in what words."""

import pytest

from tests.core.world import World, settings
from triaged.core.alerts.late_joins import HASH_BYTES, OBJECTS_MAX
from triaged.core.records.events import Acknowledged, NoteAdded, Refused, Resolved, Snoozed
from triaged.core.records.model import Page, PageKind
from triaged.core.time.durations import HOUR, MINUTE


def held(seconds: int, by: str = "alice") -> World:
    """A world with INC-1 about pod a on node n1, acknowledged so many seconds ago."""
    world = World()
    world.fires(severity="SEV-2", pod="a", node="n1")
    world.deliver()
    world.handle(Acknowledged(1, by))
    world.run(seconds)
    return world


def new_pages(world: World) -> list[Page]:
    """Pages to the holder, those by mail left out."""
    return [
        page
        for _, page in world.sent
        if page.kind is PageKind.PAGE and page.target == "holder"
        if page.recipient.contact == "desk"
    ]


def joined(world: World) -> list[str]:
    """The notices about joins."""
    return [subject for _, subject in world.updates() if subject.startswith("joined")]


@pytest.mark.parametrize(
    ("pod", "node", "named"), [("b", "n1", "pod=b"), ("a", "n2", "node=n2"), ("b", "n2", "pod=b")]
)
def test_a_new_object_that_joins_late_pages_the_holder_within_a_minute(
    pod: str, node: str, named: str
) -> None:
    world = held(20 * 60)

    world.fires(severity="SEV-2", pod=pod, node=node)
    world.run(60)

    (page,) = new_pages(world)
    assert page.recipient.person == "alice"
    assert page.urgency == "page"
    assert named in page.subject
    assert world.incident.holder == "alice"


def test_what_joins_soon_is_a_notice_that_names_it() -> None:
    world = held(4 * 60)

    world.fires(severity="SEV-2", pod="b", node="n1")
    world.run(60)

    assert new_pages(world) == []
    assert joined(world) == ["joined: pod=b: Down"]


def test_a_late_join_that_brings_nothing_new_is_a_notice() -> None:
    world = held(0)
    world.fires(severity="SEV-2", pod="b", node="n2")
    world.run(20 * 60)

    world.fires(severity="SEV-2", pod="a", node="n2")
    world.run(60)

    assert new_pages(world) == []
    assert joined(world)[-1] == "joined: pod=a, node=n2: Down"


def test_an_alert_that_comes_back_brings_nothing_new() -> None:
    world = held(0)
    world.fires(severity="SEV-2", pod="b", node="n1")
    world.ends(pod="b", node="n1")
    world.run(20 * 60)

    world.fires(severity="SEV-2", pod="b", node="n1")
    world.run(60)

    assert new_pages(world) == []


def test_what_joins_together_is_one_page_that_names_the_first_five() -> None:
    world = held(20 * 60)

    for number in range(8):
        world.fires(severity="SEV-2", pod=f"p{number}", node="n1")
        world.run(1)
    world.run(60)

    (page,) = new_pages(world)
    assert "pod=p0" in page.subject
    assert "pod=p4" in page.subject
    assert page.subject.endswith("and 3 more")


def test_the_holder_is_paged_at_most_once_a_minute() -> None:
    world = held(20 * 60)

    for number in range(120):
        world.fires(severity="SEV-2", pod=f"p{number}", node="n1")
        world.run(1)

    assert len(new_pages(world)) <= 3


def test_a_rise_pages_by_the_policy_and_not_the_holder() -> None:
    world = held(20 * 60)

    world.fires(severity="SEV-1", pod="b", node="n1")
    world.run(70)

    assert new_pages(world) == []
    assert world.incident.holder is None


def test_the_new_holder_is_paged_and_a_snooze_does_not_hide_it() -> None:
    world = held(0, "alice")
    world.handle(Acknowledged(1, "bob", take_over=True))
    world.handle(Snoozed(1, "bob", world.now + HOUR))
    world.run(20 * 60)

    world.fires(severity="SEV-2", pod="b", node="n1")
    world.run(60)

    assert [page.recipient.person for page in new_pages(world)] == ["bob"]


def test_what_is_over_before_it_is_told_pages_nobody() -> None:
    world = held(20 * 60)
    world.fires(severity="SEV-2", pod="b", node="n1")
    world.run(1)

    world.handle(Resolved(1, "alice"))
    world.run(60)

    assert new_pages(world) == []


def test_a_holder_who_acts_is_not_paged_by_the_next_contact() -> None:
    world = held(20 * 60)
    world.provider = lambda page, now: Refused("no")
    world.fires(severity="SEV-2", pod="b", node="n1")
    world.run(15)
    world.handle(NoteAdded(1, "alice", "saw it"))
    count = len(world.view.pages)

    world.run(5 * 60)

    assert len(world.view.pages) == count


def test_the_values_of_an_incident_are_bounded() -> None:
    world = held(0)

    for number in range(300):
        world.fires(severity="SEV-2", pod=f"p{number}", node="n1")

    assert len(world.incident.object_hashes) == OBJECTS_MAX * HASH_BYTES


def test_another_time_of_quiet_can_be_set() -> None:
    world = World(settings(join_quiet=0 * MINUTE))
    world.fires(severity="SEV-2", pod="a")
    world.handle(Acknowledged(1, "alice"))

    world.fires(severity="SEV-2", pod="b")
    world.run(60)

    assert len(new_pages(world)) == 1
