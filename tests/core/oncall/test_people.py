"""Everything that pages a person, and what keeps pages from them."""

import pytest
from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, PRIMARY, override
from tests.core.world import DEFAULT_PLAN, person, plan, settings, step
from triaged.core.oncall.contact_states import new_state
from triaged.core.oncall.duty import Duty
from triaged.core.oncall.facts import indexed
from triaged.core.oncall.people import (
    KnownContacts,
    OwnShift,
    PagedBy,
    Reached,
    is_reachable,
    known_contacts,
    next_shifts,
    paged_by,
    problems,
    schedules_of,
    services_of,
    standings,
    unreachable_by,
    without_contacts,
)
from triaged.core.settings import Contact, ContactStep, Service, Settings
from triaged.core.time.durations import DAY, WEEK

NOTHING = KnownContacts()
DUTY = Duty({"primary": PRIMARY})
SETTINGS = settings()
ALICE = SETTINGS.people["alice"]
MAIL, DESK = (
    new_state("alice", "mail", Contact("mail")),
    new_state("alice", "desk", Contact("desk")),
)


def known(*states: object) -> KnownContacts:
    return known_contacts(states, {})  # type: ignore[arg-type]  # states of contacts


def test_contacts_come_with_their_states_and_when_they_were_reached() -> None:
    off = replace(MAIL, off_since=7, off_reason="STOP")
    reached = {("alice", "mail", MAIL.address): Reached(5, 6, "busy")}

    desk, mail = standings(ALICE, SETTINGS, known_contacts([off], reached))

    assert (desk.is_off, desk.is_confirmed, desk.reached) == (False, False, Reached())
    assert (desk.page_after_us, desk.notifies) == (0, False)
    assert (mail.is_off, mail.reached, mail.notifies) == (True, Reached(5, 6, "busy"), True)


def test_state_of_an_older_address_is_not_shown() -> None:
    older = replace(new_state("alice", "mail", Contact("mail", "old")), off_since=7)

    assert not any(each.is_off for each in standings(ALICE, SETTINGS, known(older)))


@pytest.mark.parametrize("asks", [False, True])
def test_what_nobody_has_confirmed_is_a_problem_only_where_it_is_asked_for(*, asks: bool) -> None:
    chosen = replace(SETTINGS, confirm_contacts=asks)
    expected = ["desk", "mail"] if asks else []

    assert problems(ALICE, chosen, NOTHING) == [
        f"contact {name} has not been confirmed" for name in expected
    ]
    assert is_reachable(ALICE, chosen, NOTHING) is not asks
    assert is_reachable(ALICE, chosen, known(replace(MAIL, verified_at=1)))


def test_person_whose_contacts_are_all_off_or_gone_is_not_reachable() -> None:
    off = replace(MAIL, off_since=7, off_reason="STOP")
    only_mail = replace(SETTINGS, channels=frozenset({"mail"}))

    assert problems(ALICE, SETTINGS, known(off)) == ["contact mail is off: STOP"]
    assert is_reachable(ALICE, SETTINGS, known(off))
    assert not is_reachable(ALICE, SETTINGS, known(off, replace(DESK, off_since=7)))
    assert not is_reachable(ALICE, only_mail, known(off))


def test_steps_page_by_person_schedule_team_and_catch_all() -> None:
    chosen = plan(
        step(0, "schedule:primary"), step(0.5, "person:bob", "team:payments"), catch_all=None
    )

    assert paged_by("alice", chosen, ["primary"]) == [
        PagedBy("default", 1, "schedule:primary"),
        PagedBy("default", 2, "team:payments"),
    ]
    assert paged_by("carol", SETTINGS, []) == [PagedBy("default", 0, "person:carol")]


def test_services_are_those_whose_policy_pages() -> None:
    chosen: Settings = replace(
        SETTINGS,
        services={"web": Service("web"), "db": Service("db", "payments")},
        policies={**SETTINGS.policies, "pay": replace(DEFAULT_PLAN, policy="pay")},
        teams={"payments": replace(SETTINGS.teams["payments"], policy="pay")},
    )

    assert services_of(["default"], chosen) == ["web"]
    assert services_of(["pay"], chosen) == ["db"]
    assert services_of([], chosen) == []


def test_next_shifts_are_five_in_order_and_include_the_present_one() -> None:
    found = next_shifts(DUTY, "bob", MONDAY + WEEK + DAY)

    assert len(found) == 5
    assert found[0].start_at == MONDAY + WEEK + DAY
    starts = [one.start_at for one in found]
    assert starts == sorted(starts)


def test_shift_goes_on_over_the_end_of_the_weeks_that_are_looked_through() -> None:
    found = next_shifts(
        Duty({"primary": replace(PRIMARY, rotations=PRIMARY.rotations[:1])}), "alice", MONDAY + WEEK
    )

    assert all(one.end_at - one.start_at <= WEEK + DAY for one in found)
    assert [one.schedule for one in found] == ["primary"] * 5


def test_an_override_is_a_shift_and_names_its_schedule() -> None:
    facts = indexed([override(1, "dave", MONDAY + DAY, MONDAY + 2 * DAY)])
    duty = replace(DUTY, facts=facts)

    assert schedules_of(duty, "dave") == ["primary"]
    assert schedules_of(DUTY, "dave") == []
    assert next_shifts(duty, "dave", MONDAY) == [
        OwnShift("primary", MONDAY + DAY, MONDAY + 2 * DAY)
    ]


def test_whoever_is_in_no_schedule_has_no_shift() -> None:
    assert next_shifts(DUTY, "nobody-knows", MONDAY) == []


def test_contacts_that_are_gone_leave_their_time_to_the_next() -> None:
    ways = (ContactStep("desk"), ContactStep("mail", 5), ContactStep("hook", 9))
    alice = replace(person("alice", "desk", "mail", "hook", "last"), page=ways)
    chosen = replace(SETTINGS, people={"alice": alice})

    def left(*gone: str) -> tuple[ContactStep, ...]:
        return without_contacts(chosen, {"alice": gone}).people["alice"].page

    assert left("desk") == (ContactStep("mail", 0), ContactStep("hook", 9))
    assert left("mail") == (ContactStep("desk"), ContactStep("hook", 5))
    assert left("desk", "mail", "hook") == (ContactStep("last"),)
    assert left("desk", "mail", "hook", "last") == ()
    assert without_contacts(chosen, {"bob": ["desk"]}) == chosen


def test_off_and_unconfirmed_are_told_apart() -> None:
    asks = replace(SETTINGS, confirm_contacts=True)
    states = known(replace(MAIL, off_since=7, off_reason="STOP"))

    assert unreachable_by(ALICE, SETTINGS, states) == (["mail"], [])
    assert unreachable_by(ALICE, asks, states) == (["mail"], ["desk"])
    confirmed = known(replace(DESK, verified_at=1))
    assert unreachable_by(ALICE, asks, confirmed) == ([], ["mail"])
