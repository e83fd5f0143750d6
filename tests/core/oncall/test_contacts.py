"""Contacts that are off are passed over, and somebody hears of it."""

import pytest
from msgspec.structs import replace

from tests.core.world import World, person, plan, settings, step
from triaged.core.oncall.contacts import contacts_key
from triaged.core.records.answers import RowSaved, Unknown
from triaged.core.records.duty.contacts import ContactOff, ContactOn, ContactState
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import PageState, Reason, State
from triaged.core.settings import Contact, ContactStep
from triaged.core.time.durations import MINUTE

STOP = "STOP was received"


def off(world: World, contact: str, name: str = "alice", reason: str = STOP) -> object:
    """The provider says that a contact's destination is dead."""
    return world.handle(ContactOff(name, contact, reason))


def entries(world: World, kind: str) -> list[str]:
    """The texts of all entries of a kind, of all incidents."""
    return [e.text for every in world.entries.values() for e in every if e.kind == kind]


def staggered() -> World:
    """Alice by desk at once, by mail after five minutes; her push is for nothing yet."""
    alice = replace(
        person("alice", "desk", "mail", "hook"),
        page=(ContactStep("desk"), ContactStep("mail", 5 * MINUTE)),
    )
    people = {"alice": alice, "bob": person("bob"), "carol": person("carol")}
    return World(replace(settings(people=people)))


def test_contact_that_is_off_is_passed_over_and_the_next_is_used_at_once() -> None:
    world = staggered()
    off(world, "desk")

    world.fires(severity="SEV-1")
    world.run(1)

    assert [page for page in world.pages() if page[1].startswith("alice")] == [(0, "alice/mail")]
    assert entries(world, "page.skipped") == [f"alice by desk: contact off ({STOP})"]
    number = world.incident.number
    (skipped,) = [e for e in world.entries[number] if e.kind == "page.skipped"]
    assert skipped.data["reason"] is Reason.CONTACT_OFF


def test_behind_the_last_of_the_list_another_contact_is_used() -> None:
    world = staggered()
    off(world, "desk")
    off(world, "mail")

    world.fires(severity="SEV-1")
    world.run(1)

    assert [by for _, by in world.pages() if by.startswith("alice")] == ["alice/hook"]


def test_person_without_a_contact_that_is_on_is_skipped_and_the_next_step_fires() -> None:
    world = World(plan(step(0, "person:alice"), step(0.5, "person:bob")))
    off(world, "desk")
    off(world, "mail")
    world.run(600)
    world.handle(Acknowledged(world.incident.number, "bob"))
    before = len(world.pages())

    world.fires(severity="SEV-2")
    world.run(1)

    after = [by for _, by in world.pages()[before:]]
    assert after == ["carol/desk", "carol/mail", "bob/desk", "bob/mail"], "the catch-all, too"
    assert "person:alice: no usable contact" in entries(world, "page.skipped")


def test_owner_hears_of_it_by_another_contact() -> None:
    world = World()

    assert off(world, "mail") == RowSaved("alice/mail")
    world.deliver()

    ((whom, subject),) = world.updates()
    assert whom == "alice/desk"
    assert subject == f"your contact mail is off and gets no pages: {STOP}"
    assert [incident.kind for incident in world.view.incidents.values()] == ["notice"]
    assert entries(world, "contact.off") == [f"alice/mail is off, and passed over: {STOP}"]


def test_last_contact_opens_an_incident_which_ends_when_one_is_on_again() -> None:
    world = World(plan(step(0, "person:bob")))
    off(world, "mail")
    off(world, "desk")

    opened = world.live(contacts_key("alice"))
    assert opened is not None
    assert opened.title == "no page can reach alice"
    assert "The last contact of Alice, desk, is off" in opened.text
    world.deliver()
    assert [by for _, by in world.pages()] == ["bob/desk", "bob/mail"]

    world.handle(ContactOn("alice", "desk", "START was received"))

    assert world.live(contacts_key("alice")) is None
    assert world.view.incidents[opened.number].state is State.RESOLVED
    assert entries(world, "contact.on") == ["alice/desk is used again: START was received"]


def test_it_is_said_once_however_often_the_provider_says_it() -> None:
    world = World()
    off(world, "mail")
    rows = dict(world.view.incidents)

    off(world, "mail", reason="blocked")

    assert world.view.incidents == rows
    state = world.view.row(ContactState, "alice/mail")
    assert state is not None
    assert state.off_reason == STOP


def test_to_switch_on_what_is_on_changes_nothing() -> None:
    world = World()

    assert world.handle(ContactOn("alice", "mail", "START")) == RowSaved("alice/mail")

    assert world.view.incidents == {}
    assert world.view.row(ContactState, "alice/mail") is None


def test_updates_go_by_another_contact_while_one_is_off() -> None:
    world = World()
    off(world, "mail")
    world.deliver()
    world.sent.clear()

    world.fires(severity="SEV-2")
    world.deliver()
    world.handle(Acknowledged(world.incident.number, "bob"))
    world.deliver()

    assert [whom for whom, _ in world.updates()] == ["alice/desk"]


def test_page_that_waits_does_not_go_to_a_contact_that_has_gone_off() -> None:
    world = staggered()
    world.fires(severity="SEV-1")
    world.run(60)

    off(world, "mail")
    world.run(300)

    page = next(p for p in world.view.pages.values() if p.recipient.contact == "mail")
    assert page.state is PageState.FAILED
    assert page.error == f"contact_off: {STOP}"
    assert "alice/mail" not in [by for _, by in world.pages()]


def test_new_address_starts_anew() -> None:
    world = World()
    off(world, "mail")
    alice = world.settings.people["alice"]
    contacts = {**alice.contacts, "mail": Contact("mail", "new@example.org")}
    people = {**world.settings.people, "alice": replace(alice, contacts=contacts)}
    world.settings = replace(world.settings, people=people)

    world.fires(severity="SEV-1")
    world.deliver()

    assert "alice/mail" in [by for _, by in world.pages()]


@pytest.mark.parametrize(
    ("name", "contact", "detail"),
    [
        (
            "alicia",
            "mail",
            "there is no person 'alicia' in the configuration (did you mean alice?)",
        ),
        ("alice", "sms", "alice has no contact 'sms'; there is desk, mail"),
    ],
)
def test_unknown_person_or_contact_is_refused(name: str, contact: str, detail: str) -> None:
    assert off(World(), contact, name) == Unknown(detail)
