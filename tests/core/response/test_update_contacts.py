"""News for whom a contact is gone."""

from msgspec.structs import replace

from tests.core.practice.world import COMMANDER, Practice
from tests.core.world import World, plan, step
from triaged.core.records.events import Acknowledged
from triaged.core.settings import Contact, ContactStep


def test_news_for_a_contact_that_is_gone_go_to_the_persons_next_one() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()
    moved = replace(world.settings.people["alice"], contacts={"mail": Contact("mail")})
    world.settings = replace(world.settings, people={**world.settings.people, "alice": moved})

    world.handle(Acknowledged(1, "bob"))
    world.deliver()

    assert world.updates() == [("alice/mail", "acknowledged by bob")]
    assert all(page.channel for page in world.view.pages.values())
    (skipped,) = [entry for entry in world.entries[1] if entry.kind == "update.skipped"]
    assert skipped.text == "not told alice by desk: channel gone; goes by mail instead"
    assert (skipped.data["contact"], skipped.data["reason"]) == ("desk", "channel_gone")


def test_news_on_their_way_to_a_contact_that_a_reload_removes_go_to_the_next_one() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()
    world.handle(Acknowledged(1, "bob"))
    world.settings = replace(world.settings, channels=frozenset({"mail"}))

    world.deliver()

    assert world.updates() == [("alice/mail", "acknowledged by bob")]
    assert world.kinds().count("update.skipped") == 1
    assert "page.failed" not in world.kinds()


def test_news_for_whom_no_contact_is_left_are_skipped_visibly() -> None:
    world = World(plan(step(0, "channel:hook")))
    world.fires(severity="SEV-2")
    world.deliver()
    world.settings = replace(world.settings, channels=frozenset({"mail"}))

    world.handle(Acknowledged(1, "bob"))
    world.deliver()

    assert world.updates() == []
    assert world.kinds().count("update.skipped") == 1


def test_news_that_go_elsewhere_keep_their_text() -> None:
    world = Practice()
    world.give(COMMANDER, "bob")
    world.settings = replace(world.settings, channels=frozenset({"desk"}))
    bob = replace(world.settings.people["bob"], notify=(ContactStep("desk"),))
    world.settings = replace(world.settings, people={**world.settings.people, "bob": bob})

    world.run_until(world.now)

    (page,) = [page for _, page in world.sent if page.recipient.person == "bob"]
    assert "You are responsible for:" in str(page.text)
