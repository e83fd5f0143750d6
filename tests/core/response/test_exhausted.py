"""The end of the rounds: exhausted, paged on or not, and begun anew by hand."""

import pytest
from msgspec.structs import replace

from tests.core.world import World, person, plan, settings, step
from triaged.core.records.answers import Acted
from triaged.core.records.events import Acknowledged, Escalated, Refused, Resolved, TryAgain
from triaged.core.records.model import Page, PageState, Span
from triaged.core.settings import Contact, ContactStep, Person, Settings
from triaged.core.text.document import incident_document
from triaged.core.time.durations import MINUTE


def rounds(**changes: object) -> Settings:
    """Alice, then bob at the target of 5 min; carol catches; what follows is by urgency."""
    more = {"exhausted": None, **changes}
    return plan(step(0, "person:alice"), step(1, "person:bob"), **more)


def desks(world: World) -> list[tuple[int, str]]:
    """(seconds, person) of the pages to desks."""
    return [(at, whom.removesuffix("/desk")) for at, whom in world.pages() if "/desk" in whom]


def is_exhausted(world: World) -> bool:
    """What JSON says."""
    return incident_document(world.incident, "").escalation.exhausted


@pytest.mark.parametrize(("severity", "target"), [("SEV-1", 300), ("SEV-2", 900)])
def test_what_pages_never_falls_silent(severity: str, target: int) -> None:
    world = World(rounds())

    world.fires(severity=severity)
    world.run(target + 2 * 3600)

    again = [(target + n * 900, "carol") for n in range(1, 9)]
    assert desks(world) == [(0, "alice"), (target, "bob"), *again]
    assert is_exhausted(world)
    assert world.kinds().count("incident.exhausted") == 1
    assert world.incident.escalation.next_at is not None


def test_a_longer_repeat_is_kept() -> None:
    world = World(rounds(repeat_every=Span(40 * MINUTE)))

    world.fires(severity="SEV-1")
    world.run(300 + 90 * 60)

    assert desks(world)[2:] == [(300 + 2400, "carol"), (300 + 4800, "carol")]


def test_it_is_exhausted_only_after_the_last_round() -> None:
    world = World(rounds(repeat_times=1))
    world.fires(severity="SEV-1")

    world.run(899)
    before = is_exhausted(world)
    world.run(1)

    assert (before, is_exhausted(world)) == (False, True)


@pytest.mark.parametrize(
    ("severity", "exhausted", "goes_on"),
    [("SEV-1", "stop", False), ("SEV-4", None, False), ("SEV-4", "repeat", True)],
)
def test_the_policy_or_the_urgency_says_whether_it_pages_on(
    severity: str, exhausted: str | None, goes_on: bool
) -> None:
    world = World(rounds(exhausted=exhausted))

    world.fires(severity=severity)
    world.run(9 * 3600)

    assert is_exhausted(world)
    assert (world.incident.escalation.next_at is not None) == goes_on
    text = next(each.text for each in world.entries[1] if each.kind == "incident.exhausted")
    assert ("again" in text) == goes_on


def test_without_a_catch_all_it_goes_on_with_the_last_step() -> None:
    world = World(rounds(catch_all=None))

    world.fires(severity="SEV-1")
    world.run(300 + 900)

    assert desks(world)[-1] == (1200, "bob")


@pytest.mark.parametrize("act", [Acknowledged(1, "alice"), Resolved(1, "alice")])
def test_whoever_acts_ends_it(act: Acknowledged | Resolved) -> None:
    world = World(rounds())
    world.fires(severity="SEV-1")
    world.run(1000)

    world.handle(act)
    count = len(world.pages())
    world.run(1700)

    assert not is_exhausted(world)
    assert len(world.pages()) == count


def test_a_catch_all_that_refuses_is_no_loop() -> None:
    world = World(rounds(), lambda page, now: Refused("no"))

    world.fires(severity="SEV-1")
    world.run(4 * 3600)

    due = [page for page in world.view.pages.values() if page.state is PageState.DUE]
    assert 0 < len(due) <= 4
    assert len(world.view.pages) < 60


def test_a_catch_all_without_contacts_is_no_loop() -> None:
    chosen = rounds()
    nobody = replace(person("carol"), page=(), notify=())
    people = {**chosen.people, "carol": nobody}
    world = World(settings(policies=chosen.policies, people=people))

    world.fires(severity="SEV-1")
    world.run(3600)

    assert world.kinds().count("page.skipped") < 12


def test_by_hand_the_next_step_fires_and_says_whom_it_pages() -> None:
    world = World(rounds())
    world.fires(severity="SEV-1")
    world.deliver()

    answer = world.handle(Escalated(1, "alice"))

    assert answer == Acted(1, ("bob",))
    texts = [entry.text for entry in world.entries[1]]
    assert "escalated by hand to bob (round 1, step 2)" in texts


@pytest.mark.parametrize("times", [1, 2, 5])
def test_by_hand_no_round_is_used_up(times: int) -> None:
    world = World(rounds(repeat_times=1))
    world.fires(severity="SEV-1")
    world.run(60)
    for _ in range(2 * times):
        assert isinstance(world.handle(Escalated(1, "alice")), Acted)
        world.deliver()
    by_hand = len(desks(world))

    world.run(3600)

    left = [whom for _, whom in desks(world)[by_hand:] if whom != "carol"]
    assert left.count("bob") >= 1
    assert left.count("alice") >= 1


def test_by_hand_a_new_round_begins_after_the_last() -> None:
    world = World(rounds(exhausted="stop"))
    world.fires(severity="SEV-1")
    world.run(1000)
    assert is_exhausted(world)

    answer = world.handle(Escalated(1, "carol"))
    world.run(1)

    assert answer == Acted(1, ("alice",))
    assert not is_exhausted(world)
    assert desks(world)[-1] == (1000, "alice")
    world.run(300)
    assert desks(world)[-1] == (1300, "bob")
    assert is_exhausted(world)


def test_by_hand_an_exhausted_incident_that_was_acknowledged_begins_again() -> None:
    world = World(rounds())
    world.fires(severity="SEV-1")
    world.run(1000)
    world.handle(Acknowledged(1, "carol"))

    assert world.handle(Escalated(1, "carol")) == Acted(1, ("alice",))

    assert world.incident.escalation.round == 1


def test_an_hour_of_a_provider_that_is_down_leaves_one_page_waiting() -> None:
    def down(page: Page, now: int) -> TryAgain:
        return TryAgain("down")

    world = World(rounds(), down)
    world.fires(severity="SEV-1")
    world.run(2 * 3600)

    waiting = [
        page
        for page in world.view.pages.values()
        if page.state is PageState.DUE and page.recipient.person == "carol"
    ]
    assert len(waiting) <= 6


def test_a_contact_that_comes_later_than_the_next_repeat_is_paged_all_the_same() -> None:
    late = ContactStep("mail", 20 * MINUTE)
    carol = Person("carol", "Carol", "UTC", {"mail": Contact("mail")}, (late,), (late,))
    chosen = rounds()
    world = World(replace(chosen, people={**chosen.people, "carol": carol}))

    world.fires(severity="SEV-1")
    world.run(300 + 3600)

    mails = [at for at, whom in world.pages() if whom == "carol/mail"]
    assert mails == [300 + 900 + 1200, 300 + 1800 + 1200]
