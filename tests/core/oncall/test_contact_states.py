from msgspec.structs import replace

from tests.core.world import World, person, settings
from triaged.core.oncall.contact_states import (
    address_digest,
    contacts_at,
    is_on,
    new_state,
    state_of,
    usable_contacts,
    why_off,
)
from triaged.core.records.pages import Recipient
from triaged.core.settings import Contact
from triaged.core.view import View

SMS = Contact("sms", "+4917012345678")
ALICE = replace(person("alice"), contacts={"sms": SMS, "mail": Contact("mail", "a@example.org")})
SETTINGS = settings(people={"alice": ALICE}, channels=frozenset({"sms", "mail"}))


def view_with_off(reason: str = "STOP") -> View:
    view = View()
    view.add_row(replace(new_state("alice", "sms", SMS), off_since=1, off_reason=reason))
    return view


def test_contact_that_is_off_says_why() -> None:
    view = view_with_off()

    assert why_off(view, SETTINGS, Recipient("alice", "sms")) == "STOP"
    assert why_off(view, SETTINGS, Recipient("alice", "mail")) is None
    assert not is_on(view, SETTINGS, Recipient("alice", "sms"))
    assert usable_contacts(view, SETTINGS, ALICE) == ["mail"]


def test_state_of_another_address_is_no_state() -> None:
    moved = replace(ALICE, contacts={"sms": replace(SMS, to="+4917087654321")})
    elsewhere = replace(ALICE, contacts={"sms": replace(SMS, channel="other")})

    for changed in (moved, elsewhere):
        chosen = replace(SETTINGS, people={"alice": changed})
        assert state_of(view_with_off(), chosen, "alice", "sms") is None
        assert is_on(view_with_off(), chosen, Recipient("alice", "sms"))


def test_channel_without_a_person_and_an_unknown_person_are_never_off() -> None:
    view = view_with_off()

    assert is_on(view, SETTINGS, Recipient("", "sms"))
    assert is_on(view, SETTINGS, Recipient("mallory", "sms"))


def test_contact_whose_channel_is_gone_is_not_usable() -> None:
    gone = replace(SETTINGS, channels=frozenset({"sms"}))

    assert usable_contacts(View(), gone, ALICE) == ["sms"]


def test_everybody_with_the_address_is_found() -> None:
    bob = replace(person("bob"), contacts={"phone": SMS})
    carol = replace(person("carol"), contacts={"room": Contact("sms", "C1", "U7")})
    both = replace(SETTINGS, people={"alice": ALICE, "bob": bob, "carol": carol})

    assert [*contacts_at(both, "sms", SMS.to)] == [("alice", "sms"), ("bob", "phone")]
    assert [*contacts_at(both, "sms", "U7")] == [("carol", "room")]
    assert [*contacts_at(both, "mail", SMS.to)] == []
    assert [*contacts_at(both, "sms", "")] == [], "no account is nobody's"


def test_digests_tell_channels_and_addresses_apart() -> None:
    contacts = [SMS, replace(SMS, channel="sm"), Contact("sms+", SMS.to[1:])]

    assert len({address_digest(one) for one in contacts}) == 3


def test_world_begins_with_every_contact_on() -> None:
    world = World()

    assert usable_contacts(world.view, world.settings, world.settings.people["alice"]) == [
        "desk",
        "mail",
    ]
