"""Verdicts on messages whose contact cannot be used any more."""

from msgspec.structs import replace

from tests.core.world import World
from triaged.core.records.duty.contacts import ContactOff
from triaged.core.records.events import Acknowledged, Refused
from triaged.core.records.model import PageKind, PageState
from triaged.core.response.contact_gone import channel_gone, contact_off, given_back


def test_verdicts_say_what_is_gone() -> None:
    world = World()
    world.fires(severity="SEV-1")
    world.handle(ContactOff("alice", "mail", "STOP"))
    page = next(p for p in world.view.pages.values() if p.recipient.contact == "mail")

    assert channel_gone(page) == Refused("channel_gone: mail is not in the configuration")
    assert contact_off(world.situation(), page) == Refused("contact_off: STOP")


def test_claim_that_is_given_back_counts_as_no_attempt() -> None:
    world = World()
    world.fires(severity="SEV-1")
    page = replace(next(iter(world.view.pages.values())), attempts=2, lease_until=9)

    back = given_back(page, 5)

    assert (back.attempts, back.lease_until, back.due_at) == (1, 0, 5)


def test_update_to_a_contact_that_has_gone_off_meanwhile_goes_by_another() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()
    world.handle(Acknowledged(1, "bob"))
    world.handle(ContactOff("alice", "mail", "STOP"))

    world.deliver()

    assert {whom for whom, _ in world.updates()} == {"alice/desk"}
    updates = [page for page in world.view.pages.values() if page.kind is PageKind.UPDATE]
    skipped = [page for page in updates if page.state is PageState.SUPERSEDED]
    assert [(p.recipient.contact, p.error) for p in skipped] == [("mail", "contact_off")]
