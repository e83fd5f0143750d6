"""Absences: a gap until somebody confirms, then overrides to the next in the rotation."""

import pytest
from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, PRIMARY, WEEKEND, override
from tests.core.world import World, person, settings
from triaged.core.oncall.away import StandIn, stand_ins
from triaged.core.oncall.duty import Duty, on_call
from triaged.core.oncall.facts import indexed
from triaged.core.records.answers import Answer, Conflict, DutyChanged, RowSaved, Unknown
from triaged.core.records.duty.away import (
    Absence,
    Away,
    AwayConfirmed,
    AwayEnded,
    AwaySet,
    AwayState,
)
from triaged.core.records.duty.overrides import NOBODY
from triaged.core.settings import Settings
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK
from triaged.core.time.oncall import Rotation, Schedule

THREE = Rotation(("alice", "bob", "carol"), WEEK, "2026-11-23T09:00")
WEEKLY = replace(PRIMARY, rotations=(THREE,))
OTHER = replace(WEEKLY, name="other", rotations=(replace(THREE, people=("alice", "dave")),))
AWAY = Absence("alice", MONDAY + DAY, MONDAY + 3 * DAY)


def chosen(*schedules: Schedule) -> Settings:
    base = settings()
    people = {**base.people, "dave": person("dave")}
    return replace(base, people=people, schedules={one.name: one for one in schedules or (WEEKLY,)})


def found(
    *schedules: Schedule, others: tuple[Absence, ...] = (), **changes: object
) -> list[StandIn]:
    known = chosen(*schedules)
    duty = replace(Duty(known.schedules, people=known.people), **changes)
    return stand_ins(known, duty, AWAY, others)


def test_next_in_the_rotation_stands_in() -> None:
    assert found() == [StandIn("primary", AWAY.start_at, AWAY.end_at, "bob")]


def test_whoever_is_away_too_stands_in_for_nobody() -> None:
    bob = Absence("bob", MONDAY + 2 * DAY, MONDAY + 9 * DAY)

    assert found(others=(bob,)) == [StandIn("primary", AWAY.start_at, AWAY.end_at, "carol")]
    everybody = tuple(Absence(name, MONDAY, MONDAY + WEEK) for name in ("bob", "carol"))
    assert found(others=everybody) == [StandIn("primary", AWAY.start_at, AWAY.end_at, "")]


def test_shift_of_an_override_and_a_rotation_of_one_have_no_stand_in() -> None:
    facts = indexed([override(1, "alice", MONDAY, MONDAY + 2 * DAY)])
    alone = replace(WEEKLY, rotations=(replace(THREE, people=("alice",)),))

    assert found(facts=facts) == [
        StandIn("primary", AWAY.start_at, MONDAY + 2 * DAY, ""),
        StandIn("primary", MONDAY + 2 * DAY, AWAY.end_at, "bob"),
    ]
    assert found(alone) == [StandIn("primary", AWAY.start_at, AWAY.end_at, "")]


def test_whoever_is_not_on_call_needs_nobody() -> None:
    none = replace(WEEKLY, rotations=(WEEKEND,))

    assert found(none) == []


class Rota(World):
    """A world in November, in which alice is on call by two schedules."""

    def __init__(self) -> None:
        super().__init__(chosen(WEEKLY, OTHER), start=MONDAY + HOUR)

    def away(
        self, start: int = AWAY.start_at, end: int = AWAY.end_at, name: str = "alice"
    ) -> Answer:
        return self.handle(AwaySet("a1", name, start, end, "holiday", "bob"))

    def on_call(self, at: int) -> list[tuple[str, ...]]:
        duty = self.situation().duty
        return [on_call(duty, name, at) for name in ("primary", "other")]

    def row(self) -> Away:
        row = self.view.row(Away, "a1")
        assert row is not None
        return row


def test_nothing_changes_before_it_is_confirmed() -> None:
    world = Rota()

    assert world.away() == RowSaved("a1")

    assert world.row().state is AwayState.PLANNED
    assert world.on_call(AWAY.start_at) == [("alice",), ("alice",)]
    assert world.updates() == []


def test_confirmed_absence_is_overrides_of_all_schedules_and_people_are_told() -> None:
    world = Rota()
    world.away()

    answer = world.handle(AwayConfirmed("a1", "carol"))
    world.deliver()

    assert isinstance(answer, DutyChanged)
    assert len(answer.ids) == 2
    assert world.row().state is AwayState.CONFIRMED
    assert world.on_call(AWAY.start_at) == [("bob",), ("dave",)]
    assert world.on_call(AWAY.end_at) == [("alice",), ("alice",)]
    assert {whom for whom, _ in world.updates()} == {"alice/mail", "bob/mail", "dave/mail"}
    assert world.handle(AwayConfirmed("a1", "carol")) == Conflict("the absence is confirmed")


def test_what_nobody_can_take_stays_with_whoever_is_away() -> None:
    world = Rota()
    world.away()
    dave = Absence("dave", MONDAY, MONDAY + WEEK)

    answer = world.handle(AwayConfirmed("a1", "carol", (dave,)))

    assert isinstance(answer, DutyChanged)
    assert world.on_call(AWAY.start_at) == [("bob",), ("alice",)]


def test_end_of_an_absence_ends_what_was_made_for_it() -> None:
    world = Rota()
    world.away()
    world.handle(AwayConfirmed("a1", "carol"))

    assert world.handle(AwayEnded("a1", "alice")) == RowSaved("a1")

    assert world.on_call(AWAY.start_at) == [("alice",), ("alice",)]
    assert world.row().state is AwayState.ENDED
    assert world.handle(AwayEnded("a1", "alice")) == RowSaved("a1"), "twice is harmless"
    assert world.handle(AwayConfirmed("a1", "carol")) == Conflict("the absence is ended")


@pytest.mark.parametrize(
    ("start", "end", "detail"),
    [
        (AWAY.end_at, AWAY.start_at, "the end must be after the start, by at most 90 days"),
        (AWAY.start_at, AWAY.start_at, "the end must be after the start, by at most 90 days"),
        (MONDAY, MONDAY + 91 * DAY, "the end must be after the start, by at most 90 days"),
        (MONDAY - DAY, MONDAY, "the end is in the past: past duty is history"),
    ],
)
def test_wrong_times_are_refused(start: int, end: int, detail: str) -> None:
    assert Rota().away(start, end) == Conflict(detail)


def test_unknown_people_and_absences_are_refused() -> None:
    world = Rota()

    assert world.away(name="alcie") == Unknown("there is no person 'alcie' (did you mean alice?)")
    assert world.handle(AwayConfirmed("x", "bob")) == Unknown("there is no absence 'x'")
    assert world.handle(AwayEnded("x", "bob")) == Unknown("there is no absence 'x'")


def test_absence_that_has_begun_counts_from_now() -> None:
    world = Rota()
    world.away(MONDAY, AWAY.end_at)

    assert world.row().start_at == MONDAY + HOUR
    world.run_until(MONDAY + 2 * HOUR + MINUTE)
    world.handle(AwayConfirmed("a1", "carol"))

    assert world.on_call(world.now) == [("bob",), ("dave",)]


def test_nobody_is_no_stand_in() -> None:
    assert NOBODY not in {one.person for one in found()}
