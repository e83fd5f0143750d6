"""Gaps ahead: none that is intended, none that another schedule covers, none that is missed."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, PRIMARY, feed, override
from tests.core.time.test_recurring import berlin
from tests.core.world import World, plan, settings, step, target
from triaged.core.oncall.duty import Duty, final_shifts
from triaged.core.oncall.facts import NO_FACTS, DutyFacts, indexed
from triaged.core.oncall.gaps import Gap, gap_key, gaps, notice_of_gap
from triaged.core.records.duty.away import Absence
from triaged.core.records.duty.notices import GapNoticed
from triaged.core.records.duty.overrides import NOBODY, FeedShift
from triaged.core.settings import Settings
from triaged.core.time.durations import DAY, HOUR, WEEK
from triaged.core.time.intervals import Time
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

WINDOW = MONDAY, MONDAY + WEEK
DAYS = Rotation(("alice", "bob"), DAY, "2026-01-01T00:00", parse("daily 08:00-20:00"))
NIGHTS = replace(DAYS, only=parse("daily 20:00-08:00"))
BY_DAY = Schedule("days", "Europe/Berlin", (DAYS,))
BY_NIGHT = Schedule("nights", "Europe/Berlin", (NIGHTS,))


def by(*schedules: Schedule, notify: tuple[str, ...] = (), **more: object) -> Settings:
    """A policy whose only step notifies the schedules and these targets."""
    names = [f"schedule:{one.name}" for one in schedules]
    base = plan(step(0, *names, *notify), catch_all=None)
    people = {**base.people, **dict.fromkeys(("dave", "erin"), base.people["bob"])}
    return replace(base, schedules={one.name: one for one in schedules}, people=people, **more)


def found(
    chosen: Settings, *away: Absence, facts: DutyFacts = NO_FACTS, window: Time = WINDOW
) -> list[Gap]:
    duty = Duty(chosen.schedules, facts, chosen.people)
    return gaps(chosen, duty, window, away)


def test_schedule_without_a_hole_has_no_gap() -> None:
    assert found(by(PRIMARY)) == []


def test_each_night_without_anybody_is_a_gap() -> None:
    first, *rest = found(by(BY_DAY))

    assert (first.start_at, first.end_at) == (
        berlin("2026-11-23T20:00"),
        berlin("2026-11-24T08:00"),
    )
    assert (first.schedule, first.policies, first.why) == ("days", ("default",), "")
    assert len(rest) == 6


def test_hours_in_which_nobody_has_to_be_on_call_are_no_gap() -> None:
    allowed = replace(BY_DAY, gaps_allowed=parse("daily 20:00-08:00"))
    partly = replace(BY_DAY, gaps_allowed=parse("daily 20:00-24:00"))

    assert found(by(allowed)) == []
    first = found(by(partly))[0]
    assert (first.start_at, first.end_at) == (
        berlin("2026-11-24T00:00"),
        berlin("2026-11-24T08:00"),
    )


def test_another_schedule_of_the_step_covers() -> None:
    assert found(by(BY_DAY, BY_NIGHT)) == []


def test_a_person_of_the_step_covers_and_a_channel_does_not() -> None:
    assert found(by(BY_DAY, notify=("person:carol",))) == []
    assert len(found(by(BY_DAY, notify=("channel:hook",)))) == 7


def test_schedules_that_cover_each_other_in_one_policy_may_not_in_another() -> None:
    both = by(BY_DAY, BY_NIGHT)
    alone = replace(both.policies["default"], policy="pay", steps=(step(0, "schedule:days"),))
    chosen = replace(both, policies={**both.policies, "pay": alone})

    every = found(chosen)

    assert {gap.policies for gap in every} == {("pay",)}
    assert {gap.schedule for gap in every} == {"days"}


def test_schedule_that_no_policy_names_has_no_gap() -> None:
    chosen = by(BY_DAY)
    unused = replace(chosen.policies["default"], steps=(step(0, "person:bob"),))

    assert found(replace(chosen, policies={"default": unused})) == []


def test_catch_all_is_a_use() -> None:
    chosen = by(BY_DAY)
    caught = replace(
        chosen.policies["default"],
        steps=(step(0, "person:bob"),),
        catch_all=target("schedule:days"),
    )

    assert len(found(replace(chosen, policies={"default": caught}))) == 7


def test_override_makes_a_gap_and_another_one_fills_it() -> None:
    removed = override(1, NOBODY, MONDAY + HOUR, MONDAY + 3 * HOUR)
    filled = override(2, "dave", MONDAY + HOUR, MONDAY + 2 * HOUR)

    assert [(gap.start_at, gap.end_at) for gap in found(by(PRIMARY), facts=indexed([removed]))] == [
        (MONDAY + HOUR, MONDAY + 3 * HOUR)
    ]
    (left,) = found(by(PRIMARY), facts=indexed([removed, filled]))
    assert (left.start_at, left.end_at) == (MONDAY + 2 * HOUR, MONDAY + 3 * HOUR)


def test_name_that_nobody_has_is_a_gap_with_that_name() -> None:
    hole = FeedShift("u1", MONDAY + HOUR, MONDAY + 2 * HOUR, unknown="Dave S.")

    (gap,) = found(by(PRIMARY), facts=indexed(feeds=[feed("team", hole)]))

    assert (gap.start_at, gap.end_at) == (MONDAY + HOUR, MONDAY + 2 * HOUR)
    assert gap.why == "'Dave S.' is no known person"


def test_whoever_is_away_without_a_substitute_leaves_a_gap() -> None:
    (gap,) = found(by(PRIMARY), Absence("alice", MONDAY + DAY, MONDAY + 2 * DAY))

    assert (gap.start_at, gap.end_at, gap.why) == (MONDAY + DAY, MONDAY + 2 * DAY, "alice is away")
    assert found(by(PRIMARY), Absence("dave", MONDAY, MONDAY + WEEK)) == []


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", "2026-03-23T00:00"),
        ("Europe/Berlin", "2026-10-19T00:00"),
        ("Australia/Lord_Howe", "2026-03-30T00:00"),
        ("Australia/Lord_Howe", "2026-09-28T00:00"),
        ("America/St_Johns", "2026-03-02T00:00"),
        ("Africa/Casablanca", "2026-02-09T00:00"),
    ],
)
def test_change_of_the_clocks_makes_no_gap_between_day_and_night(zone: str, start: str) -> None:
    at = berlin(start)
    window = at, at + 3 * WEEK
    zoned = [replace(one, timezone=zone) for one in (BY_DAY, BY_NIGHT)]
    allowed = replace(zoned[0], gaps_allowed=parse("daily 20:00-08:00"))

    assert found(by(*zoned), window=window) == []
    assert found(by(allowed), window=window) == []


def test_gaps_and_duty_tile_the_window() -> None:
    chosen = by(BY_DAY)
    duty = Duty(chosen.schedules, people=chosen.people)
    open_ = [(gap.start_at, gap.end_at) for gap in found(chosen)]
    manned = [
        (one.start_at, one.end_at) for one in final_shifts(duty, "days", *WINDOW) if one.people
    ]

    pieces = sorted([*open_, *manned])
    assert pieces[0][0] == WINDOW[0]
    assert pieces[-1][1] == WINDOW[1]
    assert all(one[1] == other[0] for one, other in pairwise(pieces))


def test_teams_whose_policy_has_a_gap_hear_of_it() -> None:
    chosen = by(BY_DAY)
    gap = found(chosen)[0]

    event = notice_of_gap(chosen, gap, WINDOW, MONDAY)

    assert event.people == ("alice", "bob"), "team payments has the policy `default`"
    assert event.text == "nobody is on call by days from 20:00 CET until Tue 24 Nov 08:00 CET"
    assert notice_of_gap(replace(chosen, teams={}), gap, WINDOW, MONDAY).people == ("alice", "bob")


def test_a_gap_is_told_once() -> None:
    world = World(settings())
    event = GapNoticed("days", "17", ("alice", "nobody-known"), "nobody is on call by days now")

    world.handle(event)
    world.handle(event)
    world.handle(replace(event, mark="18"))
    world.deliver()

    assert world.updates() == [("alice/mail", event.text)] * 2
    assert world.view.latest_incident(gap_key(event)) is not None
