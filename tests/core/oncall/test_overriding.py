"""Overrides are facts that are made and ended; whoever they move hears of it once."""

import pytest
from msgspec.structs import replace

from tests.core.oncall.scene import PRIMARY, Rota
from tests.core.oncall.test_duty import duty, override
from tests.core.world import MONDAY
from triaged.core.oncall.overriding import (
    ACTIVE_MAX,
    after_rows,
    gaps_of,
    lost_overrides,
    overlapping,
    problem_of,
)
from triaged.core.records.answers import Conflict, DutyChanged, Unknown
from triaged.core.records.duty.overrides import NOBODY
from triaged.core.records.events import Acknowledged
from triaged.core.records.practice.duty_events import OverrideEnded, OverridesMade, Span
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK

NEXT_MONDAY = MONDAY + WEEK - 3 * HOUR
"""The end of alice's week: 09:00 CEST."""


def test_an_override_is_made_with_author_reason_and_record() -> None:
    rota = Rota()

    answer = rota.override("dave", MONDAY + HOUR, MONDAY + 3 * HOUR)

    (made,) = rota.overrides()
    assert answer == DutyChanged(("1",), ("dave",))
    assert (made.by, made.reason, made.made_at, made.source) == (
        "alice",
        "dentist",
        MONDAY,
        "override:1",
    )
    assert [rota.who(MONDAY + n * HOUR) for n in (0, 1, 3)] == [("alice",), ("dave",), ("alice",)]
    (entry,) = rota.entries[1]
    assert (entry.kind, entry.actor) == ("override.made", "alice")
    assert entry.text == ("alice: dave on call by primary from 13:00 CEST to 15:00 CEST: dentist")


def test_who_gains_and_who_loses_a_shift_hears_of_it_in_their_zone() -> None:
    rota = Rota()

    rota.override("dave", NEXT_MONDAY, NEXT_MONDAY + DAY, by="carol")

    told = rota.messages()
    assert set(told) == {"bob", "dave"}
    assert told["dave"] == (
        "you have a new shift by primary",
        "carol: dave on call by primary from Mon 06 Apr 09:00 CEST to Tue 07 Apr 09:00 CEST: "
        "dentist\n"
        "Before:\n  none of these times\n"
        "Now:\n  Mon 06 Apr 09:00 CEST to Tue 07 Apr 09:00 CEST",
    )
    assert told["bob"][1].splitlines()[1:] == [
        "Before:",
        "  Mon 06 Apr 09:00 CEST to Mon 13 Apr 09:00 CEST",
        "Now:",
        "  Tue 07 Apr 09:00 CEST to Mon 13 Apr 09:00 CEST",
    ]


def test_a_shift_in_more_than_two_weeks_is_told_nobody() -> None:
    rota = Rota()

    assert rota.override("dave", MONDAY + 23 * DAY, MONDAY + 24 * DAY, by="erin") == DutyChanged(
        ("1",)
    )


def test_whoever_loses_the_present_duty_keeps_what_they_hold_and_is_told() -> None:
    rota = Rota()
    rota.fires(severity="SEV-1")
    rota.handle(Acknowledged(1, "alice"))

    rota.override("dave", MONDAY, None, by="dave", kind="cover")

    assert rota.who() == ("dave",)
    assert rota.view.incidents[1].holder == "alice"
    assert rota.messages()["alice"][1].splitlines()[-1] == (
        "You still hold INC-1: resolve or hand over with `triaged incident assign`."
    )


def test_a_cover_without_an_end_ends_with_the_shift() -> None:
    rota = Rota()

    rota.override("dave", MONDAY, None, by="dave", kind="cover")

    assert rota.overrides()[0].end_at == NEXT_MONDAY


def test_later_steps_page_whoever_is_on_call_then() -> None:
    rota = Rota()
    rota.override("dave", MONDAY + HOUR, MONDAY + 2 * HOUR)
    rota.override("erin", MONDAY + HOUR + 30 * MINUTE, MONDAY + 2 * HOUR)

    assert [rota.who(MONDAY + HOUR + n * 30 * MINUTE) for n in range(2)] == [("dave",), ("erin",)]


def test_a_wish_that_comes_twice_is_met_once() -> None:
    rota = Rota()
    span = MONDAY + HOUR, MONDAY + 2 * HOUR

    first = rota.override("dave", *span, key="k1")
    again = rota.override("dave", *span, key="k1")
    another = rota.override("erin", *span, key="k1")

    assert (first, again) == (DutyChanged(("1",), ("dave",)), DutyChanged(("1",)))
    assert another == Conflict("this Idempotency-Key was used for other overrides")
    assert len(rota.overrides()) == 1
    assert len(rota.messages()) == 1


def test_a_wish_that_means_now_can_be_repeated_later() -> None:
    rota = Rota()
    rota.override("dave", rota.now, None, kind="cover", key="k1")
    rota.run(30)

    assert rota.override("dave", rota.now, None, kind="cover", key="k1") == DutyChanged(("1",))
    assert len(rota.overrides()) == 1


def test_a_wish_that_would_change_nothing_is_refused() -> None:
    rota = Rota()

    assert rota.override("alice", MONDAY, MONDAY + HOUR) == Conflict(
        "nothing would change: alice is on call by primary for all that time"
    )
    assert rota.override("dave", MONDAY, MONDAY + HOUR, replaces="bob") == Conflict(
        "nothing would change: bob is not on call by primary then"
    )
    assert isinstance(rota.override("alice", MONDAY, MONDAY + 2 * WEEK), DutyChanged)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(MONDAY - 2 * MINUTE, MONDAY + HOUR, "dave"), "start: is in the past"),
        (Span(MONDAY, MONDAY, "dave"), "end: must be after the start"),
        (Span(MONDAY, MONDAY + 91 * DAY, "dave"), "end: is more than 90 days after"),
        (Span(MONDAY, MONDAY + HOUR, "davee"), "person: there is no person 'davee' (did you mean"),
        (Span(MONDAY, MONDAY + HOUR, "dave", "x"), "replaces: there is no person 'x'"),
        (Span(MONDAY, MONDAY + HOUR, "dave", "dave"), "replaces: is the person who shall be"),
    ],
)
def test_a_wish_that_cannot_be_right_is_refused(span: Span, said: str) -> None:
    answer = Rota().plan([span])

    assert isinstance(answer, Conflict)
    assert answer.detail.startswith(said)


def test_a_schedule_that_is_not_there_is_unknown() -> None:
    answer = Rota().plan([Span(MONDAY, MONDAY + HOUR, "dave")], schedule="primry")

    assert answer == Unknown("there is no schedule 'primry' (did you mean primary?)")


def test_so_many_overrides_are_in_force_and_no_more() -> None:
    rota = Rota()
    for half in range(20):
        spans = [
            Span(MONDAY + (50 * half + n) * HOUR, MONDAY + (50 * half + n) * HOUR + MINUTE, "dave")
            for n in range(50)
        ]
        rota.handle(OverridesMade("alice", "primary", tuple(spans), "plan", "fixed"))
    assert len(rota.overrides()) == ACTIVE_MAX

    refused = rota.override("erin", MONDAY, MONDAY + HOUR)

    assert isinstance(refused, Conflict)
    assert "1000 overrides are in force or to come" in refused.detail


def test_an_override_is_ended_once_and_stays_as_it_was_until_then() -> None:
    rota = Rota()
    rota.override("dave", MONDAY, MONDAY + 4 * HOUR)
    rota.run(3600)

    ended = rota.handle(OverrideEnded("1", "bob"))
    again = rota.handle(OverrideEnded("1", "carol"))

    (one,) = rota.overrides()
    assert (ended, again) == (DutyChanged(("1",), ("alice", "dave")), DutyChanged(("1",)))
    assert (one.ended_at, one.ended_by, one.end_at) == (MONDAY + HOUR, "bob", MONDAY + 4 * HOUR)
    assert [rota.who(MONDAY + n * MINUTE) for n in (59, 60)] == [("dave",), ("alice",)]
    assert rota.messages()["dave"][0] == "a shift of yours by primary is somebody else's now"


def test_an_override_that_is_not_there_is_unknown() -> None:
    assert Rota().handle(OverrideEnded("7", "bob")) == Unknown("there is no override '7'")


def test_a_plan_is_made_and_ended_whole() -> None:
    rota = Rota()
    spans = [Span(MONDAY + n * DAY, MONDAY + n * DAY + HOUR, "dave") for n in (1, 2, 3)]

    rota.plan(spans, kind="fixed")
    first = rota.overrides()[0]
    rota.handle(OverrideEnded(first.id, "bob", plan=True))

    assert first.source == "fixed:1"
    assert {one.group for one in rota.overrides()} == {"1"}
    assert {one.ended_by for one in rota.overrides()} == {"bob"}


def test_one_wrong_time_leaves_the_whole_plan() -> None:
    rota = Rota()

    rota.plan([Span(MONDAY + DAY, MONDAY + 2 * DAY, "dave"), Span(MONDAY, MONDAY, "dave")])

    assert rota.overrides() == []


def test_the_overlap_and_the_gap_of_an_override_are_reported() -> None:
    rota = Rota()
    rota.override("dave", MONDAY, MONDAY + 4 * HOUR)
    rota.override(NOBODY, MONDAY + HOUR, MONDAY + 2 * HOUR)
    rota.override("erin", MONDAY + 3 * HOUR, MONDAY + 6 * HOUR)

    duty, (one, two, three) = rota.situation().duty, rota.overrides()

    assert [[other.id for other in overlapping(duty, each)] for each in (one, two, three)] == [
        [],
        ["1"],
        ["1"],
    ]
    assert gaps_of(duty, [two]) == [(MONDAY + HOUR, MONDAY + 2 * HOUR)]
    assert gaps_of(duty, [three]) == []
    assert gaps_of(after_rows(duty, []), [one]) == []


def test_an_override_of_a_schedule_that_is_gone_can_be_ended() -> None:
    rota = Rota()
    rota.override("dave", MONDAY, MONDAY + 4 * HOUR)
    rota.settings = replace(rota.settings, schedules={"other": PRIMARY})

    assert rota.handle(OverrideEnded("1", "bob")) == DutyChanged(("1",))
    assert rota.overrides()[0].ended_by == "bob"


def test_an_override_says_why_it_does_not_do_what_it_says() -> None:
    one = override(1, "dave", MONDAY, MONDAY + HOUR)
    covering = override(2, "erin", MONDAY, MONDAY + HOUR)
    gone = replace(one, person="frank")

    assert problem_of(one, duty(one)) is None
    assert problem_of(one, duty(one, covering)) == "has no effect: later overrides cover it"
    assert problem_of(gone, duty(gone)) == (
        "frank is not in the configuration: pages go to the catch-all"
    )
    assert problem_of(replace(one, schedule="x"), duty(one)) == (
        "the schedule x is not in the configuration"
    )
    assert lost_overrides(duty(one, covering), MONDAY) == []
    assert lost_overrides(duty(gone), MONDAY + HOUR) == []
    assert lost_overrides(duty(gone), MONDAY) == [
        "override 1 of primary by alice: frank is not in the configuration: "
        "pages go to the catch-all"
    ]
