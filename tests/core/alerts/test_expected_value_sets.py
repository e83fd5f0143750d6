"""`expect: {every: 5m, by: [cluster]}`: each cluster is missed for itself, once it was seen."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.world import World, settings
from triaged.core.alerts.expectations import NAME_MAX, VALUE_SETS_MAX
from triaged.core.records.effects import Count
from triaged.core.records.events import AlertReceived, Resolved, SettingsLoaded, SilenceSet
from triaged.core.records.expectations import Expectation, with_values
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Severity, State
from triaged.core.time.durations import HOUR, MINUTE

CHAINS = Expectation("rule:chains", 5 * MINUTE, Severity.SEV1, by=("cluster",))
WHOLE = replace(CHAINS, by=())


class ByCluster:
    """Alerts called Watchdog meet the rule `chains`, by cluster."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The expectation with the alert's cluster."""
        if alert.labels["alertname"] != "Watchdog":
            return []
        return [with_values(CHAINS.name, [("cluster", alert.labels.get("cluster", ""))])]


def expecting(*wanted: Expectation, world: World | None = None, started: bool = False) -> World:
    """A world whose settings have just been loaded."""
    world = world or World()
    by_name = {each.name: each for each in wanted}
    world.settings = settings(expectations=by_name, expected=ByCluster())
    world.handle(SettingsLoaded(started))
    return world


def beat(world: World, *clusters: str) -> None:
    for cluster in clusters:
        world.fires(alertname="Watchdog", incident="no", cluster=cluster)


def watched(world: World) -> list[str]:
    return sorted(world.view.watches)


def found(world: World) -> list[tuple[dict[str, str], str]]:
    """(key, state) of every incident."""
    incidents = sorted(world.view.incidents.items())
    return [(dict(one.key), str(one.state)) for _, one in incidents]


def test_the_one_of_two_clusters_that_falls_silent_is_missed_by_name() -> None:
    world = expecting(CHAINS)
    beat(world, "eu1", "us1")

    for _ in range(6):
        world.run(60)
        beat(world, "us1")

    incident = world.incident
    assert found(world) == [({"expect": "chains", "cluster": "eu1"}, "open")]
    assert incident.title.startswith('chains{cluster="eu1"}: not seen since 2026-03-30T10:00:00Z')
    assert (incident.severity, incident.severity_by) == ("SEV-1", "rule:chains")
    assert world.pages()[0] == (300, "alice/desk")


def test_each_is_found_again_for_itself() -> None:
    world = expecting(CHAINS)
    beat(world, "eu1", "us1")
    world.run(6 * 60)

    beat(world, "us1")

    assert sorted(found(world), key=str) == [
        ({"expect": "chains", "cluster": "eu1"}, "open"),
        ({"expect": "chains", "cluster": "us1"}, "resolved"),
    ]


def test_until_a_value_was_seen_the_rule_is_missed_as_a_whole() -> None:
    world = expecting(CHAINS)
    world.run(6 * 60)
    assert found(world) == [({"expect": "chains"}, "open")]

    beat(world, "eu1")

    assert found(world) == [({"expect": "chains"}, "resolved")]
    assert watched(world) == ['rule:chains{cluster="eu1"}']


def test_values_stay_known_over_a_restart() -> None:
    world = expecting(CHAINS)
    beat(world, "eu1", "us1")
    before = watched(world)

    expecting(CHAINS, world=world, started=True)

    assert watched(world) == before == ['rule:chains{cluster="eu1"}', 'rule:chains{cluster="us1"}']


@pytest.mark.parametrize("after", [(), (WHOLE,), (replace(CHAINS, by=("region",)),)])
def test_a_rule_that_goes_or_has_other_labels_takes_all_values_along(
    after: tuple[Expectation, ...],
) -> None:
    world = expecting(CHAINS)
    beat(world, "eu1", "us1")
    world.run(6 * 60)

    expecting(*after, world=world)

    assert watched(world) == [each.name for each in after]
    assert {state for _, state in found(world)} == {"resolved"}


def test_what_a_person_resolves_is_gone_until_it_comes_again() -> None:
    world = expecting(CHAINS)
    beat(world, "eu1")
    world.run(6 * 60)
    world.handle(Resolved(1, "alice"))

    world.run(3 * 3600)
    assert found(world) == [({"expect": "chains", "cluster": "eu1"}, "resolved")]
    beat(world, "eu1")
    world.run(6 * 60)

    assert (world.incident.number, world.incident.state) == (2, State.OPEN)


def test_a_value_that_is_gone_is_forgotten_with_its_incident() -> None:
    world = expecting(CHAINS)
    beat(world, "eu1")
    world.run(6 * 60)
    world.handle(Resolved(1, "alice"))
    world.run(2 * 3600)
    assert watched(world) == ['rule:chains{cluster="eu1"}']

    world.view.incidents.clear()
    world.view.latest.clear()
    world.run(3601)

    assert watched(world) == []


def test_values_beyond_the_limit_are_counted_and_not_expected() -> None:
    world = expecting(CHAINS)
    for number in range(VALUE_SETS_MAX):
        beat(world, f"c{number}")

    beat(world, "more")
    labels = {"alertname": "Watchdog", "cluster": "more", "incident": "no"}
    again = AlertReceived(world.alert("am", labels, firing=True), world.now)
    decision = world.decide(world.situation(), again)

    assert Count("value_sets", "rule:chains", "am") in decision.effects
    assert len(world.view.watches) == VALUE_SETS_MAX


def test_a_value_too_long_for_a_name_is_not_expected() -> None:
    world = expecting(CHAINS)

    beat(world, "x" * NAME_MAX)

    assert watched(world) == ["rule:chains"]


CLUSTERS = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=6, unique=True)


@examples(max_examples=25)
@given(CLUSTERS, st.data())
def test_exactly_what_falls_silent_is_told(clusters: list[str], data: st.DataObject) -> None:
    silent = data.draw(st.sets(st.sampled_from(clusters), max_size=len(clusters) - 1))
    world = expecting(CHAINS)
    beat(world, *clusters)

    for _ in range(3):
        world.run(120)
        beat(world, *(cluster for cluster in clusters if cluster not in silent))

    assert sorted(dict(one.key)["cluster"] for one in world.view.incidents.values()) == sorted(
        silent
    )


def test_a_silence_of_one_cluster_mutes_the_incident_about_it_alone() -> None:
    world = expecting(CHAINS)
    beat(world, "eu1", "us1")
    cluster = (Matcher("cluster", "=", "eu1"),)
    world.handle(SilenceSet("s1", cluster, world.now, world.now + HOUR, "bob", "moved"))

    world.run(10 * 60)

    held = {dict(one.key)["cluster"]: one.held_by for one in world.view.incidents.values()}
    assert held == {"eu1": ("silence:s1",), "us1": ()}
