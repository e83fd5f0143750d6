"""What is not merged, and what the refusal says is possible."""

from msgspec.structs import replace

from tests.core.practice.world import two
from tests.core.world import World, settings
from triaged.core.records.answers import Acted, Conflict
from triaged.core.records.events import Closed, Resolved, SelfAlertFired
from triaged.core.records.practice.events import Merged
from triaged.core.records.practice.lineage import LINKED_MAX, Lineage
from triaged.core.settings import StormLimit
from triaged.core.time.durations import HOUR


def refusal(world: World, old: int, into: int) -> str:
    """Why one is not merged into the other."""
    before = dict(world.view.incidents)
    answer = world.handle(Merged(old, "bob", into))
    assert isinstance(answer, Conflict)
    assert world.view.incidents == before
    return answer.detail


def test_incident_is_not_merged_into_itself() -> None:
    assert refusal(two(), 1, 1) == "INC-1: cannot be merged into itself"


def test_merged_incident_goes_nowhere_else() -> None:
    world = two()
    world.fires(alertname="Full", severity="SEV-2")
    world.handle(Merged(2, "bob", 1))

    assert refusal(world, 2, 3) == "INC-2: was merged into INC-1: act on that"
    assert refusal(world, 3, 2) == "INC-3: INC-2 was merged into INC-1: act on that"


def test_what_is_over_takes_nothing_in_and_is_not_merged() -> None:
    world = two()
    world.handle(Resolved(1, "bob"))
    assert refusal(world, 2, 1) == (
        "INC-2: INC-1 is resolved; merge into one that is open, or reopen that"
    )
    assert refusal(world, 1, 2) == (
        "INC-1: cannot merge an incident that is resolved; possible now: reopen, close"
    )
    world.handle(Closed(1, "bob"))
    assert "INC-1 is closed" in refusal(world, 2, 1)


def test_drill_and_real_incident_stay_apart() -> None:
    world = two()
    world.view.incidents[2] = replace(world.view.incidents[2], kind="drill")

    assert "INC-2 is of kind drill" in refusal(world, 2, 1)
    assert "INC-2 of kind drill" in refusal(world, 1, 2)


def test_umbrella_of_a_storm_stays_apart() -> None:
    world = World(settings(storm=StormLimit(1, HOUR)))
    for name in ("Down", "Slow", "Full"):
        world.fires(alertname=name, severity="SEV-2")
    umbrella = next(one for one in world.view.incidents.values() if one.title.startswith("Storm"))
    under = next(one for one in world.view.incidents.values() if one.storm == umbrella.number)

    assert "is the umbrella of a storm" in refusal(world, under.number, umbrella.number)
    assert "is the umbrella of a storm" in refusal(world, umbrella.number, under.number)


def test_incident_under_an_umbrella_can_be_merged() -> None:
    world = World(settings(storm=StormLimit(1, HOUR)))
    for name in ("Down", "Slow", "Full"):
        world.fires(alertname=name, severity="SEV-2")
    under = next(one for one in world.view.incidents.values() if one.storm is not None)

    assert world.handle(Merged(under.number, "bob", 1)) == Acted(under.number)

    assert world.view.incidents[under.number].bundled_at is None


def test_incident_about_triaged_itself_stays_apart() -> None:
    world = two()
    world.handle(SelfAlertFired("room", "no room", "make some", found_at=0))

    assert "INC-3 was opened by triaged itself" in refusal(world, 3, 1)
    assert "INC-3 was opened by triaged itself" in refusal(world, 1, 3)


def test_number_of_merges_is_limited() -> None:
    world = two()
    full = Lineage(merged=tuple(range(100, 100 + LINKED_MAX)))
    world.view.incidents[1] = replace(world.view.incidents[1], kin=full)

    assert f"has taken in {LINKED_MAX} incidents" in refusal(world, 2, 1)
