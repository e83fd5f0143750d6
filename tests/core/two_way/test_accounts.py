"""People by their accounts: as configured, on that channel, and of one person alone."""

from msgspec.structs import replace

from tests.core.world import settings
from triaged.core.settings import Contact, Settings
from triaged.core.two_way.accounts import contact_of, person_of, stranger_text


def ours() -> Settings:
    """Alice's contact is her account; bob's is a room, with his account beside it."""
    base = settings()
    alice = replace(base.people["alice"], contacts={"chat": Contact("slack", "U1")})
    bob = replace(base.people["bob"], contacts={"chat": Contact("slack", "C9", "U2")})
    return replace(base, people={"alice": alice, "bob": bob})


def test_person_by_address_and_by_account() -> None:
    assert [getattr(person_of(ours(), "slack", one), "id", None) for one in ("U1", "U2")] == [
        "alice",
        "bob",
    ]


def test_room_is_nobody_and_so_is_another_channels_account() -> None:
    for channel, account in (("slack", "C9"), ("other", "U1"), ("slack", ""), ("slack", "U3")):
        assert person_of(ours(), channel, account) is None


def test_account_of_two_people_is_nobodys() -> None:
    base = ours()
    bob = replace(base.people["bob"], contacts={"chat": Contact("slack", "U1")})

    assert person_of(replace(base, people={**base.people, "bob": bob}), "slack", "U1") is None


def test_contact_with_the_account() -> None:
    bob = ours().people["bob"]

    assert contact_of(bob, "slack", "U2") == "chat"
    assert contact_of(bob, "slack", "C9") == ""


def test_stranger_is_told_what_an_administrator_must_add() -> None:
    assert "channel: slack, to (or account): U9" in stranger_text("slack", "U9")
