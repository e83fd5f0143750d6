from collections.abc import Iterable, Sequence

import pytest
from msgspec.structs import replace

from tests.core.world import World, settings
from triaged.core.records.effects import SaveWatch
from triaged.core.records.events import AlertReceived, Resolved, SettingsLoaded, SilenceSet
from triaged.core.records.expectations import Expectation
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Severity, State
from triaged.core.time.durations import MINUTE

WATCHDOG = Expectation("rule:watchdog", 5 * MINUTE, Severity.SEV1, team="payments")
SILENCE = Expectation("source:am", 15 * MINUTE)


class ByName:
    """The alert Watchdog is expected."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """Its expectation."""
        return ["rule:watchdog"] if alert.labels["alertname"] == "Watchdog" else []


def expecting(*wanted: Expectation, world: World | None = None) -> World:
    """A world whose settings have just been loaded."""
    started = world is None
    world = world or World()
    by_name = {each.name: each for each in wanted}
    world.settings = settings(expectations=by_name, expected=ByName())
    world.handle(SettingsLoaded(started))
    return world


def watchdog(world: World) -> None:
    world.fires(alertname="Watchdog", incident="no")


def test_while_it_keeps_coming_nothing_happens() -> None:
    world = expecting(WATCHDOG)

    for _ in range(30):
        watchdog(world)
        world.run(290)

    assert world.view.incidents == {}


def test_what_stops_coming_opens_an_incident_that_says_since_when_and_pages() -> None:
    world = expecting(WATCHDOG)
    for _ in range(10):
        watchdog(world)
        world.run(30)
    watchdog(world)

    world.run(5 * 60 - 1)
    assert world.view.incidents == {}
    world.run(1)

    incident = world.incident
    assert (incident.severity, incident.severity_by) == ("SEV-1", "rule:watchdog")
    assert incident.key == (("expect", "watchdog"),)
    assert incident.team == "payments"
    assert incident.title == (
        "watchdog: not seen since 2026-03-30T10:05:00Z; it should come every 5m"
    )
    assert world.pages()[0] == (600, "alice/desk")


def test_a_repeat_writes_its_row_at_most_four_times_a_period() -> None:
    world = expecting(WATCHDOG)
    writes = 0
    watchdog(world)

    for _ in range(60):
        world.run(5)
        alert = world.alert("am", {"alertname": "Watchdog", "incident": "no"}, firing=True)
        event = AlertReceived(alert, world.now)
        decision = world.decide(world.situation(), event)
        writes += sum(isinstance(effect, SaveWatch) for effect in decision.effects)
        watchdog(world)

    assert writes == 4


def test_it_resolves_when_the_alert_comes_again_and_re_opens_when_it_stops_again() -> None:
    world = expecting(WATCHDOG)
    watchdog(world)
    world.run(6 * 60)

    watchdog(world)

    assert world.state() is State.RESOLVED
    world.run(6 * 60)
    assert world.state() is State.OPEN
    assert (world.incident.number, world.incident.reopens) == (1, 1)


def test_what_was_never_seen_is_missed_from_when_it_was_first_expected() -> None:
    world = expecting(WATCHDOG)

    world.run(5 * 60)

    assert "never seen, expected since 2026-03-30T10:00:00" in world.incident.title


def test_a_restart_does_not_begin_anew_and_gives_senders_time() -> None:
    world = expecting(WATCHDOG)
    watchdog(world)
    world.run(4 * 60)
    world.handle(SettingsLoaded(started=True))

    world.run(119)
    assert world.view.incidents == {}
    world.run(1)

    assert world.state() is State.OPEN


def test_a_rule_that_goes_takes_its_incident_along() -> None:
    world = expecting(WATCHDOG, SILENCE)
    world.run(6 * 60)

    expecting(SILENCE, world=world)

    assert world.state() is State.RESOLVED
    assert list(world.view.watches) == ["source:am"]


def test_a_rule_that_comes_counts_from_then() -> None:
    world = expecting()
    world.fires(alertname="Watchdog", incident="no")
    world.run(3600)

    expecting(WATCHDOG, world=world)
    world.run(299)

    assert world.view.incidents == {}
    world.run(1)
    assert world.state() is State.OPEN


def test_a_changed_period_counts_from_the_same_sight() -> None:
    world = expecting(WATCHDOG)
    watchdog(world)
    world.run(200)

    expecting(replace(WATCHDOG, every_us=4 * MINUTE), world=world)
    world.run(40)

    assert world.state() is State.OPEN


def test_what_a_person_resolves_though_it_is_missing_comes_back_as_a_new_incident() -> None:
    world = expecting(WATCHDOG)
    world.run(300)
    world.handle(Resolved(1, "alice"))

    world.run(29 * 60)
    assert world.incident.number == 1
    world.run(2 * 60)

    assert (world.incident.number, world.incident.previous) == (2, 1)


def test_a_silent_source_opens_one_incident_and_any_alert_of_it_ends_that() -> None:
    world = expecting(SILENCE)
    world.fires(severity="SEV-3")
    world.run(10 * 60)
    world.ends()
    world.run(15 * 60)

    assert world.incident.key == (("silent_source", "am"),)
    assert (world.incident.severity, world.incident.severity_by) == ("SEV-2", "triaged")
    assert world.incident.title.startswith("source am: not seen since 2026-03-30T10:10:00")
    world.fires(alertname="Other", severity="SEV-4")
    world.run(30)
    assert world.view.incidents[2].state is State.RESOLVED


def test_alerts_of_others_are_not_what_is_expected() -> None:
    world = expecting(WATCHDOG, SILENCE)

    for _ in range(5):
        world.fires("other", alertname="Else", incident="no")
        world.run(190)

    assert {incident.key[0][0] for incident in world.view.incidents.values()} == {
        "expect",
        "silent_source",
    }


def silenced(world: World, **labels: str) -> None:
    """A silence of 20 minutes for these labels."""
    matchers = tuple(Matcher(name, "=", value) for name, value in labels.items())
    wish = SilenceSet("s1", matchers, world.now, world.now + 20 * MINUTE, "bob", "maintenance")
    world.handle(wish)


def test_a_missing_alert_is_silenced_by_the_labels_that_it_had_when_it_was_seen() -> None:
    world = expecting(WATCHDOG)
    world.fires(alertname="Watchdog", incident="no", cluster="a")
    silenced(world, cluster="a")

    world.run(10 * 60)

    assert world.incident.held_by == ("silence:s1",)
    assert world.pages() == []
    world.run(11 * 60)
    assert world.pages()[0] == (1200, "alice/desk")


def test_an_open_incident_about_a_missing_alert_can_be_silenced_and_put_into_maintenance() -> None:
    world = expecting(WATCHDOG)
    watchdog(world)
    world.run(301)
    paged = len(world.pages())

    silenced(world, alertname="Watchdog")
    world.run(600)

    assert len(world.pages()) == paged
    assert "incident.muted" in world.kinds(world.incident.number)


def test_a_silence_of_other_labels_does_not_mute_a_missing_alert() -> None:
    world = expecting(WATCHDOG)
    world.fires(alertname="Watchdog", incident="no", cluster="a")
    silenced(world, cluster="b")

    world.run(10 * 60)

    assert world.pages()[0] == (300, "alice/desk")


def test_what_never_came_has_no_labels_to_be_silenced_by() -> None:
    world = expecting(WATCHDOG)
    silenced(world, alertname="Watchdog")

    world.run(10 * 60)

    assert world.pages() != []


TWO = {"am": 25 * 60 * MINUTE, "b": 25 * 60 * MINUTE}
ACROSS = replace(WATCHDOG, across_sources=True)


def reloaded(world: World, *wanted: Expectation, sources: Iterable[str] = ("am", "b")) -> World:
    by_name = {each.name: each for each in wanted}
    stale_after = {name: TWO[name] for name in sources}
    world.settings = settings(expectations=by_name, expected=ByName(), stale_after=stale_after)
    world.handle(SettingsLoaded(started=False))
    return world


def beat(world: World, *sources: str, seconds: int = 600) -> None:
    """A Watchdog of each source, every two minutes."""
    for _ in range(seconds // 120):
        for source in sources:
            world.fires(source, alertname="Watchdog", incident="no")
        world.run(120)


def titles(world: World) -> list[str]:
    return [one.title.partition(":")[0] for one in world.view.incidents.values() if one.live]


@pytest.mark.parametrize("silent", ["am", "b"])
def test_an_alert_of_one_source_is_not_the_one_expected_of_another(silent: str) -> None:
    world = reloaded(World(), WATCHDOG)
    beat(world, "am", "b")

    beat(world, *({"am", "b"} - {silent}))

    assert titles(world) == [f"watchdog from {silent}"]
    assert f"of source {silent} " in world.incident.text
    beat(world, "am", "b", seconds=120)
    assert titles(world) == []


def test_across_sources_an_alert_of_any_source_will_do() -> None:
    world = reloaded(World(), ACROSS)
    beat(world, "am", "b")

    beat(world, "b")

    assert titles(world) == []
    assert list(world.view.watches) == ["rule:watchdog"]


def test_a_rule_that_now_takes_any_source_ends_the_watch_of_a_further_one() -> None:
    world = reloaded(World(), WATCHDOG)
    beat(world, "am", "b")
    beat(world, "am")
    assert titles(world) == ["watchdog from b"]

    reloaded(world, ACROSS)

    assert list(world.view.watches) == ["rule:watchdog"]
    assert titles(world) == []


@pytest.mark.parametrize("silent", ["am", "b"])
def test_what_a_person_resolved_of_one_source_is_gone_while_the_other_goes_on(silent: str) -> None:
    world = reloaded(World(), WATCHDOG)
    other = "b" if silent == "am" else "am"
    beat(world, "am", "b")
    beat(world, other)
    world.handle(Resolved(world.incident.number, "bob"))

    beat(world, other, seconds=2 * 60 * 60)
    assert titles(world) == []

    world.run(600)
    assert titles(world) == ["watchdog from " + other if silent == "b" else "watchdog"]


@pytest.mark.parametrize("kept", ["am", "b"])
def test_a_source_that_is_configured_no_more_is_expected_no_more(kept: str) -> None:
    world = reloaded(World(), WATCHDOG)
    beat(world, "am", "b")

    reloaded(world, WATCHDOG, sources=[kept])
    beat(world, kept)

    assert {name: watch.source for name, watch in world.view.watches.items()} == {
        "rule:watchdog": kept
    }
    assert titles(world) == []


def test_the_only_source_may_get_another_name() -> None:
    world = reloaded(World(), WATCHDOG, sources=["am"])
    beat(world, "am")

    reloaded(world, WATCHDOG, sources=["b"])
    beat(world, "b")

    assert [watch.source for watch in world.view.watches.values()] == ["b"]
    assert titles(world) == []
