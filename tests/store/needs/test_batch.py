from tests.core.world import MONDAY, World
from triaged.core.records.events import (
    AlertReceived,
    Declared,
    Delivered,
    DeliveryEnded,
    Event,
    Reclassification,
    Reclassified,
    Refused,
    Reopened,
    TimerFired,
)
from triaged.core.records.model import Severity
from triaged.core.records.timers import LapseDue, MuteDue, StepDue, StormDue
from triaged.store.needs.batch import Needs, alerts_named, lapsing


def needs(*events: Event) -> Needs:
    return Needs(events, {})


def test_a_repeat_needs_nothing_but_its_alert() -> None:
    world = World()
    world.fires()
    again = AlertReceived(world.alert("am", {}, firing=True), MONDAY)

    needed = Needs([again], world.view.alerts)

    assert (needed.keys, needed.numbers) == (set(), set())
    assert (needed.openings, needed.starts) == (False, False)


def test_an_end_needs_the_incident_of_its_alert() -> None:
    world = World()
    world.fires()
    end = AlertReceived(world.alert("am", {}, firing=False), MONDAY)

    assert Needs([end], world.view.alerts).numbers == {1}


def test_a_verdict_needs_the_pages_of_its_incident_unless_it_was_delivered() -> None:
    page_id = "INC-7/1/1/1/person:alice/alice/mail"

    delivered = needs(DeliveryEnded(page_id, 1, Delivered(), 1))
    refused = needs(DeliveryEnded(page_id, 1, Refused("no"), 1))

    assert (delivered.numbers, delivered.pages_of) == ({7}, set())
    assert (refused.numbers, refused.pages_of) == ({7}, {7})


def test_timers_that_page_need_what_mutes() -> None:
    needed = needs(TimerFired(StepDue(1, 0, 1, 1, 1)), TimerFired(MuteDue(2, 0)))

    assert (needed.muted, needed.pages_of) == ({1, 2}, {2})


def test_whoever_waits_under_an_umbrella_needs_the_umbrella() -> None:
    needed = needs(TimerFired(StormDue(3, 0, 9)))

    assert (needed.numbers, needed.umbrellas) == ({3, 9}, {9})


def test_re_opening_and_declaring_may_need_a_new_number() -> None:
    assert needs(Reopened(1, "bob")).reopening == {1}
    assert needs(Declared("bob", "by hand", Severity.SEV2)).openings


def test_alerts_are_named_by_lapses_and_by_reclassification() -> None:
    world = World()
    alert = world.alert("am", {}, firing=True)
    outcome = world.settings.rules.classify(alert, MONDAY)
    lapse = TimerFired(LapseDue("am", "f1", 0))
    today = Reclassified(1, (Reclassification("am", "f2", outcome),))

    assert lapsing([lapse, today]) == {("am", "f1")}
    assert alerts_named([lapse, today]) == {("am", "f1"), ("am", "f2")}
