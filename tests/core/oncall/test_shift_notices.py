"""Whoever comes on duty hears of it before, whoever goes hands over; each once."""

import pytest
from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, PRIMARY, override
from tests.core.world import World, plan, settings, step
from triaged.core.oncall.contact_states import new_state
from triaged.core.oncall.duty import Duty
from triaged.core.oncall.facts import indexed
from triaged.core.oncall.people import KnownContacts, known_contacts
from triaged.core.oncall.shift_notices import LATE_MAX_US, due_notices, handed_over
from triaged.core.records.duty.notices import ShiftNoticed
from triaged.core.records.events import Acknowledged
from triaged.core.settings import Contact
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK

WEEKLY = replace(PRIMARY, rotations=PRIMARY.rotations[:1], notice_before_us=HOUR)
DUTY = Duty({"primary": WEEKLY})
CHANGE = MONDAY + WEEK
"""Alice goes, bob comes."""

BEGINS = ShiftNoticed("primary", "bob", "begins", CHANGE, CHANGE + WEEK, ("alice",))
ENDS = ShiftNoticed("primary", "alice", "ends", CHANGE, None, ("bob",))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (CHANGE - HOUR - MINUTE, []),
        (CHANGE - HOUR, [BEGINS]),
        (CHANGE - 1, [BEGINS]),
        (CHANGE, [ENDS]),
        (CHANGE + LATE_MAX_US - 1, [ENDS]),
        (CHANGE + LATE_MAX_US, []),
        (CHANGE + 2 * DAY, []),
    ],
)
def test_notices_are_due_before_a_shift_and_at_its_end(
    at: int, expected: list[ShiftNoticed]
) -> None:
    assert [*due_notices(DUTY, at)] == expected


def test_schedule_that_wants_no_notices_has_none() -> None:
    silent = Duty({"primary": replace(WEEKLY, notice_before_us=None)})

    assert [*due_notices(silent, CHANGE)] == []


def test_whoever_stays_on_call_hears_nothing_at_the_end_of_a_turn() -> None:
    alone = replace(WEEKLY, rotations=(replace(WEEKLY.rotations[0], people=("alice",)),))

    for hours in range(-30, 30):
        assert [*due_notices(Duty({"primary": alone}), CHANGE + hours * HOUR)] == []


def test_an_override_has_notices_of_its_own() -> None:
    facts = indexed([override(1, "dave", MONDAY + DAY, MONDAY + 2 * DAY)])
    duty = replace(DUTY, facts=facts)

    begins = ShiftNoticed("primary", "dave", "begins", MONDAY + DAY, MONDAY + 2 * DAY, ("alice",))
    assert begins in [*due_notices(duty, MONDAY + DAY - HOUR)]
    ends = [*due_notices(duty, MONDAY + 2 * DAY)]
    assert ShiftNoticed("primary", "dave", "ends", MONDAY + 2 * DAY, None, ("alice",)) in ends


def test_hand_over_names_open_incidents_the_worst_first() -> None:
    chosen = plan(step(0, "schedule:primary"))
    world = World(replace(chosen, schedules={"primary": WEEKLY}))
    world.fires(severity="SEV-3", alertname="Slow")
    world.fires(severity="SEV-1", alertname="Down")
    world.handle(Acknowledged(2, "alice"))
    live = [*world.view.incidents.values()]

    bob = handed_over(BEGINS, world.settings, KnownContacts(), live)
    alice = handed_over(ENDS, world.settings, KnownContacts(), live)

    assert bob == (
        "SEV-1 Down (INC-2), held by alice",
        "SEV-3 Slow (INC-1), held by nobody",
    )
    assert alice[0] == ("SEV-1 Down (INC-2), held by you: triaged incident assign INC-2 PERSON")


def test_incidents_of_other_schedules_are_not_handed_over() -> None:
    world = World()
    world.fires(severity="SEV-1")

    lines = handed_over(BEGINS, world.settings, KnownContacts(), [*world.view.incidents.values()])

    assert lines == ("No incident is open that pages by this schedule.",)


def test_contacts_that_do_not_work_are_named() -> None:
    mail = new_state("bob", "mail", Contact("mail"))
    known = known_contacts([replace(mail, off_since=1, off_reason="STOP")], {})
    asks = replace(settings(), confirm_contacts=True)

    own = handed_over(BEGINS, asks, known, ())
    other = handed_over(ENDS, settings(), known, ())

    assert own[1:] == ("your contact desk has not been confirmed", "your contact mail is off: STOP")
    assert other[1:] == ("bob's contact mail is off: STOP",)


def test_each_notice_is_sent_once() -> None:
    world = World(start=CHANGE - HOUR)
    for event in (BEGINS, BEGINS, replace(ENDS, lines=("INC-1",)), ENDS):
        world.handle(event)
    world.deliver()

    assert world.updates() == [
        ("bob/mail", "your duty by primary begins 09:00 CET, until Mon 07 Dec 09:00 CET"),
        ("alice/mail", "your duty by primary ended 09:00 CET"),
    ]
    texts = [str(page.text) for _, page in world.sent]
    assert texts == ["Before you: alice.", "On call now: bob.\nINC-1"]


def test_whoever_is_gone_is_not_told() -> None:
    world = World()

    world.handle(replace(BEGINS, person="gone"))

    assert world.view.incidents == {}
