"""What a reload changes for living incidents has its timer at the reload, and the rest stays."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from tests.core.world import DEFAULT_PLAN, MONDAY, World, settings
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import (
    Acknowledged,
    Closed,
    Escalated,
    Resolved,
    RetryWanted,
    SettingsChanged,
    SettingsLoaded,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import PageState, Severity, State
from triaged.core.records.timers import IncidentTimer, ReopenWindowDue, StepDue
from triaged.core.response.holding import WARNING_MAX_US
from triaged.core.response.rearming import moves
from triaged.core.settings import NextBusinessDay, Settings, SeverityTarget
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import HOUR, MINUTE
from triaged.core.time.recurring import parse

EVENING = MONDAY + 9 * HOUR
"""Monday 21:00 in Berlin."""


def office(hours: str, urgency: str = "page") -> Settings:
    """Settings in which a SEV-4 is due by the next business day of an office with these hours."""
    calendar = Calendar("office", "Europe/Berlin", parse(f"mon-fri {hours}"))
    return of_sev4(respond_within=NextBusinessDay(calendar), urgency=urgency)


def of_sev4(**changes: object) -> Settings:
    """Settings with another SEV-4, and a policy whose end follows the urgency."""
    base = settings(policies={"default": replace(DEFAULT_PLAN, exhausted=None)})
    changed = replace(base.severities[Severity.SEV4], **changes)
    return replace(base, severities={**base.severities, Severity.SEV4: changed})


def dues(world: World) -> Mapping[type[IncidentTimer], int]:
    """When the timers of the newest incident are due."""
    own = [timer for timer in world.timers.values() if timer.incident == world.incident.number]
    return {type(timer): timer.due_at for timer in own}


def reload(world: World, chosen: Settings) -> bool:
    """Do what the daemon does with new settings; whether they move anything."""
    world.settings = chosen
    world.handle(SettingsLoaded(started=False))
    moved = moves(world.incident, dues(world), chosen)
    world.handle(SettingsChanged(world.incident.number))
    assert not moves(world.incident, dues(world), chosen), "once is enough"
    return moved


def ending(after_us: int | None) -> Settings:
    """Settings in which the acknowledgement of a SEV-2 ends after so long."""
    base = settings()
    target = replace(base.severities[Severity.SEV2], unacknowledge_after=after_us)
    return replace(base, severities={**base.severities, Severity.SEV2: target})


def test_an_acknowledgement_that_had_no_end_gets_one_and_a_promised_one_stays() -> None:
    world = World(ending(None))
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "bob"))
    world.run(7200)

    moved = [reload(world, ending(HOUR)), reload(world, ending(MINUTE))]

    assert moved == [True, False]
    assert world.incident.acknowledged_until == world.now + WARNING_MAX_US
    world.run(301)
    assert world.state() is State.OPEN


def test_an_exhausted_incident_pages_on_when_its_severity_pages_again() -> None:
    world = World(of_sev4(respond_within=10 * MINUTE))
    world.fires(severity="SEV-4")
    world.run(3600)
    silent = world.incident.escalation.next_at

    moved = reload(world, of_sev4(respond_within=10 * MINUTE, urgency="page"))
    world.run(1000)

    assert (silent, moved) == (None, True)
    assert (3600, "carol/mail") in world.pages()


def test_an_exhausted_incident_falls_silent_when_its_severity_only_notifies() -> None:
    world = World(of_sev4(respond_within=10 * MINUTE, urgency="page"))
    world.fires(severity="SEV-4")
    world.run(3600)
    before = len(world.pages())

    reload(world, of_sev4(respond_within=10 * MINUTE))
    world.run(7200)

    assert len(world.pages()) == before
    assert StepDue not in dues(world)


def test_a_step_and_a_held_page_go_when_the_hours_of_now_say() -> None:
    world = World(office("09:00-17:00"))
    world.run(9 * 3600)
    world.fires(severity="SEV-4")
    world.handle(Escalated(1, "bob"))
    world.run(60)
    held = min(world.view.pages.values(), key=lambda page: page.id)
    step_at = world.incident.escalation.next_at
    assert held.state is PageState.DUE

    moved = reload(world, office("07:00-17:00"))
    world.handle(RetryWanted(held.id, held.token))
    released = world.view.pages[held.id]

    assert held.due_at == EVENING + 12 * HOUR
    assert released.due_at == EVENING + 10 * HOUR
    assert moved
    assert world.incident.escalation.next_at != step_at
    world.handle(RetryWanted(released.id, released.token))
    assert world.view.pages[held.id] == released


def test_a_held_page_goes_at_once_when_nothing_holds_it_any_more() -> None:
    world = World(office("09:00-17:00"))
    world.run(9 * 3600)
    world.fires(severity="SEV-4")
    world.handle(Escalated(1, "bob"))
    world.run(60)
    held = min(world.view.pages.values(), key=lambda page: page.id)

    reload(world, of_sev4(respond_within=10 * MINUTE, urgency="page"))
    world.handle(RetryWanted(held.id, held.token))
    world.deliver()

    assert (9 * 3600 + 60, f"alice/{held.recipient.contact}") in world.pages()


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("minutes", [10, 50])
def test_what_still_fires_is_taken_over_when_the_window_of_now_ends(
    minutes: int, close: bool
) -> None:
    world = World(settings(reopen_within=30 * MINUTE))
    world.fires(severity="SEV-2")
    world.handle(Resolved(1, "bob"))
    if close:
        world.handle(Closed(1, "bob"))

    moved = reload(world, settings(reopen_within=minutes * MINUTE))
    due_at = dues(world)[ReopenWindowDue]
    world.run(minutes * 60 - 1)
    before = len(world.view.incidents)
    world.run(1)

    assert moved
    assert due_at == MONDAY + minutes * MINUTE
    assert (before, len(world.view.incidents)) == (1, 2)


def test_the_same_settings_move_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")

    moved = [reload(world, settings())]
    world.handle(Acknowledged(1, "bob"))
    moved.append(reload(world, settings()))
    world.handle(Resolved(1, "bob"))
    moved.append(reload(world, settings()))

    assert moved == [False, False, False]


def test_nothing_of_an_incident_that_rests_is_moved() -> None:
    silent = Muters(
        (), (Maintenance("work", (Matcher("pod", "=", "a"),), start=0, end=MONDAY + 720 * HOUR),)
    )
    target = SeverityTarget(10 * MINUTE, "page")
    severities = {**settings().severities, Severity.SEV2: target}
    world = World(settings(muters=silent))
    world.fires(severity="SEV-2", pod="a")
    world.deliver()

    moved = reload(world, settings(muters=silent, severities=severities))

    assert world.incident.rests
    assert not moved


def test_the_end_of_the_last_window_by_a_reload_arms_what_it_muted_at_once() -> None:
    work = Maintenance("work", (Matcher("pod", "=", "a"),), start=0, end=MONDAY + 720 * HOUR)
    world = World(settings(muters=Muters((), (work,))))
    world.fires(severity="SEV-2", pod="a")
    world.run(1)

    reload(world, settings())
    world.deliver()

    assert world.pages() == [(1, "alice/desk"), (1, "alice/mail")]
