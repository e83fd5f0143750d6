"""Tests of contacts: pages like any other, on an incident that was never open."""

import pytest
from msgspec.structs import replace

from tests.core.response.test_escalation import office_hours
from tests.core.world import MONDAY, World, person, settings
from triaged.core.lifecycle import Condition, condition_of
from triaged.core.records.answers import Acted, Answer, Conflict, Drop, RateLimited, Unknown
from triaged.core.records.effects import Count
from triaged.core.records.events import (
    Acknowledged,
    ContactsTested,
    Delivered,
    DeliveryEnded,
    DeliverySlow,
    NotTried,
    PageDue,
    Refused,
    Reopened,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Page, PageKind, PageState, Severity
from triaged.core.response.contact_tests import TEST_EVERY_US
from triaged.core.settings import Person
from triaged.core.time.durations import HOUR, MINUTE, SECOND


def asked(world: World, name: str = "alice", contact: str | None = None) -> Answer:
    """Bob asks for a test."""
    return world.handle(ContactsTested("bob", name, contact, world.now))


def ends(world: World) -> dict[str, tuple[PageState, str]]:
    """By contact, what became of its page."""
    return {p.recipient.contact: (p.state, p.error) for p in world.view.pages.values()}


def test_each_contact_gets_a_page_and_the_drill_is_closed_from_its_beginning() -> None:
    world = World()

    answer = asked(world)
    drill = world.view.incidents[1]
    world.run(1)

    assert answer == Acted(1)
    assert (drill.kind, condition_of(drill)) == ("drill", Condition.CLOSED)
    assert [(page.channel, page.kind, page.urgency) for _, page in world.sent] == [
        ("desk", PageKind.PAGE, "page"),
        ("mail", PageKind.PAGE, "page"),
    ]
    assert [entry.kind for entry in world.entries[1]] == ["drill.started", "page.sent", "page.sent"]
    assert world.timers == {}
    assert world.counts == []


def test_a_contact_can_be_tested_alone() -> None:
    world = World()

    asked(world, contact="mail")
    world.run(1)

    assert [page.channel for _, page in world.sent] == ["mail"]


def test_who_is_not_there_cannot_be_tested() -> None:
    world = World(settings(people={"alice": person("alice"), "dave": replace_contacts()}))

    assert asked(world, "eve") == Unknown("there is no person 'eve' in the configuration")
    assert asked(world, "dave") == Conflict("dave has no contact in the configuration")
    detail = "alice has no contact 'sms'; there is desk, mail"
    assert asked(world, "alice", "sms") == Unknown(detail)
    assert world.view.incidents == {}


def replace_contacts() -> Person:
    return replace(person("dave"), contacts={}, page=(), notify=())


def test_a_person_is_tested_a_few_times_a_minute() -> None:
    world = World()
    asked(world)
    world.run(5)

    assert asked(world) == RateLimited(TEST_EVERY_US - 5 * SECOND)
    assert asked(world, "bob") == Acted(2), "others are not concerned"
    world.run(10)
    assert asked(world) == Acted(3)


def test_a_test_has_the_least_severity_that_pages() -> None:
    world = World()

    asked(world)

    assert {page.severity for page in world.view.pages.values()} == {Severity.SEV3}


def test_a_closed_calendar_holds_no_test() -> None:
    world = office_hours()
    severities = {
        level: replace(one, urgency="notify")
        if level < Severity.SEV4
        else replace(one, urgency="page")
        for level, one in world.settings.severities.items()
    }
    world.settings = replace(world.settings, severities=severities)
    world.now += 12 * HOUR

    asked(world)
    world.run(1)

    assert {page.severity for page in world.view.pages.values()} == {Severity.SEV4}
    assert {state for state, _ in ends(world).values()} == {PageState.SENT}


def test_what_is_refused_has_failed_and_nobody_is_paged_instead() -> None:
    world = World(provider=lambda page, now: Refused("no such number"))

    asked(world, contact="desk")
    world.run(HOUR // SECOND)

    assert ends(world) == {"desk": (PageState.FAILED, "no such number")}
    assert len(world.sent) == 1
    assert world.timers == {}


def test_what_is_put_off_is_tried_again_for_half_a_minute() -> None:
    world = World(provider=lambda page, now: TryAgain("450 later", maybe_accepted=True))

    asked(world, contact="desk")
    world.run(HOUR // SECOND)

    assert ends(world) == {"desk": (PageState.FAILED, "450 later")}
    assert len(world.sent) > 3
    assert max(at for at, _ in world.sent) <= MONDAY + 31 * SECOND
    assert not any(isinstance(count, Count) for count in world.counts), "in no statistics"
    assert world.view.incidents[1].told == ()


def test_what_comes_late_to_a_lane_is_not_sent() -> None:
    world = World()
    asked(world, contact="desk")
    (page,) = world.view.pages.values()
    world.now += HOUR

    answer = world.handle(PageDue(world.claim(page)))

    assert isinstance(answer, Drop)
    assert ends(world) == {"desk": (PageState.FAILED, "it could not go in time")}
    assert world.entries[1][-1].kind == "page.failed"


@pytest.mark.parametrize("verdict", [NotTried("left alone", SECOND), None], ids=str)
def test_a_slow_or_paused_provider_starts_no_other_contact(verdict: Verdict | None) -> None:
    world = World()
    asked(world, contact="desk")
    (page,) = world.view.pages.values()
    claimed = world.claim(page)

    if verdict is None:
        world.handle(DeliverySlow(page.id, claimed.token, world.now))
    else:
        world.handle(DeliveryEnded(page.id, claimed.token, verdict, 1))

    assert list(ends(world)) == ["desk"]
    assert world.entries[1][-1].kind == "page.delayed"


def test_a_test_is_no_incident_to_act_on() -> None:
    world = World()
    asked(world)

    assert isinstance(world.handle(Acknowledged(1, "alice")), Conflict)
    assert isinstance(world.handle(Reopened(1, "alice")), Conflict)


def test_real_incidents_are_not_touched_by_tests() -> None:

    def provider(page: Page, now: int) -> Verdict:
        return Refused("no") if page.test else Delivered()

    world = World(provider=provider)
    world.fires(severity="SEV-2")
    asked(world)
    world.run(MINUTE // SECOND)

    assert {page.incident for _, page in world.sent if not page.test} == {1}
    assert [entry.kind for entry in world.entries[1]].count("page.sent") == 2
