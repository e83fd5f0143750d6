"""What comes back within `reopen_within`: held on, or paged."""

import pytest

from tests.core.world import World, settings
from triaged.core.records.events import Acknowledged, Resolved, Snoozed, Unacknowledged
from triaged.core.records.model import State
from triaged.core.time.durations import HOUR, MINUTE


def acknowledged(severity: str = "SEV-2") -> World:
    """A world with INC-1, of which alice was paged, and which she acknowledged."""
    world = World(settings(reopen_within=2 * HOUR))
    world.fires(severity=severity)
    world.deliver()
    world.handle(Acknowledged(1, "alice"))
    return world


def back_after(world: World, seconds: int, severity: str = "SEV-2") -> int:
    """The pages of the return of the alert, so many seconds after its end."""
    world.ends()
    world.run(seconds)
    before = len(world.pages())
    world.fires(severity=severity)
    world.deliver()
    return len(world.pages()) - before


@pytest.mark.parametrize("minutes", [1, 20, 50])
def test_within_its_snooze_it_stays_snoozed(minutes: int) -> None:
    world = acknowledged()
    world.handle(Snoozed(1, "alice", world.now + HOUR))

    assert back_after(world, minutes * 60) == 0

    incident = world.incident
    assert (incident.number, incident.reopens, incident.holder) == (1, 1, "alice")
    assert incident.snoozed_until is not None
    assert ("alice/mail", "it is back, and still yours") in world.updates()
    world.run((60 - minutes) * 60)
    assert world.state() is State.OPEN, "the snooze ends when it was to end"


def test_after_its_snooze_it_pages() -> None:
    world = acknowledged()
    world.handle(Snoozed(1, "alice", world.now + 2 * MINUTE))

    assert back_after(world, 3 * 60) > 0


@pytest.mark.parametrize(("seconds", "held"), [(10, True), (299, True), (300, False), (900, False)])
def test_within_five_minutes_it_stays_acknowledged(seconds: int, held: bool) -> None:
    world = acknowledged()
    world.run(60)

    assert (back_after(world, seconds) == 0) == held

    assert (world.incident.holder == "alice") == held


def test_an_acknowledgement_that_would_have_ended_is_over() -> None:
    world = acknowledged()
    world.run(58 * 60)

    assert back_after(world, 3 * 60) > 0


def test_a_return_renews_nothing() -> None:
    world = acknowledged()
    until = world.incident.acknowledged_until
    world.run(60)

    back_after(world, 60)

    assert world.incident.acknowledged_until == until
    world.run(59 * 60)
    assert world.state() is State.OPEN


def test_what_is_worse_pages_all_the_same() -> None:
    world = acknowledged()

    assert back_after(world, 60, "SEV-1") > 0

    assert world.state() is State.OPEN


@pytest.mark.parametrize("act", [Resolved(1, "alice"), Unacknowledged(1, "alice")])
def test_what_nobody_held_at_its_end_or_a_person_ended_pages(
    act: Resolved | Unacknowledged,
) -> None:
    world = acknowledged()
    world.handle(act)

    assert back_after(world, 60) > 0


def resolved_between(world: World, seconds: int, start: int) -> int:
    """The pages when one of a pair says that it fires, so long after the other said it was over."""
    world.ends(_starts="0")
    world.run(seconds)
    before = len(world.pages())
    world.fires(severity="SEV-2", _starts=str(start))
    world.deliver()
    return len(world.pages()) - before


@pytest.mark.parametrize(("start", "is_held"), [(0, True), (400, False)])
def test_an_episode_that_goes_on_by_its_own_start_stays_acknowledged(
    start: int, *, is_held: bool
) -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="0")
    world.deliver()
    world.handle(Acknowledged(1, "alice"))

    assert (resolved_between(world, 7 * 60, start) == 0) == is_held

    assert (world.incident.number, world.incident.reopens) == (1, 1)
    assert (world.incident.holder == "alice") == is_held


def test_an_episode_that_goes_on_and_that_nobody_holds_is_armed() -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="0")
    world.deliver()

    assert resolved_between(world, 60, 0) > 0


def test_an_episode_that_goes_on_after_a_person_said_that_it_is_over_pages() -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="0")
    world.deliver()
    world.handle(Acknowledged(1, "alice"))
    world.handle(Resolved(1, "alice"))

    assert resolved_between(world, 7 * 60, 0) > 0


def test_an_alert_that_the_incident_never_had_is_not_its_episode() -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="0")
    world.deliver()
    world.handle(Acknowledged(1, "alice"))
    world.ends(_starts="0")
    world.run(7 * 60)
    before = len(world.pages())

    world.fires(severity="SEV-2", _starts="0", pod="b")
    world.deliver()

    assert len(world.pages()) > before
