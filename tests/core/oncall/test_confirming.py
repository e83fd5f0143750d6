"""Owners confirm contacts; whoever guesses, or sends too often, is refused."""

from tests.core.world import World
from triaged.core.oncall.confirming import CODE_LIFE_US, CODES_AN_HOUR, TRIES_MAX
from triaged.core.oncall.contact_states import address_digest
from triaged.core.records.answers import Acted, Answer, Conflict, RateLimited, RowSaved
from triaged.core.records.duty.contacts import (
    ContactCheckWanted,
    ContactCodeGiven,
    ContactConfirmed,
    ContactOff,
    ContactState,
)
from triaged.core.settings import Contact
from triaged.core.time.durations import HOUR, MINUTE, SECOND


def ask(world: World, digest: str = "right") -> Answer:
    """Bob has a code sent to alice's mail."""
    return world.handle(ContactCheckWanted("alice", "mail", "bob", digest, "your code is 123456"))


def give(world: World, digest: str) -> Answer:
    return world.handle(ContactCodeGiven("alice", "mail", "alice", digest))


def state(world: World) -> ContactState:
    found = world.view.row(ContactState, "alice/mail")
    assert found is not None
    return found


def test_code_that_was_sent_confirms_the_contact_once() -> None:
    world = World()

    assert ask(world) == Acted(1)
    world.deliver()
    assert world.updates() == [("alice/mail", "your code is 123456")]
    assert give(world, "right") == RowSaved("alice/mail")

    assert (state(world).verified_at, state(world).verified_by) == (world.now, "code")
    assert give(world, "right") == Conflict(
        "no code for alice/mail is valid; have one sent: triaged oncall verify alice --contact mail"
    )
    assert ask(world) == Conflict("alice/mail is confirmed already")


def test_code_is_on_no_timeline() -> None:
    world = World()
    ask(world)
    world.deliver()

    texts = [entry.text for entry in world.entries[1]]
    assert texts[0] == "a code is sent to alice/mail, so that its owner confirms it"
    assert not any("123456" in text for text in texts)


def test_wrong_codes_are_counted_and_the_last_one_voids_the_code() -> None:
    world = World()
    ask(world)

    answers = [give(world, "wrong") for _ in range(TRIES_MAX)]

    lead = "this is not the code that was sent to alice/mail"
    assert answers[0] == Conflict(f"{lead}; 4 tries are left")
    assert answers[-1] == Conflict(f"{lead}; have another one sent")
    assert isinstance(give(world, "right"), Conflict), "all tries are used up"
    assert state(world).verified_at is None


def test_code_ends_after_its_life() -> None:
    world = World()
    ask(world)
    world.run(CODE_LIFE_US // SECOND - 1)
    ask(world, "second")
    world.run(2)

    assert isinstance(give(world, "right"), Conflict), "the newer code voids the older one"
    assert give(world, "second") == RowSaved("alice/mail")

    late = World()
    ask(late)
    late.run(CODE_LIFE_US // SECOND)
    assert isinstance(give(late, "right"), Conflict)


def test_no_more_than_three_codes_an_hour_are_sent() -> None:
    world = World()
    for _ in range(CODES_AN_HOUR):
        assert isinstance(ask(world), Acted)
        world.run(60)

    assert ask(world) == RateLimited(HOUR - 3 * MINUTE)
    world.run(HOUR // SECOND - 180)
    assert isinstance(ask(world), Acted)


def test_contact_that_is_off_gets_no_code() -> None:
    world = World()
    world.handle(ContactOff("alice", "mail", "blocked"))

    assert ask(world) == Conflict(
        "alice/mail is off: blocked. A test switches it on: "
        "triaged oncall test alice --contact mail"
    )


def test_answer_through_the_contact_confirms_it() -> None:
    world = World()
    event = ContactConfirmed("alice", "mail", "button", "alice", address_digest(Contact("mail")))

    assert world.handle(event) == RowSaved("alice/mail")
    assert state(world).verified_by == "button"
    entries = len(world.entries)
    assert world.handle(event) == RowSaved("alice/mail")
    assert len(world.entries) == entries, "it is confirmed already"


def test_answer_from_an_address_of_the_past_confirms_nothing() -> None:
    world = World()
    event = ContactConfirmed("alice", "mail", "link", "alice", address_digest(Contact("mail", "x")))

    assert world.handle(event) == Conflict("alice/mail has another address now")
    assert world.view.row(ContactState, "alice/mail") is None
