from tests.core.world import World, settings
from triaged.core.alerts.severity import worst
from triaged.core.records.events import Acknowledged, SeverityChosen
from triaged.core.records.model import Response, Severity, State
from triaged.core.time.durations import MINUTE


def test_an_unclassified_alert_is_assumed_to_be_bad_and_counted() -> None:
    world = World()

    world.fires()

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-2", "unclassified")
    assert [count.metric for count in world.counts] == ["unclassified"]


def test_a_worse_alert_raises_the_severity_and_arms_again() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="a")
    world.run(600)

    world.fires(severity="SEV-1", pod="b")

    assert world.incident.severity == "SEV-1"
    assert world.incident.escalation.epoch == 2
    assert world.incident.respond_by == world.now + 5 * MINUTE


def test_a_rise_never_moves_a_running_deadline_later() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="a")
    respond_by = world.incident.respond_by
    world.run(58 * 60)

    world.fires(severity="SEV-2", pod="b")

    assert world.incident.respond_by == respond_by


def test_a_rise_that_keeps_the_deadline_keeps_how_it_stands() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="a")
    world.run(58 * 60)
    before = world.incident

    world.fires(severity="SEV-2", pod="b")

    after = world.incident
    assert (after.response, after.at_risk_at) == (Response.AT_RISK, before.at_risk_at)


def test_a_rise_that_breaks_an_acknowledgement_keeps_the_earlier_deadline() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    world.handle(Acknowledged(1, "bob"))
    world.run(700)

    world.fires(severity="SEV-1", pod="b")

    assert world.incident.respond_by == world.start + 15 * MINUTE


def test_a_deadline_that_is_over_does_not_bind_a_rise() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    world.handle(Acknowledged(1, "bob"))
    world.run(1000)

    world.fires(severity="SEV-1", pod="b")

    assert world.incident.respond_by == world.now + 5 * MINUTE


def test_severity_does_not_fall_when_the_worst_alert_ends() -> None:
    world = World()
    world.fires(severity="SEV-1", pod="a")
    world.fires(severity="SEV-3", pod="b")

    world.ends(pod="a")

    assert world.incident.severity == "SEV-1"


def test_a_rise_by_an_alert_breaks_the_acknowledgement() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="a")
    world.handle(Acknowledged(1, "bob"))

    world.fires(severity="SEV-1", pod="b")

    assert world.state() is State.OPEN
    assert world.incident.acknowledged_by is None
    assert world.kinds().count("incident.unacknowledged") == 1
    world.deliver()
    assert world.updates() == [("bob/mail", "un-acknowledged: severity rose")]


def test_a_rise_by_the_holder_keeps_the_acknowledgement() -> None:
    world = World()
    world.fires(severity="SEV-3")
    world.handle(Acknowledged(1, "bob"))

    world.handle(SeverityChosen(1, "bob", Severity.SEV1))

    assert world.state() is State.ACKNOWLEDGED
    assert world.incident.escalation.epoch == 1


def test_a_rise_by_another_person_breaks_it() -> None:
    world = World()
    world.fires(severity="SEV-3")
    world.handle(Acknowledged(1, "bob"))

    world.handle(SeverityChosen(1, "alice", Severity.SEV1))

    assert world.state() is State.OPEN
    assert world.incident.escalation.epoch == 2


def test_a_humans_choice_holds_against_the_alerts_attached_so_far() -> None:
    world = World()
    world.fires(severity="SEV-1", pod="a", _starts="0")
    world.handle(SeverityChosen(1, "bob", Severity.SEV3, "one replica of five"))

    world.fires(severity="SEV-1", pod="a", _starts="60")

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-3", "person:bob")


def test_a_choice_does_not_hold_against_an_alert_that_joined_after_it() -> None:
    world = World()
    world.fires(severity="SEV-1", pod="a")
    world.handle(SeverityChosen(1, "bob", Severity.SEV3))
    world.run(60)
    world.fires(severity="SEV-4", pod="b")
    world.ends(pod="b")

    world.fires(severity="SEV-1", pod="b")

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-1", "rule:label-SEV-1")


def test_a_choice_of_what_it_is_already_is_on_the_timeline() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.handle(SeverityChosen(1, "bob", Severity.SEV2, "seen"))

    entry = world.entries[1][-1]
    assert (entry.kind, entry.actor, entry.text) == (
        "severity.changed",
        "bob",
        "SEV-2 confirmed: seen",
    )


def test_a_later_alert_above_the_choice_raises_and_says_so() -> None:
    world = World()
    world.fires(severity="SEV-1", pod="a")
    world.handle(SeverityChosen(1, "bob", Severity.SEV3))

    world.fires(severity="SEV-2", pod="b")

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-2", "rule:label-SEV-2")
    assert world.kinds().count("severity.changed") == 2


def test_a_lower_choice_gives_the_time_that_its_target_has_since_the_arming() -> None:
    world = World()
    world.fires(severity="SEV-1")

    world.handle(SeverityChosen(1, "bob", Severity.SEV3))

    assert world.incident.respond_by == world.start + 60 * MINUTE
    assert world.incident.escalation.epoch == 1


def test_worst_counts_the_unclassified_as_configured() -> None:
    assert worst({"SEV-3": 2, "": 1}, settings()) is Severity.SEV2
    assert worst({"SEV-1": 0}, settings()) is None
