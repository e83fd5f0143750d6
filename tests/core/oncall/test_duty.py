"""Who is on call by rotations, feeds and overrides together, and in what order they count."""

import pytest
from msgspec.structs import replace

from tests.core.time.test_recurring import berlin
from triaged.core.oncall.duty import (
    GAP,
    Duty,
    FinalShift,
    Shift,
    assignments,
    final_shifts,
    next_change,
    on_call,
    shifts,
)
from triaged.core.oncall.facts import Assignment, indexed
from triaged.core.records.duty.overrides import NOBODY, FeedShift, FeedShifts, Layer, Override
from triaged.core.time.durations import DAY, HOUR, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

MONDAY = berlin("2026-11-23T09:00")
WEEKLY = Rotation(("alice", "bob"), WEEK, "2026-11-23T09:00")
WEEKEND = Rotation(("carol",), DAY, "2026-01-01T00:00", parse("sat-sun 00:00-24:00"))
SATURDAY = berlin("2026-11-28T12:00")
PRIMARY = Schedule("primary", "Europe/Berlin", (WEEKLY, WEEKEND))
PEOPLE = ("alice", "bob", "carol", "dave", "erin")


def override(number: int, person: str, start: int, end: int, replaces: str = "") -> Override:
    """An override of the schedule `primary`, made in the order of the numbers."""
    return Override(
        id=str(number),
        incident=None,
        schedule="primary",
        start_at=start,
        end_at=end,
        person=person,
        reason="dentist",
        by="alice",
        made_at=MONDAY + number,
        replaces=replaces,
    )


def feed(name: str, *events: FeedShift, layer: Layer = "primary") -> FeedShifts:
    """The last good copy of a feed of the schedule `primary`."""
    return FeedShifts(name, None, "primary", layer, events, MONDAY)


def event(
    uid: str, *people: str, start: int = MONDAY, hours: int = 24, level: int = 0
) -> FeedShift:
    """An event of a feed."""
    return FeedShift(uid, start, start + hours * HOUR, people, level=level)


def duty(*facts: Override | FeedShifts, schedule: Schedule = PRIMARY) -> Duty:
    """Duty by `primary` and these facts."""
    overrides = [one for one in facts if isinstance(one, Override)]
    feeds = [one for one in facts if isinstance(one, FeedShifts)]
    return Duty({"primary": schedule}, indexed(overrides, feeds), PEOPLE)


def sources(chosen: Duty, at: int) -> list[tuple[str, str]]:
    """(person, source) of everybody who is on call."""
    return [(one.person, one.source) for one in assignments(chosen, "primary", at)]


def test_without_facts_the_last_rotation_in_force_decides() -> None:
    assert sources(duty(), MONDAY) == [("alice", "rotation:1")]
    assert sources(duty(), SATURDAY) == [("carol", "rotation:2")]


def test_an_override_decides_from_its_start_up_to_its_end() -> None:
    chosen = duty(override(17, "dave", MONDAY + HOUR, MONDAY + 3 * HOUR))

    assert [on_call(chosen, "primary", MONDAY + n * HOUR) for n in (0, 1, 2, 3)] == [
        ("alice",),
        ("dave",),
        ("dave",),
        ("alice",),
    ]
    assert sources(chosen, MONDAY + HOUR) == [("dave", "override:17")]


def test_of_overlapping_overrides_the_latest_made_wins() -> None:
    early = override(1, "dave", MONDAY, MONDAY + 4 * HOUR)
    late = override(2, "erin", MONDAY + HOUR, MONDAY + 2 * HOUR)

    chosen = duty(late, early)

    assert [on_call(chosen, "primary", MONDAY + n * HOUR)[0] for n in range(4)] == [
        "dave",
        "erin",
        "dave",
        "dave",
    ]


def test_an_ended_override_counts_up_to_when_it_was_ended() -> None:
    one = override(1, "dave", MONDAY, MONDAY + 4 * HOUR)

    stopped = duty(replace(one, ended_at=MONDAY + HOUR, ended_by="bob"))
    undone = duty(replace(one, ended_at=MONDAY - HOUR, ended_by="bob"))

    assert on_call(stopped, "primary", MONDAY + HOUR - 1) == ("dave",)
    assert on_call(stopped, "primary", MONDAY + HOUR) == ("alice",)
    assert on_call(undone, "primary", MONDAY) == ("alice",)


def test_nobody_leaves_a_gap_and_a_removed_person_what_is_below() -> None:
    end = SATURDAY + HOUR
    all_gone = duty(override(1, NOBODY, SATURDAY, end))
    carol_gone = duty(override(1, NOBODY, SATURDAY, end, replaces="carol"))
    both_gone = duty(
        override(1, NOBODY, SATURDAY, end, replaces="carol"),
        override(2, NOBODY, SATURDAY, end, replaces="alice"),
    )

    assert on_call(all_gone, "primary", SATURDAY) == ()
    assert sources(carol_gone, SATURDAY) == [("alice", "rotation:1")]
    assert on_call(both_gone, "primary", SATURDAY) == ()


def test_an_override_for_one_person_leaves_the_others() -> None:
    both = feed("rota", event("1", "alice", "bob"))
    chosen = duty(both, override(1, "dave", MONDAY, MONDAY + HOUR, replaces="bob"))

    assert assignments(chosen, "primary", MONDAY) == (
        Assignment("alice", "feed:rota#1"),
        Assignment("dave", "override:1", instead_of="bob"),
    )


def test_an_override_for_somebody_who_is_not_on_call_has_no_effect() -> None:
    chosen = duty(override(1, "dave", MONDAY, MONDAY + HOUR, replaces="bob"))

    assert on_call(chosen, "primary", MONDAY) == ("alice",)


def test_the_last_override_for_a_person_decides_who_comes_instead() -> None:
    span = MONDAY, MONDAY + HOUR
    chosen = duty(
        override(1, "dave", *span, replaces="alice"), override(2, "erin", *span, replaces="alice")
    )

    assert on_call(chosen, "primary", MONDAY) == ("erin",)


def test_whoever_came_by_an_override_can_be_removed_again() -> None:
    span = MONDAY, MONDAY + HOUR
    chosen = duty(override(1, "dave", *span), override(2, NOBODY, *span, replaces="dave"))

    assert sources(chosen, MONDAY) == [("alice", "rotation:1")]


def test_layers_count_from_the_override_feed_down() -> None:
    rota, away = feed("rota", event("1", "bob")), feed("away", event("2", "dave"), layer="override")

    assert sources(duty(rota), MONDAY) == [("bob", "feed:rota#1")]
    assert sources(duty(rota, away), MONDAY) == [("dave", "feed:away#2")]
    with_override = duty(rota, away, override(1, "erin", MONDAY, MONDAY + HOUR))
    assert sources(with_override, MONDAY) == [("erin", "override:1")]
    assert sources(duty(rota, away), MONDAY + DAY) == [("alice", "rotation:1")]


def test_of_a_feed_the_highest_level_counts_and_equal_levels_together() -> None:
    base = event("1", "alice", hours=3)
    beside = event("2", "bob", start=MONDAY + HOUR, hours=1)
    above = event("3", "carol", start=MONDAY + 2 * HOUR, hours=1, level=1)
    chosen = duty(feed("rota", base, beside, above))

    assert [on_call(chosen, "primary", MONDAY + n * HOUR) for n in range(3)] == [
        ("alice",),
        ("alice", "bob"),
        ("carol",),
    ]


def test_a_name_that_nobody_has_is_a_hole_that_nothing_below_fills() -> None:
    unknown = FeedShift("1", MONDAY, MONDAY + HOUR, unknown="Alise")
    chosen = duty(feed("rota", unknown))

    assert on_call(chosen, "primary", MONDAY) == ()
    (piece,) = final_shifts(chosen, "primary", MONDAY, MONDAY + HOUR)
    assert (piece.holes, piece.source) == (("Alise",), "feed:rota#1")


def test_somebody_who_left_the_configuration_is_a_hole() -> None:
    chosen = duty(override(1, "frank", MONDAY, MONDAY + HOUR))

    assert on_call(chosen, "primary", MONDAY) == ()
    assert final_shifts(chosen, "primary", MONDAY, MONDAY + 1)[0].holes == ("frank",)


def test_a_schedule_may_have_a_feed_and_no_rotation() -> None:
    chosen = duty(feed("rota", event("1", "alice")), schedule=replace(PRIMARY, rotations=()))

    assert next_change(chosen, "primary", MONDAY - DAY) == MONDAY
    assert shifts(chosen, "primary", MONDAY - DAY, MONDAY + WEEK) == [
        Shift("alice", MONDAY, MONDAY + DAY)
    ]


def test_final_shifts_touch_and_name_their_sources_and_gaps() -> None:
    hours = Rotation(("alice",), DAY, "2026-01-01T00:00", parse("mon-fri 09:00-17:00"))
    schedule = Schedule("primary", "Europe/Berlin", (hours,))
    chosen = duty(override(1, "dave", MONDAY + HOUR, MONDAY + 2 * HOUR), schedule=schedule)

    found = final_shifts(chosen, "primary", MONDAY, MONDAY + 10 * HOUR)

    spans = [(0, 1), (1, 2), (2, 8), (8, 10)]
    said = [("alice", "rotation:1"), ("dave", "override:1"), ("alice", "rotation:1"), ("", GAP)]
    assert [(one.start_at, one.end_at) for one in found] == [
        (MONDAY + start * HOUR, MONDAY + end * HOUR) for start, end in spans
    ]
    assert [("".join(one.people), one.source) for one in found] == said


def test_an_override_by_whoever_is_on_call_anyway_makes_no_new_shift() -> None:
    chosen = duty(override(1, "alice", MONDAY + HOUR, MONDAY + 2 * HOUR))

    assert next_change(chosen, "primary", MONDAY) == SATURDAY - 12 * HOUR
    assert shifts(chosen, "primary", MONDAY, MONDAY + DAY) == [Shift("alice", MONDAY, MONDAY + DAY)]


def test_rotations_below_an_always_covering_one_count_where_their_person_is_removed() -> None:
    hourly = Rotation(("alice", "bob"), HOUR, "2026-11-23T00:00")
    above = Rotation(("carol",), WEEK, "2026-11-23T00:00")
    gone = override(1, NOBODY, MONDAY, MONDAY + 2 * HOUR, replaces="carol")
    chosen = duty(gone, schedule=Schedule("primary", "Europe/Berlin", (hourly, above)))

    found = final_shifts(chosen, "primary", MONDAY, MONDAY + 3 * HOUR)

    assert [one.people for one in found] == [("bob",), ("alice",), ("carol",)]


@pytest.mark.parametrize("name", ["primary", "other"])
def test_facts_about_one_schedule_leave_the_others(name: str) -> None:
    other = replace(PRIMARY, name="other")
    facts = indexed([override(1, "dave", MONDAY, MONDAY + HOUR)])
    chosen = Duty({"primary": PRIMARY, "other": other}, facts)

    assert on_call(chosen, name, MONDAY) == (("dave",) if name == "primary" else ("alice",))


def test_by_a_schedule_that_is_not_there_nobody_is_on_call() -> None:
    assert on_call(duty(), "gone", MONDAY) == ()
    assert final_shifts(duty(), "gone", MONDAY, MONDAY + 1) == [FinalShift(MONDAY, MONDAY + 1, ())]
