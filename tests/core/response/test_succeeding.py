from collections.abc import Callable, Sequence

from msgspec.structs import replace

from tests.core.world import World, person, plan, settings, step
from triaged.core.records.effects import Count
from triaged.core.records.events import (
    Acknowledged,
    Delivered,
    DeliveryEnded,
    DeliverySlow,
    NotTried,
    PageDue,
    Refused,
    RetryWanted,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Page, PageKind, PageState
from triaged.core.records.timers import ReachDue
from triaged.core.response.succeeding import NOBODY_US
from triaged.core.settings import Contact, ContactStep, Settings
from triaged.core.time.durations import SECOND

GREYLISTED = TryAgain("SMTP 450 greylisted")


def two_steps() -> Settings:
    """Alice, who has one contact, then at half of the target Bob."""
    people = dict(settings().people)
    people["alice"] = person("alice", "desk")
    return replace(plan(step(0, "person:alice"), step(0.5, "person:bob")), people=people)


def of_alice(verdicts: Sequence[Verdict]) -> Callable[[Page, int], Verdict]:
    """A provider that says these to Alice, one after the other, and takes everything else."""
    left = list(verdicts)

    def provider(page: Page, _now: int) -> Verdict:
        return left.pop(0) if page.recipient.person == "alice" and left else Delivered()

    return provider


def texts(world: World) -> list[tuple[int, str]]:
    """(seconds since the start, text) of each entry of the first incident's timeline."""
    return [((each.at - world.start) // SECOND, each.text) for each in world.entries[1]]


def nobody(world: World) -> list[int]:
    """When the timeline says that a step has reached nobody (seconds)."""
    return [at for at, text in texts(world) if text.endswith("reached nobody")]


def test_temporary_refusal_of_seconds_is_waited_for() -> None:
    world = World(two_steps(), provider=of_alice(5 * [GREYLISTED]))
    world.fires(severity="SEV-1")

    world.run(29)

    assert {who for _, who in world.pages()} == {"alice/desk"}
    assert nobody(world) == []
    assert world.counts.count(Count("retried", "desk")) == 5


def test_step_that_nobody_was_reached_by_in_half_a_minute_is_followed_by_the_next() -> None:
    world = World(two_steps(), provider=of_alice(100 * [GREYLISTED]))
    world.fires(severity="SEV-1")

    world.run(120)

    assert min(at for at, who in world.pages() if who.startswith("bob/")) == 30
    assert nobody(world) == [30]


def test_step_whose_contacts_all_refuse_is_followed_by_the_next_at_once() -> None:
    world = World(two_steps(), provider=of_alice([Refused("no such user")]))
    world.fires(severity="SEV-1")

    world.deliver()

    assert nobody(world) == [0]
    assert (0, "bob/desk") in world.pages()


def test_step_that_somebody_was_reached_by_is_not_said_to_have_reached_nobody() -> None:
    people = dict(settings().people) | {"alice": person("alice", "desk")}
    both = replace(plan(step(0, "person:alice", "person:bob"), step(1, "person:carol")))
    world = World(replace(both, people=people), provider=of_alice(100 * [GREYLISTED]))
    world.fires(severity="SEV-1")

    world.run(120)

    assert nobody(world) == []
    assert "carol/desk" not in {who for _, who in world.pages()}


def test_attempt_that_takes_long_goes_on_beside_the_next_contact() -> None:
    world = World()
    world.fires(severity="SEV-1")
    claimed = claim_of_desk(world)

    world.handle(DeliverySlow(claimed.id, claimed.token, world.now))

    assert world.view.pages[claimed.id].passed_on
    assert world.view.pages[claimed.id].state is PageState.DUE
    assert "page.delayed" in world.kinds()
    mail = next(page for page in world.view.pages.values() if page.channel == "mail")
    assert mail.due_at == world.now
    assert world.timers[1, ReachDue].due_at == world.now + NOBODY_US


def test_attempt_that_takes_long_is_said_once_and_only_of_what_is_needed() -> None:
    world = World()
    world.fires(severity="SEV-1")
    claimed = claim_of_desk(world)

    world.handle(DeliverySlow(claimed.id, claimed.token - 1, world.now))
    world.handle(DeliverySlow(claimed.id, claimed.token, world.now))
    world.handle(DeliverySlow(claimed.id, claimed.token, world.now))
    assert world.kinds().count("page.delayed") == 1

    world.handle(Acknowledged(1, "bob"))
    late = World()
    late.fires(severity="SEV-1")
    page = claim_of_desk(late)
    late.handle(Acknowledged(1, "bob"))
    late.handle(DeliverySlow(page.id, page.token, late.now))
    assert "page.delayed" not in late.kinds()


def claim_of_desk(world: World) -> Page:
    """The page by Alice's desk, claimed and let go."""
    page = next(page for page in world.view.pages.values() if page.channel == "desk")
    claimed = world.claim(page)
    world.handle(PageDue(claimed))
    return claimed


def test_what_was_not_tried_is_no_attempt() -> None:
    world = World(two_steps())
    world.fires(severity="SEV-1")
    claimed = claim_of_desk(world)

    pause = NotTried("the channel does not answer", 15 * SECOND)
    world.handle(DeliveryEnded(claimed.id, claimed.token, pause, claimed.attempts))

    page = world.view.pages[claimed.id]
    assert Count("retried", "desk") not in world.counts
    assert (page.attempts, page.due_at) == (0, world.now + 15 * SECOND)
    assert (world.kinds().count("page.delayed"), "page.failed" in world.kinds()) == (1, False)
    again = world.claim(page)
    world.handle(PageDue(again))
    assert not world.view.pages[claimed.id].possible_duplicate


def test_a_pause_does_not_hide_why_the_attempt_before_failed() -> None:
    world = World(two_steps())
    world.fires(severity="SEV-1")
    claimed = claim_of_desk(world)
    world.handle(DeliveryEnded(claimed.id, claimed.token, TryAgain("connection refused"), 1))
    again = world.claim(world.view.pages[claimed.id])

    pause = NotTried("the channel does not answer", 15 * SECOND)
    world.handle(DeliveryEnded(again.id, again.token, pause, again.attempts))

    assert world.view.pages[claimed.id].error == "connection refused"


def test_addresses_that_were_put_off_are_tried_alone_and_refused_ones_are_on_the_timeline() -> None:
    partly = Delivered("OK", ("b@example.org",), (("c@example.org", "SMTP 550 gone"),))
    world = World(two_steps(), provider=of_alice([partly, GREYLISTED, GREYLISTED]))
    world.fires(severity="SEV-1")

    world.run(120)

    first, rest = [page for page in world.view.pages.values() if page.channel == "desk"]
    assert (first.state, first.addresses) == (PageState.SENT, ())
    assert (rest.state, rest.addresses) == (PageState.SENT, ("b@example.org",))
    assert rest.id == "INC-1/1/1/1/person:alice+/alice/desk"
    said = [text for _, text in texts(world)]
    assert "alice by desk has no page at c@example.org: SMTP 550 gone" in said
    assert nobody(world) == []
    assert {who for _, who in world.pages()} == {"alice/desk"}


def test_page_that_nobody_confirms_is_said_to_be_one() -> None:
    world = World(two_steps(), provider=lambda page, now: Delivered(is_unconfirmed=True))
    world.fires(severity="SEV-1")

    world.deliver()

    assert (0, "paged alice by desk: nobody says whether it arrived") in texts(world)


def test_all_addresses_refused_are_tried_again_where_that_may_help() -> None:
    partly = TryAgain(
        "SMTP 451", put_off=("b@example.org",), refused=(("c@example.org", "SMTP 550 gone"),)
    )
    world = World(two_steps(), provider=of_alice([partly]))
    world.fires(severity="SEV-1")

    world.run(10)

    assert [page.addresses for _, page in world.sent] == [(), ("b@example.org",)]


def test_page_of_a_contact_that_was_moved_goes_out_by_its_new_channel() -> None:
    world = World(two_steps(), provider=lambda page, now: Delivered())
    world.fires(severity="SEV-1")
    alice = world.settings.people["alice"]
    moved = replace(alice, contacts={"desk": Contact("mail", "alice@example.org")})
    world.settings = replace(world.settings, people=dict(world.settings.people) | {"alice": moved})

    world.run(5)

    ((_, sent),) = world.sent
    assert (sent.channel, sent.attempts, sent.recipient.contact) == ("mail", 1, "desk")


def test_who_may_have_got_a_page_hears_of_the_acknowledgement() -> None:
    cut = TryAgain("cut", maybe_accepted=True)
    world = World(two_steps(), provider=of_alice([cut, *(100 * [TryAgain("down")])]))
    world.fires(severity="SEV-1")
    world.run(5)

    world.handle(Acknowledged(1, "bob"))

    updates = [page for page in world.view.pages.values() if page.kind is PageKind.UPDATE]
    assert "alice" in {page.recipient.person for page in updates}


def test_who_may_have_got_a_page_from_an_attempt_without_an_end_hears_of_it_too() -> None:
    world = World(two_steps())
    world.fires(severity="SEV-1")
    lost = claim_of_desk(world)  # the process died after this
    world.handle(Acknowledged(1, "bob"))

    world.handle(PageDue(world.claim(lost)))

    updates = [page for page in world.view.pages.values() if page.kind is PageKind.UPDATE]
    assert [page.recipient.person for page in updates] == ["alice"]


def test_delayed_contact_is_not_waited_for_where_the_first_fails() -> None:
    people = dict(settings().people)
    ways = (ContactStep("desk"), ContactStep("mail", 120 * SECOND))
    people["alice"] = replace(people["alice"], page=ways)
    world = World(
        replace(plan(step(0, "person:alice")), people=people),
        provider=lambda page, now: GREYLISTED if page.channel == "desk" else Delivered(),
    )
    world.fires(severity="SEV-1")

    world.run(10)

    assert (0, "alice/mail") in world.pages()


def test_what_failed_is_tried_at_once_after_a_reload_and_what_is_held_is_not() -> None:
    world = World(two_steps(), provider=of_alice(100 * [TryAgain("HTTP 500")]))
    world.fires(severity="SEV-1")
    world.run(10)
    (page,) = [each for each in world.view.pages.values() if each.recipient.person == "alice"]
    held = replace(page, error="")

    world.handle(RetryWanted(page.id, page.token))
    due_at = world.view.pages[page.id].due_at
    world.view.pages[page.id] = held
    world.view.incidents[1] = replace(world.incident, held_by=("silence:s1",))
    world.handle(RetryWanted(held.id, held.token))

    assert page.due_at > world.now
    assert (due_at, world.view.pages[held.id].due_at) == (world.now, held.due_at)
