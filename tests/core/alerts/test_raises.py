import msgspec
import pytest
from msgspec import UNSET

from tests.core.text.letters import text
from tests.core.world import ByLabels, World, settings
from triaged.core.records.events import Acknowledged, Reopened, Resolved, SeverityChosen
from triaged.core.records.model import Incident, Severity, State
from triaged.core.records.severity import FiringFor, ManyAlerts, ManyValues, Raise, Reopenings
from triaged.core.text.wording import Reading
from triaged.core.time.durations import MINUTE
from triaged.wire import encode

TEN = Raise(Severity.SEV1, ManyAlerts(3, 5 * MINUTE))
PODS = Raise(Severity.SEV1, ManyValues("pod", 2, 10 * MINUTE))
LONG = Raise(Severity.SEV2, FiringFor(30 * MINUTE))
LONGER = Raise(Severity.SEV1, FiringFor(60 * MINUTE))
AGAIN = Raise(Severity.SEV1, Reopenings(2))


def world_with(*raises: Raise) -> World:
    return World(settings(rules=ByLabels(None, *raises)))


def severity(world: World) -> tuple[str, str]:
    return world.incident.severity, world.incident.severity_by


def test_so_many_alerts_in_time_raise_the_severity_and_page_anew() -> None:
    world = world_with(TEN)
    for pod in "ab":
        world.fires(severity="SEV-3", pod=pod)
    assert severity(world) == ("SEV-3", "rule:label-SEV-3")

    world.fires(severity="SEV-3", pod="c")

    assert severity(world) == ("SEV-1", "raise:gathering")
    assert world.incident.escalation.epoch == 2
    changed = [entry for entry in world.entries[1] if entry.kind == "severity.changed"]
    assert [entry.text for entry in changed] == ["SEV-3 → SEV-1: 3 alerts within 5m"]


def test_alerts_that_come_too_slowly_raise_nothing() -> None:
    world = world_with(TEN)

    for pod in "abcdef":
        world.fires(severity="SEV-3", pod=pod)
        world.run(150)

    assert severity(world) == ("SEV-3", "rule:label-SEV-3")


def test_repeats_and_the_same_alert_again_are_not_another_alert() -> None:
    world = world_with(TEN)
    world.fires(severity="SEV-3", pod="a")
    world.fires(severity="SEV-3", pod="b")

    for _ in range(5):
        world.fires(severity="SEV-3", pod="a")
        world.ends(pod="b")
        world.fires(severity="SEV-3", pod="b")

    assert world.incident.severity == "SEV-3"


def test_distinct_values_count_not_alerts_and_no_value_is_none() -> None:
    world = world_with(PODS)
    world.fires(severity="SEV-3", pod="a", zone="1")
    world.fires(severity="SEV-3", pod="a", zone="2")
    world.fires(severity="SEV-3", zone="3")
    assert world.incident.severity == "SEV-3"

    world.fires(severity="SEV-3", pod="b")

    assert severity(world) == ("SEV-1", "raise:gathering")


def test_what_fires_long_is_raised_by_time_even_when_acknowledged() -> None:
    world = world_with(LONG, LONGER)
    world.fires(severity="SEV-3")
    world.handle(Acknowledged(1, "alice"))
    world.run(30 * 60 - 1)
    assert world.incident.severity == "SEV-3"

    world.run(1)

    assert severity(world) == ("SEV-2", "raise:gathering")
    assert world.state() is State.OPEN
    world.run(30 * 60)
    assert world.incident.severity == "SEV-1"


def test_the_time_begins_anew_when_nothing_fired_in_between() -> None:
    world = World(settings(rules=ByLabels(None, LONG)))
    world.fires(severity="SEV-3")
    world.run(29 * 60)
    world.ends()
    world.fires(severity="SEV-3")

    world.run(29 * 60)

    assert world.incident.severity == "SEV-3"
    world.run(60)
    assert world.incident.severity == "SEV-2"


def test_what_is_resolved_is_not_raised_by_time() -> None:
    world = world_with(LONG)
    world.fires(severity="SEV-3")
    world.handle(Resolved(1, "alice"))

    world.run(29 * 60)

    assert world.incident.severity == "SEV-3"
    world.handle(Reopened(1, "alice"))
    world.run(30 * 60)
    assert world.incident.severity == "SEV-2"


def test_re_opening_again_and_again_raises_the_severity() -> None:
    world = world_with(AGAIN)
    world.fires(severity="SEV-3")
    for _ in range(2):
        world.ends()
        world.run(60)
        assert world.incident.severity == "SEV-3"
        world.fires(severity="SEV-3")

    assert severity(world) == ("SEV-1", "raise:gathering")
    assert world.incident.reopens == 2


def test_a_choice_holds_against_what_was_counted_and_not_against_what_comes() -> None:
    world = world_with(TEN, LONG)
    for pod in "ab":
        world.fires(severity="SEV-3", pod=pod)
    world.handle(SeverityChosen(1, "alice", Severity.SEV4))
    world.ends(pod="a")

    world.fires(severity="SEV-4", pod="a")
    world.fires(severity="SEV-4", pod="c")
    world.fires(severity="SEV-4", pod="d")
    world.run(120)
    assert world.incident.severity == "SEV-4"

    world.fires(severity="SEV-4", pod="e")
    assert severity(world) == ("SEV-1", "raise:gathering")


def test_the_worse_of_the_alert_and_the_raise_decides() -> None:
    world = world_with(Raise(Severity.SEV3, ManyAlerts(2, MINUTE)))
    world.fires(severity="SEV-4", pod="a")

    world.fires(severity="SEV-1", pod="b")

    assert severity(world) == ("SEV-1", "rule:label-SEV-1")


@pytest.mark.parametrize("each", [TEN, PODS])
def test_what_is_counted_stays_below_what_the_raise_needs(each: Raise) -> None:
    world = world_with(each)

    for pod in range(50):
        world.fires(severity="SEV-3", pod=str(pod))
        raising = world.incident.raising
        assert raising is not UNSET
        assert all(len(counted) < 3 for counted in raising.seen)


def test_an_incident_without_raises_is_written_without_them() -> None:
    plain, counting = World(), world_with(TEN)
    for world in (plain, counting):
        world.fires(severity="SEV-3", pod="a")

    assert b"raising" not in encode(plain.incident)
    assert msgspec.json.decode(encode(counting.incident), type=Incident) == counting.incident


def test_an_incident_that_takes_over_counts_anew() -> None:
    world = world_with(LONG)
    world.fires(severity="SEV-3")
    world.run(60)
    world.handle(Resolved(1, "alice"))
    world.run(30 * 60)
    assert world.incident.number == 2

    world.run(30 * 60)

    assert severity(world) == ("SEV-2", "raise:gathering")


def test_a_page_says_that_a_raise_made_it_worse() -> None:
    world = world_with(TEN)
    for pod in "abc":
        world.fires(severity="SEV-3", pod=pod)
    page = max(world.view.pages.values(), key=lambda page: page.epoch)

    assert "Got worse: raise:gathering." in text(page, world.incident, Reading(world.now))
