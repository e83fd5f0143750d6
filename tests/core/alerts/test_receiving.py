import pytest
from msgspec.structs import replace

from tests.core.world import MONDAY, ByLabels, World, settings
from triaged.core.decide import decide
from triaged.core.records.answers import Attached
from triaged.core.records.effects import IgnoreReport, RepeatAlert
from triaged.core.records.events import AlertReceived
from triaged.core.records.model import Alert, IgnoredReason, ResolvePolicy, ResolveWhen, State
from triaged.core.time.durations import HOUR, MINUTE, SECOND


def test_the_first_alert_of_a_key_opens_an_incident() -> None:
    world = World()

    answer = world.fires(severity="SEV-2")

    assert answer == Attached(1)
    assert world.state() is State.OPEN
    assert world.incident.severity_by == "rule:label-SEV-2"
    assert world.kinds()[0] == "incident.opened"


def test_a_repeat_attaches_and_changes_no_incident() -> None:
    world = World()
    world.fires(severity="SEV-2")
    before = world.incident

    answer = world.fires(severity="SEV-2")

    assert answer == Attached(1)
    assert world.incident == before


def test_the_same_start_from_two_peers_a_millisecond_apart_is_a_repeat() -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="10")
    state = world.view.alerts["am", "alertname=Down"]

    world.fires(severity="SEV-2", _starts="11")

    assert world.view.alerts["am", "alertname=Down"] == state


def test_a_later_start_of_a_firing_alert_is_a_repeat() -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="0")

    world.fires(severity="SEV-2", _starts="600")  # another Alertmanager heard the replica first

    assert world.view.alerts["am", "alertname=Down"].episode == 1
    assert world.incident.firing == {"SEV-2": 1}


def test_an_incident_resolves_when_its_last_alert_does() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    world.fires(severity="SEV-2", pod="b")

    world.ends(pod="a")
    assert world.state() is State.OPEN
    world.ends(pod="b")

    assert world.state() is State.RESOLVED
    assert (world.incident.firing, world.incident.resolved) == ({}, 2)


def test_a_resolve_of_what_never_fired_opens_nothing() -> None:
    world = World()

    answer = world.ends(pod="a")

    assert answer == Attached(None)
    assert world.view.incidents == {}


@pytest.mark.parametrize("start", ["0", "100", "150"])
def test_a_resolve_ends_an_alert_whatever_start_it_names(start: str) -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="100")

    world.ends(severity="SEV-2", _starts=start, _ends="200")

    assert world.state() is State.RESOLVED


def test_a_late_resolve_of_an_earlier_episode_is_not_applied() -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="100")
    late = world.alert("am", {"severity": "SEV-2", "_starts": "0", "_ends": "100"}, firing=False)

    decision = decide(world.situation(), AlertReceived(late, world.now))

    assert decision.effects == (IgnoreReport(late, IgnoredReason.LATE_END, world.now),)


def test_a_resolve_with_a_start_ends_what_began_without_one() -> None:
    world = World(start=MONDAY + HOUR)
    world.fires(severity="SEV-2")

    world.ends(severity="SEV-2", _starts="-300")

    assert world.state() is State.RESOLVED


def test_another_source_cannot_resolve_an_alert() -> None:
    world = World()
    world.fires("am", severity="SEV-2")

    world.ends("forger", severity="SEV-2")

    assert world.state() is State.OPEN


def test_an_alert_for_no_incident_is_stored_and_opens_nothing() -> None:
    world = World()

    answer = world.fires(incident="no")

    assert answer == Attached(None)
    assert world.view.alerts["am", "alertname=Down/incident=no"].firing
    assert world.view.incidents == {}


def test_an_alert_that_the_rules_now_keep_out_leaves_its_incident() -> None:
    world = World()
    first = Alert("am", "f", firing=True, labels={"severity": "SEV-2"}, annotations={})
    first = replace(first, is_copy=True, starts_at=MONDAY, ends_at=MONDAY)
    world.handle(AlertReceived(first, MONDAY))
    kept_out = replace(first, starts_at=MONDAY + 1, labels={"incident": "no"})

    world.handle(AlertReceived(replace(kept_out, ends_at=MONDAY + HOUR), world.now))

    assert (world.state(), world.incident.firing) == (State.RESOLVED, {})
    assert world.view.alerts["am", "f"].incident is None


def test_an_alert_that_is_repeated_does_not_lapse() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.run(20 * 3600)
    world.fires(severity="SEV-2")
    world.run(20 * 3600)

    assert world.state() is State.OPEN


def test_an_alert_lapses_when_its_source_goes_on_without_it() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")

    world.run(25 * 3600 - 60)
    world.fires(severity="SEV-2", pod="a", alertname="Other")
    world.run(3600)
    world.fires(severity="SEV-2", pod="a", alertname="Other")
    world.run(120)

    assert world.view.incidents[1].state is State.RESOLVED
    assert "alert.lapsed" in world.kinds(1)


def test_a_dead_source_resolves_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.run(80 * 3600)

    assert world.state() is State.OPEN


def test_an_alert_of_api_v2_lapses_at_its_ends_at() -> None:
    world = World()
    world.fires("prom", ends_at=MONDAY + 4 * MINUTE, severity="SEV-2")
    world.run(5 * 60)
    assert world.state() is State.OPEN
    world.fires("prom", ends_at=MONDAY + 20 * MINUTE, alertname="Other")

    world.run(61)

    assert world.view.incidents[1].state is State.RESOLVED


def test_a_repeat_that_ends_sooner_lapses_sooner() -> None:
    world = World()
    world.fires("prom", ends_at=MONDAY + HOUR, severity="SEV-2")
    world.fires("prom", ends_at=MONDAY + 4 * MINUTE, severity="SEV-2")
    world.run(5 * 60)
    world.fires("prom", ends_at=MONDAY + 20 * MINUTE, alertname="Other")

    world.run(61)

    assert world.view.incidents[1].state is State.RESOLVED


def test_a_repeat_lapses_as_the_settings_say_by_then() -> None:
    world = World(settings(stale_after={"am": None}))
    world.fires(severity="SEV-2")
    world.settings = settings(stale_after={"am": HOUR})
    world.fires(severity="SEV-2")
    world.run(3600)

    world.fires(alertname="Other")
    world.run(61)

    assert world.view.incidents[1].state is State.RESOLVED


def test_a_usual_repeat_is_one_row() -> None:
    world = World()
    world.fires("prom", ends_at=MONDAY + 4 * MINUTE, severity="SEV-2")
    alert = world.alert("prom", {"severity": "SEV-2"}, firing=True, ends_at=MONDAY + 5 * MINUTE)

    decision = decide(world.situation(), AlertReceived(alert, world.now))

    assert decision.effects == (RepeatAlert(alert, world.now, MONDAY + 5 * MINUTE),)


def test_a_source_without_stale_after_never_lapses() -> None:
    world = World()
    world.fires("generic", severity="SEV-2")

    assert world.lapses == {}


def test_a_hold_delays_the_resolve_and_a_new_alert_ends_it() -> None:
    policy = ResolvePolicy(ResolveWhen.ALL, 2 * MINUTE)
    world = World(settings(rules=ByLabels(policy)))
    world.fires(severity="SEV-2", pod="a")
    world.ends(pod="a")
    world.run(60)
    world.fires(severity="SEV-2", pod="b")
    world.run(180)
    assert world.state() is State.OPEN

    world.ends(pod="b")
    world.run(120)

    assert world.state() is State.RESOLVED
    assert world.incident.resolved_at == MONDAY + 360 * SECOND


def test_what_ended_first_and_fires_again_ends_the_hold() -> None:
    world = World(settings(rules=ByLabels(ResolvePolicy(ResolveWhen.FIRST, 2 * MINUTE))))
    world.fires(severity="SEV-2", pod="a")
    world.ends(pod="a")
    world.run(30)
    world.fires(severity="SEV-2", pod="a")

    world.run(90)

    assert world.state() is State.OPEN


def test_another_alert_leaves_the_hold_after_the_first_end() -> None:
    world = World(settings(rules=ByLabels(ResolvePolicy(ResolveWhen.FIRST, 2 * MINUTE))))
    world.fires(severity="SEV-2", pod="a")
    world.ends(pod="a")
    world.run(30)
    world.fires(severity="SEV-2", pod="b")

    world.run(90)

    assert world.state() is State.RESOLVED


def test_a_later_start_after_a_lapse_window_counts_its_own_incident() -> None:
    world = World(settings(reopen_within=HOUR))
    world.fires(severity="SEV-2", pod="a", _starts="0")
    world.ends(pod="a")
    world.run(2 * 3600)

    world.fires(severity="SEV-2", pod="a", _starts="7200")

    assert sorted(world.view.incidents) == [1, 2]
    assert world.incident.previous == 1


def test_an_alert_that_a_reload_lets_live_for_ever_is_looked_at_rarely() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.settings = settings(stale_after={"am": None})
    world.fires(severity="SEV-2")

    world.run(26 * 3600)

    assert world.state() is State.OPEN
    assert world.lapses["am", "alertname=Down"] > world.now
