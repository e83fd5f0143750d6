"""Today's rules for what fires: worse raises, better does not lower, a choice holds."""

from msgspec.structs import replace

from tests.core.world import World
from triaged.core.records.effects import Decision
from triaged.core.records.events import Reclassification, Reclassified, SeverityChosen
from triaged.core.records.model import Alert, Outcome, Severity


def verdict(world: World, severity: str | None, pod: str = "1") -> Reclassification:
    """What today's rules make of the alert with this pod."""
    alert = world.alert("am", {"pod": pod}, firing=True)
    return Reclassification("am", alert.fingerprint, outcome_of(world, alert, severity))


def outcome_of(world: World, alert: Alert, severity: str | None) -> Outcome:
    outcome = world.settings.rules.classify(alert, world.now)
    chosen = None if severity is None else Severity(severity)
    return replace(outcome, severity=chosen, rule="today")


def reclassify(world: World, *verdicts: Reclassification) -> None:
    world.handle(Reclassified(1, verdicts))


def test_a_worse_verdict_raises_the_incident_and_pages() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="1")
    world.deliver()

    reclassify(world, verdict(world, "SEV-1"))
    world.deliver()

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-1", "rule:today")
    assert world.incident.firing == {"SEV-1": 1}
    assert world.incident.escalation.epoch == 2
    assert "alerts.reclassified" in world.kinds()


def test_a_better_verdict_does_not_lower_it() -> None:
    world = World()
    world.fires(severity="SEV-1", pod="1")

    reclassify(world, verdict(world, "SEV-3"))

    assert world.incident.severity == "SEV-1"
    assert world.incident.firing == {"SEV-3": 1}


def test_a_persons_choice_covers_what_is_attached() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="1")
    world.handle(SeverityChosen(1, "person:alice", Severity.SEV4, "a test"))

    reclassify(world, verdict(world, "SEV-1"))

    assert world.incident.severity == "SEV-4"


def test_one_entry_tells_of_all_alerts_of_an_incident() -> None:
    world = World()
    for pod in ("1", "2", "3"):
        world.fires(severity="SEV-3", pod=pod)

    reclassify(world, *[verdict(world, "SEV-2", pod) for pod in ("1", "2", "3")])

    assert world.kinds().count("alerts.reclassified") == 1
    assert world.incident.firing == {"SEV-2": 3}


def test_what_ended_meanwhile_or_is_the_same_is_left_alone() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="1")
    world.fires(severity="SEV-3", pod="2")
    world.ends(pod="1")
    before = world.incident

    same = replace(verdict(world, "SEV-3", "2"))
    same = replace(same, outcome=replace(same.outcome, rule="label-SEV-3"))
    decision = world.decide(world.situation(), Reclassified(1, (verdict(world, "SEV-1"), same)))

    assert decision.effects == Decision().effects
    assert world.incident == before


def test_an_alert_without_an_incident_changes_alone() -> None:
    world = World()
    world.fires(pod="1", incident="no")
    alert = world.alert("am", {"pod": "1", "incident": "no"}, firing=True)
    named = Reclassification("am", alert.fingerprint, outcome_of(world, alert, "SEV-2"))

    world.handle(Reclassified(None, (named,)))

    assert world.view.alerts["am", alert.fingerprint].severity == "SEV-2"
    assert world.view.incidents == {}
