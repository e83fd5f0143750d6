"""What people hear of a merge, and of the survivor from then on."""

from msgspec.structs import replace

from tests.core.practice.world import told, two
from tests.core.world import World, settings
from triaged.core.records.events import (
    Acknowledged,
    Delivered,
    DeliveryEnded,
    PageDue,
    Resolved,
)
from triaged.core.records.model import PageState
from triaged.core.records.practice.events import Merged


def test_holder_of_the_survivor_goes_on_and_hears_of_it() -> None:
    world = two()
    world.handle(Acknowledged(1, "alice"))

    world.handle(Merged(2, "bob", 1))
    world.deliver()

    assert world.view.incidents[1].holder == "alice"
    text = "INC-2 Slow was merged into this incident"
    assert told(world, "was merged into") == [(1, "alice", text)]


def test_everybody_who_was_paged_hears_where_it_went_and_of_the_survivor_from_then_on() -> None:
    world = World(
        replace(
            settings(),
            policies={
                "default": settings().policies["default"],
                "other": replace(
                    settings().policies["default"], steps=settings().policies["default"].steps[2:]
                ),
            },
        )
    )
    world.fires(alertname="Down", severity="SEV-2")
    world.fires(alertname="Slow", severity="SEV-2", policy="other")
    world.run(16 * 60)
    assert {one.person for one in world.view.incidents[2].told} == {"bob"}
    known = {one.person for one in world.view.incidents[1].told}

    world.handle(Merged(2, "carol", 1))
    world.handle(Acknowledged(1, "carol"))
    world.handle(Resolved(1, "carol"))
    world.deliver()

    assert {(number, person) for number, person, _ in told(world, "merged into INC-1")} == {
        (2, "bob")
    }
    heard = {person for number, person, _ in told(world, "resolved by carol") if number == 1}
    assert heard == known | {"bob"}


def test_holder_of_the_merged_one_who_was_not_paged_hears_of_the_survivor() -> None:
    world = two()
    world.handle(Acknowledged(2, "carol"))
    world.handle(Merged(2, "bob", 1))
    world.handle(Resolved(1, "bob"))
    world.deliver()

    assert (2, "carol", "merged into INC-1 Down") in told(world, "merged")
    assert "carol" in {person for _, person, _ in told(world, "resolved by bob")}


def test_news_of_a_merge_says_who_has_the_survivor() -> None:
    world = two()
    world.handle(Acknowledged(1, "bob"))
    world.handle(Merged(2, "bob", 1))
    world.deliver()

    said = {subject for number, _, subject in told(world, "merged into INC-1")}
    assert said == {"merged into INC-1 Down, which bob has"}


def test_page_that_goes_out_during_the_merge_is_followed_by_the_news() -> None:
    world = two()
    world.run(60)
    (page, *_) = [one for one in world.view.pages.values() if one.incident == 2]
    due = replace(page, state=PageState.DUE, sent_at=None)  # it has not got its verdict yet
    world.view.pages[page.id] = due
    bare = replace(world.view.incidents[2], told=())
    world.view.incidents[2] = bare
    world.view.incidents[1] = replace(world.view.incidents[1], told=())
    claimed = world.claim(due)
    world.handle(PageDue(claimed))
    world.handle(Merged(2, "bob", 1))

    world.handle(DeliveryEnded(page.id, claimed.token, Delivered("ref"), claimed.attempts))
    world.deliver()

    assert page.recipient in world.view.incidents[1].told
    assert "merged into INC-1 while this page was on its way" in {
        subject for _, _, subject in told(world, "merged")
    }
