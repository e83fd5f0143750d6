from tests.core.practice.world import COMMANDER, Practice
from triaged.core.practice.work import holder_of, holders, work_of
from triaged.core.records.practice.work import Work


def test_work_begins_with_the_first_act_of_a_person() -> None:
    world = Practice()
    incident = world.view.incidents[1]

    assert work_of(incident).phase_at == incident.acknowledged_at, "triage began"
    assert work_of(incident).declared_at is None
    assert (holders(incident), holder_of(incident, COMMANDER)) == ((), None)


def test_incident_without_work_is_in_its_phase_from_the_opening() -> None:
    world = Practice()
    world.fires(alertname="Other")

    assert work_of(world.view.incidents[2]) == Work(phase_at=world.now)


def test_taking_command_declares_it_once() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    first = world.now
    world.now += 1_000_000
    world.give(COMMANDER, "bob")

    assert work_of(world.view.incidents[1]).declared_at == first
