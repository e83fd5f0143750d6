"""The end of a delivery says that a contact is dead, or that it works again."""

import pytest

from tests.core.world import World
from triaged.core.decide import decide
from triaged.core.oncall.switching import switched_by
from triaged.core.records.duty.contacts import ContactDelivery, ContactOff, ContactState
from triaged.core.records.effects import Decision, NoteDelivery
from triaged.core.records.events import (
    ContactsTested,
    Delivered,
    DeliveryEnded,
    Event,
    NotTried,
    Refused,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Page, PageKind
from triaged.core.records.pages import Recipient
from triaged.core.situation import Situation

PAGE = "INC-7/1/1/1/person:alice/alice/mail"
TEST = "INC-7/0/1/1/person:alice/alice/mail"
TO_CHANNEL = "INC-7/1/1/1/channel:mail//mail"


@pytest.mark.parametrize(
    ("page_id", "verdict", "switched"),
    [
        (PAGE, Refused("blocked", gone=True), True),
        (PAGE, Refused("no"), False),
        (PAGE, TryAgain("busy"), False),
        (PAGE, NotTried("paused", 1), False),
        (PAGE, Delivered(), False),
        (TEST, Delivered(), True),
        (TO_CHANNEL, Refused("blocked", gone=True), False),
    ],
)
def test_what_switches_a_contact_is_known_before_rows_are_read(
    page_id: str, verdict: Verdict, *, switched: bool
) -> None:
    expected = Recipient("alice", "mail") if switched else None

    assert switched_by(DeliveryEnded(page_id, 1, verdict, 1)) == expected


def state(world: World) -> ContactState | None:
    return world.view.row(ContactState, "alice/mail")


def test_dead_destination_switches_off_and_the_page_goes_on() -> None:
    def provider(page: Page, now: int) -> Verdict:
        is_dead = page.recipient == Recipient("alice", "mail")
        return Refused("bot was blocked by the user", gone=True) if is_dead else Delivered()

    world = World(provider=provider)
    world.fires(severity="SEV-1")
    world.run(1)

    known = state(world)
    assert known is not None
    assert (known.off_since is not None, known.off_reason) == (True, "bot was blocked by the user")
    told = [by for _, by in world.pages()]
    assert "alice/desk" in told
    assert world.updates()[0] == (
        "alice/desk",
        "your contact mail is off and gets no pages: bot was blocked by the user",
    )


def test_refusal_that_says_nothing_of_the_destination_leaves_it_on() -> None:
    world = World(provider=lambda page, now: Refused("invalid token"))

    world.fires(severity="SEV-1")
    world.run(1)

    assert state(world) is None


def test_test_page_that_arrives_switches_on_and_one_that_fails_does_not() -> None:
    verdicts: list[Verdict] = [Refused("blocked"), Delivered()]

    def provider(page: Page, now: int) -> Verdict:
        return verdicts.pop(0) if page.test and page.recipient.contact == "mail" else Delivered()

    world = World(provider=provider)
    world.handle(ContactOff("alice", "mail", "blocked"))

    for is_off in (True, False):
        world.run(60)
        world.handle(ContactsTested("bob", "alice", "mail", world.now))
        world.run(1)
        known = state(world)
        assert known is not None
        assert (known.off_since is not None) is is_off


def test_ends_of_deliveries_are_noted_and_waits_are_not() -> None:
    verdicts: list[Verdict] = [TryAgain("busy"), NotTried("paused", 1_000_000), Delivered()]

    def provider(page: Page, now: int) -> Verdict:
        mine = page.kind is PageKind.PAGE and page.recipient == Recipient("alice", "mail")
        return verdicts.pop(0) if mine and verdicts else Delivered()

    world = World(provider=provider)
    noted: list[ContactDelivery] = []

    def watched(situation: Situation, event: Event) -> Decision:
        decision = decide(situation, event)
        ends = [each.delivery for each in decision.effects if isinstance(each, NoteDelivery)]
        noted.extend(end for end in ends if (end.person, end.contact) == ("alice", "mail"))
        return decision

    world.decide = watched
    world.fires(severity="SEV-1")
    world.run(30)

    assert [end.error for end in noted][:2] == ["busy", ""]
