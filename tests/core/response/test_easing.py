"""A severity that a person lowers."""

from tests.core.response.test_escalation import at, office_hours
from tests.core.world import World
from triaged.core.records.events import SeverityChosen
from triaged.core.records.model import Response, Severity
from triaged.core.records.timers import TargetDue
from triaged.core.time.durations import MINUTE


def lowered(world: World, severity: Severity = Severity.SEV3) -> None:
    """Bob lowers the severity of the only incident."""
    world.handle(SeverityChosen(1, "bob", severity))


def test_a_lowered_severity_has_its_own_target_since_the_arming() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(600)

    lowered(world)

    assert world.incident.respond_by == world.start + 60 * MINUTE
    assert world.incident.escalation.epoch == 1
    world.run(1200)
    assert "target.missed" not in world.kinds()
    world.run(1800)
    assert world.kinds().count("target.missed") == 1


def test_steps_that_are_left_have_the_shares_of_the_new_target() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(60)

    lowered(world)
    world.run(3600)

    assert [moment for moment, whom in world.pages() if whom.endswith("mail")] == [0, 1800, 3600]


def test_what_was_at_risk_is_on_track_again_with_a_later_deadline() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(700)

    lowered(world)

    assert world.incident.response is Response.ON_TRACK
    world.run(45 * 60 - 700)
    assert world.kinds().count("target.at_risk") == 2


def test_a_missed_target_stays_missed_with_a_lowered_severity() -> None:
    world = World()
    world.fires(severity="SEV-1")
    world.run(400)

    lowered(world)
    world.run(4000)

    assert world.incident.response is Response.MISSED
    assert world.kinds().count("target.missed") == 1
    assert (1, TargetDue) not in world.timers


def test_what_becomes_work_of_the_next_business_day_is_not_missed_at_night() -> None:
    world = office_hours()
    world.now = at(27, 20)  # Friday night
    world.fires(severity="SEV-2")
    world.run(60)

    lowered(world, Severity.SEV4)
    world.run(3600)

    assert world.incident.response is Response.ON_TRACK
    assert world.incident.respond_by == at(30, 15, 30)


def test_an_earlier_deadline_of_the_new_target_does_not_move_the_old_one() -> None:
    world = office_hours()
    world.fires(severity="SEV-4")
    before = world.incident.respond_by

    world.handle(SeverityChosen(1, "bob", Severity.SEV4))

    assert world.incident.respond_by == before
