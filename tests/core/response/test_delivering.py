from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.core.response.test_escalation import at, office_hours
from tests.core.world import World, person, plan, settings, step, target
from triaged.core.records.answers import Drop, Hold, Send
from triaged.core.records.events import (
    Acknowledged,
    Delivered,
    DeliveryEnded,
    PageDue,
    Refused,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Page, PageState, Recipient, Span
from triaged.core.settings import ContactStep
from triaged.core.time.durations import MINUTE, SECOND
from triaged.dry_run.simulator import accept

TEN = 10 * MINUTE


def refuse(*channels: str) -> Callable[[Page, int], Verdict]:
    """A provider that never takes anything on these channels."""

    def provider(page: Page, now: int) -> Verdict:
        return Refused("no such number") if page.channel in channels else Delivered()

    return provider


def first_page(world: World) -> Page:
    """The first page in the outbox."""
    return next(iter(world.view.pages.values()))


def test_a_due_page_of_an_open_incident_may_go() -> None:
    world = World()
    world.fires(severity="SEV-2")
    claimed = world.claim(first_page(world))

    answer = world.handle(PageDue(claimed))

    assert answer == Send(claimed, world.incident)


def test_a_page_is_superseded_by_an_acknowledgement() -> None:
    world = World()
    world.fires(severity="SEV-2")
    claimed = world.claim(first_page(world))
    world.handle(Acknowledged(1, "alice"))

    answer = world.handle(PageDue(claimed))

    assert isinstance(answer, Drop)
    assert world.view.pages[claimed.id].state is PageState.SUPERSEDED
    assert world.view.pages[claimed.id].error == "acknowledged"


def test_a_page_of_an_older_epoch_is_superseded() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    claimed = world.claim(first_page(world))
    world.fires(severity="SEV-1", pod="b")

    assert isinstance(world.handle(PageDue(claimed)), Drop)


def test_a_page_that_somebody_else_has_claimed_since_does_not_go() -> None:
    world = World()
    world.fires(severity="SEV-2")
    claimed = world.claim(first_page(world))
    world.claim(claimed)

    answer = world.handle(PageDue(claimed))

    assert isinstance(answer, Drop)
    assert world.view.pages[claimed.id].state is PageState.DUE


def test_a_verdict_with_an_old_token_changes_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")
    claimed = world.claim(first_page(world))
    newer = world.claim(claimed)

    world.handle(DeliveryEnded(claimed.id, claimed.token, Delivered(), claimed.attempts))

    assert world.view.pages[claimed.id] == newer


def test_an_attempt_without_a_known_end_makes_the_next_a_possible_duplicate() -> None:
    world = World()
    world.fires(severity="SEV-2")
    lost = world.claim(first_page(world))  # the process died after this

    answer = world.handle(PageDue(world.claim(lost)))

    assert isinstance(answer, Send)
    assert answer.page.possible_duplicate


def test_an_attempt_that_was_answered_is_no_possible_duplicate() -> None:
    answers: list[Verdict] = [TryAgain("HTTP 503"), Delivered()]
    world = World(
        provider=lambda page, now: answers.pop(0) if page.channel == "desk" else Delivered()
    )
    world.fires(severity="SEV-2")

    world.run(5)

    flags = [page.possible_duplicate for _, page in world.sent if page.channel == "desk"]
    assert flags == [False, False]


def test_a_time_out_makes_the_next_a_possible_duplicate() -> None:
    answers: list[Verdict] = [TryAgain("timed out", maybe_accepted=True), Delivered()]
    world = World(
        provider=lambda page, now: answers.pop(0) if page.channel == "desk" else Delivered()
    )
    world.fires(severity="SEV-2")

    world.run(5)

    flags = [page.possible_duplicate for _, page in world.sent if page.channel == "desk"]
    assert flags == [False, True]


def test_a_refused_page_goes_to_the_next_contact_at_once() -> None:
    people = dict(settings().people)
    people["alice"] = replace(people["alice"], page=(ContactStep("desk"),))
    world = World(settings(people=people), provider=refuse("desk"))

    world.fires(severity="SEV-2")
    world.deliver()

    assert world.pages() == [(0, "alice/desk"), (0, "alice/mail")]
    assert world.kinds().count("page.failed") == 1


def test_when_every_contact_refuses_the_catch_all_and_the_next_step_go_now() -> None:
    def provider(page: Page, now: int) -> Verdict:
        return Refused("gone") if page.recipient.person == "alice" else Delivered()

    world = World(plan(step(0, "person:alice"), step(1, "person:bob")), provider=provider)
    world.fires(severity="SEV-2")

    world.deliver()

    assert sorted(set(world.pages())) == [
        (0, "alice/desk"),
        (0, "alice/mail"),
        (0, "bob/desk"),
        (0, "bob/mail"),
        (0, "carol/desk"),
        (0, "carol/mail"),
    ]


def test_a_round_whose_pages_all_fail_is_followed_by_the_next_in_its_time() -> None:
    configured = plan(
        step(0, "person:alice"), step(1, "person:bob"), repeat_times=2, repeat_every=Span(TEN)
    )
    world = World(configured, provider=lambda page, now: Refused("no"))
    world.fires(severity="SEV-2")

    world.run(3600)

    desks = [(at, who) for at, who in world.pages() if who.endswith("/desk")]
    everybody = ("alice/desk", "carol/desk", "bob/desk")
    assert sorted(desks) == sorted((at, who) for at in (0, 600, 1200) for who in everybody)


@pytest.mark.parametrize("last", [[Refused("no")], 6 * [TryAgain("down")]])
def test_one_failing_page_starts_the_step_after_it_and_no_other(last: list[Verdict]) -> None:
    answers: list[Verdict] = [TryAgain("down"), TryAgain("down"), *last]
    people = dict(settings().people) | {"dave": person("dave", "hook")}
    people["alice"] = person("alice", "desk")
    steps = (step(0, "person:alice"), step(0.5, "person:bob"), step(1, "person:dave"))
    world = World(
        replace(plan(*steps), people=people),
        provider=lambda page, now: (
            answers.pop(0) if answers and page.recipient.person == "alice" else Delivered()
        ),
    )
    world.fires(severity="SEV-2")

    world.run(60)

    assert {who for _, who in world.pages() if who != "alice/desk"} == {
        "bob/desk",
        "bob/mail",
        "carol/desk",
        "carol/mail",
    }


def test_a_step_that_fails_beside_the_catch_all_is_followed_at_once() -> None:
    def provider(page: Page, now: int) -> Verdict:
        return Delivered() if page.recipient.person in ("carol", "dave") else Refused("gone")

    people = dict(settings().people) | {"dave": person("dave", "hook")}
    steps = (step(0, "person:alice"), step(0.5, "person:bob"), step(1, "person:dave"))
    world = World(replace(plan(*steps), people=people), provider=provider)
    world.fires(severity="SEV-2")

    world.deliver()

    assert (0, "dave/hook") in world.pages()
    assert "INC-1/1/1/1/person:carol/carol/desk" in world.view.pages


def test_a_catch_all_that_the_step_names_is_not_paged_once_more_for_it() -> None:
    configured = plan(step(0, "person:alice"), catch_all=target("person:alice"))
    world = World(configured, provider=lambda page, now: TryAgain("down"))
    world.fires(severity="SEV-2")

    world.run(60)

    assert len(world.view.pages) == 2
    assert {page.state for page in world.view.pages.values()} == {PageState.DUE}


def test_what_is_no_page_goes_to_no_other_contact_than_those_for_notices() -> None:
    people = dict(settings().people)
    phone, mail = ContactStep("desk"), ContactStep("mail")
    people["alice"] = replace(people["alice"], page=(phone,), notify=(mail,))
    world = World(settings(people=people), provider=refuse("mail"))
    world.fires(severity="SEV-4")

    world.deliver()

    assert "alice/desk" not in {who for _, who in world.pages()}


def test_a_step_whose_other_target_was_reached_needs_no_successor() -> None:
    def provider(page: Page, now: int) -> Verdict:
        return Refused("gone") if page.recipient.person == "alice" else Delivered()

    world = World(
        plan(step(0, "person:bob", "person:alice"), step(1, "person:carol")), provider=provider
    )
    world.fires(severity="SEV-2")

    world.run(60)

    assert {who.split("/")[0] for _, who in world.pages()} == {"alice", "bob"}


def test_a_page_is_tried_until_the_provider_is_back() -> None:
    down_until = 30 * MINUTE

    def provider(page: Page, now: int) -> Verdict:
        if now < world.start + down_until:
            return TryAgain("connection refused")
        return Delivered()

    world = World(plan(step(0, "channel:hook")), provider=provider)
    world.fires(severity="SEV-3")

    world.run(32 * 60)

    assert first_page(world).state is PageState.SENT
    sent_at = first_page(world).sent_at
    assert sent_at is not None
    assert sent_at - world.start - down_until <= 60 * SECOND


def test_a_slow_failure_starts_the_next_contact_while_the_first_is_tried_again() -> None:
    people = dict(settings().people)
    people["alice"] = replace(people["alice"], page=(ContactStep("desk"),))

    def provider(page: Page, now: int) -> Verdict:
        if page.channel == "desk":
            return TryAgain("timed out", maybe_accepted=True)
        return Delivered()

    world = World(settings(people=people), provider=provider)
    world.fires(severity="SEV-1")

    world.deliver()

    assert (0, "alice/mail") in world.pages()
    assert world.view.pages[first_page(world).id].state is PageState.DUE


def test_a_slow_failure_after_a_quick_one_starts_the_next_contact_too() -> None:
    people = dict(settings().people)
    people["alice"] = replace(people["alice"], page=(ContactStep("desk"),))

    def provider(page: Page, now: int) -> Verdict:
        if page.channel == "desk":
            return TryAgain("down", maybe_accepted=page.attempts > 1)
        return Delivered()

    world = World(settings(people=people), provider=provider)
    world.fires(severity="SEV-1")

    world.run(5)

    assert [whom for _, whom in world.pages()].count("alice/mail") == 1


def test_whoever_is_paged_during_an_acknowledgement_hears_of_it_too() -> None:
    world = World()
    world.fires(severity="SEV-2")
    claimed = world.claim(first_page(world))
    world.handle(PageDue(claimed))

    world.handle(Acknowledged(1, "bob"))
    world.handle(DeliveryEnded(claimed.id, claimed.token, Delivered(), claimed.attempts))
    world.deliver()

    assert world.incident.told == (Recipient("alice", "desk"),)
    assert [who for who, _ in world.updates()] == ["alice/desk"]


def test_a_page_is_held_while_the_calendar_is_closed() -> None:
    world = office_hours()
    world.fires(severity="SEV-4")
    claimed = world.claim(first_page(world))
    world.now = at(27, 20)

    answer = world.handle(PageDue(claimed))

    assert isinstance(answer, Hold)
    assert answer.page.due_at == at(30, 7)
    assert world.kinds()[-1] == "page.held"


def test_an_update_that_cannot_be_delivered_for_an_hour_is_given_up() -> None:
    world = World(provider=lambda page, now: TryAgain("down") if page.subject else Delivered())
    world.fires(severity="SEV-3")
    world.deliver()
    world.handle(Acknowledged(1, "bob"))

    world.run(2 * 3600)

    states = {page.state for page in world.view.pages.values() if page.subject}
    assert states == {PageState.FAILED}


@pytest.mark.parametrize("attempts", [1, 2, 3, 4])
def test_the_timeline_of_a_long_outage_stays_short(attempts: int) -> None:
    world = World(plan(step(0, "channel:hook")), provider=lambda page, now: TryAgain("down"))
    world.fires(severity="SEV-3")

    world.run(2**attempts)

    tries = first_page(world).attempts
    failures = [e for e in world.entries[1] if e.data.get("page") == first_page(world).id]
    assert len(failures) == tries.bit_length()


def test_who_refuses_is_asked_again_when_nobody_else_is_left() -> None:
    chosen = plan(step(0, "channel:hook"), step(1, "channel:hook"), catch_all=None)
    world = World(chosen, provider=refuse("hook"))
    world.fires(severity="SEV-2")
    world.run(600)
    (page, *_) = [p for p in world.view.pages.values() if p.state is PageState.DUE]
    assert page.attempts > 5

    world.provider = accept
    world.run(60)

    assert world.view.pages[page.id].state is PageState.SENT
    assert world.kinds().count("page.sent") == 1


def test_who_refuses_is_left_alone_when_somebody_has_it() -> None:
    world = World(plan(step(0, "channel:hook"), catch_all=None), provider=refuse("hook"))
    world.fires(severity="SEV-2")
    world.run(60)
    world.handle(Acknowledged(1, "bob"))

    world.run(120)

    assert first_page(world).state is PageState.SUPERSEDED


def test_a_person_is_paged_once_by_the_catch_all_and_the_step_after_it() -> None:
    chosen = plan(
        step(0, "channel:hook"), step(1, "person:alice"), catch_all=target("person:alice")
    )
    world = World(chosen, provider=refuse("hook"))
    world.fires(severity="SEV-2")

    world.deliver()

    assert world.pages() == [(0, "/hook"), (0, "alice/desk"), (0, "alice/mail")]
