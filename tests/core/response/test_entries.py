"""What the timeline says of an escalation: whom a step pages, who is next, until when."""

from tests.core.world import World, plan, settings, step
from triaged.core.records.events import AlertReceived, Escalated


def said(world: World, kind: str) -> list[str]:
    return [entry.text for entry in world.entries[1] if entry.kind == kind]


def test_the_opening_says_which_object_it_is_and_since_when() -> None:
    world = World()
    world.run(20 * 60)
    labels = {"severity": "SEV-1", "namespace": "shop", "pod": "checkout-1"}

    world.handle(
        AlertReceived(world.alert("am", {**labels, "_starts": "60"}, firing=True), world.now)
    )

    assert said(world, "incident.opened") == [
        "SEV-1 Down: namespace=shop pod=checkout-1, fires since 10:01 UTC"
    ]


def test_the_opening_does_not_repeat_what_the_title_says() -> None:
    world = World()

    world.fires(alertname="db1", severity="SEV-1", host="db1")

    assert said(world, "incident.opened") == ["SEV-1 db1"]


def test_a_step_names_whom_it_pages_and_who_is_next() -> None:
    world = World()
    world.fires(alertname="Down", severity="SEV-1")

    world.run(6 * 60)

    assert said(world, "incident.escalated") == [
        "escalated to alice (round 1, step 2); next bob at 10:05 UTC",
        "escalated to bob (round 1, step 3)",
    ]
    assert said(world, "target.at_risk") == [
        "nobody has acknowledged yet: the response target is at risk, respond by 10:05 UTC"
    ]
    assert said(world, "target.missed") == [
        "the response target is missed: nobody acknowledged by 10:05 UTC"
    ]


def test_a_team_and_a_channel_are_named_with_the_people_behind_them() -> None:
    world = World(plan(step(0, "person:carol"), step(0.5, "team:payments", "channel:hook")))
    world.fires(alertname="Down", severity="SEV-1")

    world.run(3 * 60)

    assert said(world, "incident.escalated") == [
        "escalated to alice, bob, channel:hook (team:payments, round 1, step 2)"
    ]


def test_a_step_that_reaches_nobody_promises_nothing() -> None:
    world = World(plan(step(0, "person:alice"), step(0.5, "team:none"), step(1, "person:bob")))
    world.fires(alertname="Down", severity="SEV-1")

    world.run(3 * 60)

    texts = [entry.text for entry in world.entries[1]]
    assert "escalated to nobody (team:none, round 1, step 2)" in texts
    assert "step 2 of round 1 reached nobody" in texts


def test_what_is_exhausted_says_who_is_paged_again_and_when() -> None:
    world = World(plan(step(0, "person:alice"), exhausted="repeat"))

    world.fires(alertname="Down", severity="SEV-1")
    world.run(16 * 60)

    assert said(world, "incident.exhausted") == [
        "the last step has fired: carol is paged again until somebody acts, next at 10:15 UTC"
    ]
    assert said(world, "incident.escalated") == ["still not answered: pages carol again"]


def test_by_hand_a_step_says_that_it_was_by_hand() -> None:
    world = World()
    world.fires(alertname="Down", severity="SEV-1")

    world.handle(Escalated(1, "carol"))

    assert said(world, "incident.escalated") == [
        "escalated by hand to alice (round 1, step 2); next bob at 10:05 UTC"
    ]


def test_instants_are_in_the_zone_of_the_settings() -> None:
    world = World(settings(timezone="Asia/Tokyo"))
    world.fires(alertname="Down", severity="SEV-1")

    world.run(6 * 60)

    assert said(world, "target.missed")[0].endswith("by 19:05 JST")
