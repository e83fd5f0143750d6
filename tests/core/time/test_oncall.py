from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.oncall.rota import next_change, on_call, shifts
from tests.core.time.test_recurring import AROUND, berlin, changes_of_clocks, walls
from triaged.core.oncall.duty import Shift
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK, YEAR
from triaged.core.time.oncall import Rotation, Schedule, never_reached, problems
from triaged.core.time.recurring import parse

WEEKLY = Rotation(("alice", "bob"), 7 * DAY, "2026-01-05T09:00")
LENGTHS = st.sampled_from([HOUR, 5 * HOUR, 8 * HOUR, 12 * HOUR, 36 * HOUR, DAY, 7 * DAY, 14 * DAY])


ANCHORS = st.sampled_from(["2019-03-10T02:30", "2019-01-01T00:00", "2018-10-28T23:30"])


def schedule(*rotations: Rotation, zone: str = "Europe/Berlin") -> Schedule:
    """A schedule of these rotations."""
    return Schedule("primary", zone, rotations)


@pytest.mark.parametrize(
    ("wall", "who"),
    [
        ("2026-01-05T08:59", ()),
        ("2026-01-05T09:00", ("alice",)),
        ("2026-01-12T08:59", ("alice",)),
        ("2026-01-12T09:00", ("bob",)),
        ("2026-03-30T09:00", ("alice",)),
        ("2026-04-06T08:59", ("alice",)),
        ("2036-01-07T12:00", ("alice",)),
    ],
)
def test_people_take_turns_at_the_same_wall_time_all_year(wall: str, who: tuple[str, ...]) -> None:
    assert on_call(schedule(WEEKLY), berlin(wall)) == who


def test_the_last_rotation_in_force_decides() -> None:
    weekend = Rotation(("carol",), DAY, "2026-01-01T00:00", parse("sat-sun 00:00-24:00"))
    both = schedule(WEEKLY, weekend)

    assert on_call(both, berlin("2026-01-10T12:00")) == ("carol",)
    assert on_call(both, berlin("2026-01-12T00:00")) == ("alice",)


def test_nobody_is_on_call_outside_of_only() -> None:
    nights = Rotation(("alice",), DAY, "2026-01-01T00:00", parse("daily 20:00-08:00"))

    assert on_call(schedule(nights), berlin("2026-02-01T12:00")) == ()
    assert on_call(schedule(nights), berlin("2026-02-01T23:00")) == ("alice",)


def test_hour_rotations_follow_the_clock_on_the_wall() -> None:
    day_and_night = schedule(Rotation(("alice", "bob"), 12 * HOUR, "2026-01-01T08:00"))

    for day in ("2026-01-20", "2026-07-20"):
        assert on_call(day_and_night, berlin(f"{day}T08:00")) != on_call(
            day_and_night, berlin(f"{day}T07:59")
        )


def test_shifts_are_joined_and_leave_out_gaps() -> None:
    office = Rotation(("alice",), DAY, "2026-01-01T00:00", parse("mon-fri 09:00-17:00"))

    found = shifts(schedule(office), berlin("2026-03-28T00:00"), berlin("2026-03-31T00:00"))

    assert found == [Shift("alice", berlin("2026-03-30T09:00"), berlin("2026-03-30T17:00"))]


def test_a_later_rotation_decides_only_from_its_start() -> None:
    takes_over = schedule(WEEKLY, Rotation(("carol",), 7 * DAY, "2026-02-02T09:00"))

    assert on_call(takes_over, berlin("2026-02-02T08:59")) == ("bob",)
    assert on_call(takes_over, berlin("2026-02-02T09:00")) == ("carol",)


def test_turns_go_on_while_nobody_is_on_duty() -> None:
    weekdays = Rotation(("a", "b"), DAY, "2026-01-05T09:00", parse("mon-fri"))

    friday, monday = "2026-01-09T12:00", "2026-01-12T12:00"
    assert on_call(schedule(weekdays), berlin(friday)) == ("a",)
    assert on_call(schedule(weekdays), berlin(monday)) == ("b",)


@pytest.mark.parametrize(
    ("start", "wall"),
    [
        ("2026-01-01T02:30", "2026-03-29T03:00"),  # skipped: the next instant there is
        ("2026-01-01T02:30", "2026-10-25T02:30"),  # repeated: the first of the two
        ("2026-01-01T09:00", "2026-03-29T09:00"),
        ("2026-01-01T09:00", "2026-10-25T09:00"),
    ],
)
def test_turns_end_at_the_wall_time_when_the_clocks_change(start: str, wall: str) -> None:
    daily = schedule(Rotation(("a", "b"), DAY, start))

    assert next_change(daily, berlin(wall) - 1) == berlin(wall)
    assert on_call(daily, berlin(wall) - 1) != on_call(daily, berlin(wall))


def test_a_person_who_follows_herself_is_not_a_change() -> None:
    alone = schedule(Rotation(("alice",), DAY, "2026-01-01T09:00"))
    twice = schedule(Rotation(("alice", "alice", "bob"), DAY, "2026-01-01T09:00"))

    assert next_change(alone, berlin("2026-01-01T12:00")) is None
    assert next_change(twice, berlin("2026-01-01T12:00")) == berlin("2026-01-03T09:00")


def test_turns_under_a_rotation_in_force_are_not_changes() -> None:
    hourly = Rotation(("a", "b"), HOUR, "2026-01-01T00:00")
    covered = schedule(hourly, Rotation(("c", "d"), 4 * WEEK, "2026-01-01T00:00"))

    assert next_change(covered, berlin("2026-01-01T00:00")) == berlin("2026-01-29T00:00")


def test_one_persons_turns_do_not_hide_a_later_rotation() -> None:
    alone = Rotation(("alice",), HOUR, "2026-01-01T00:00")
    later = schedule(alone, Rotation(("bob",), WEEK, "2026-03-01T00:00"))

    assert next_change(later, berlin("2026-01-01T00:00")) == berlin("2026-03-01T00:00")


def test_turns_of_one_person_in_a_row_are_one_shift() -> None:
    twice = schedule(Rotation(("alice", "alice", "bob"), DAY, "2026-01-01T00:00"))
    start, end = berlin("2026-01-01T00:00"), berlin("2026-01-04T00:00")

    assert shifts(twice, start, end) == [
        Shift("alice", start, berlin("2026-01-03T00:00")),
        Shift("bob", berlin("2026-01-03T00:00"), end),
    ]


def test_the_search_for_a_change_is_bounded() -> None:
    same = schedule(Rotation(("alice", "alice"), HOUR, "2026-01-01T00:00"))

    assert next_change(same, berlin("2026-02-01T00:00")) is None


def test_a_schedule_without_rotations_reaches_nobody() -> None:
    at = berlin("2026-02-01T00:00")

    assert (on_call(schedule(), at), next_change(schedule(), at)) == ((), None)
    assert shifts(schedule(), at, at + DAY) == []


@given(changes_of_clocks(), AROUND, LENGTHS, ANCHORS)
def test_the_turn_is_that_of_the_latest_wall_time_so_far(
    change: tuple[int, ZoneInfo], offset: int, every_us: int, start: str
) -> None:
    at, zone = (change[0] + offset) // (5 * MINUTE) * (5 * MINUTE), change[1]
    turning = schedule(Rotation(tuple("abcdefg"), every_us, start), zone=zone.key)
    latest = max(walls(at - 2 * DAY, at + 1, zone).values())

    found = on_call(turning, at)

    turn = (latest - datetime.fromisoformat(start)) // timedelta(microseconds=every_us)
    assert found == ("abcdefg"[turn % 7],)


@given(changes_of_clocks(), AROUND, LENGTHS, ANCHORS)
def test_a_rotation_never_leaves_a_hole(
    change: tuple[int, ZoneInfo], offset: int, every_us: int, start: str
) -> None:
    at = change[0] + offset
    turning = schedule(Rotation(("a", "b", "c"), every_us, start), zone=change[1].key)

    turns = shifts(turning, at, at + 3 * every_us)

    assert turns[0].start_at == at
    assert turns[-1].end_at == at + 3 * every_us
    for one, other in pairwise(turns):
        assert one.start_at < one.end_at == other.start_at
        assert one.person != other.person


@given(changes_of_clocks(), AROUND, LENGTHS, st.sampled_from(["sat-sun", "daily 01:30-02:30"]))
def test_shifts_say_what_on_call_says(
    change: tuple[int, ZoneInfo], offset: int, every_us: int, only: str
) -> None:
    start, zone = change[0] + offset, change[1].key
    nobody_at_night = Rotation(("a", "b"), every_us, "2019-01-01T00:00", parse("daily 01:00-23:00"))
    over = Rotation(("c", "d", "e"), DAY, "2019-03-10T02:30", parse(only))
    both = schedule(nobody_at_night, over, zone=zone)

    found = shifts(both, start, start + 2 * DAY)

    for at in range(start, start + 2 * DAY, 17 * MINUTE):
        people = tuple(shift.person for shift in found if shift.start_at <= at < shift.end_at)
        assert people == on_call(both, at)


@given(changes_of_clocks(), AROUND, LENGTHS, ANCHORS)
def test_the_next_change_is_when_the_turn_ends(
    change: tuple[int, ZoneInfo], offset: int, every_us: int, start: str
) -> None:
    at = change[0] + offset
    turning = schedule(Rotation(("a", "b", "c"), every_us, start), zone=change[1].key)

    ends = next_change(turning, at)

    assert ends is not None
    assert at < ends <= at + every_us + 25 * HOUR
    assert on_call(turning, ends) != on_call(turning, at)
    assert on_call(turning, ends - 1) == on_call(turning, at)


def test_a_usable_rotation_has_no_problems() -> None:
    assert problems(WEEKLY) == ()


@pytest.mark.parametrize("every_us", [0, -DAY, 30 * MINUTE, HOUR + 1, YEAR + DAY])
def test_turns_take_whole_hours(every_us: int) -> None:
    assert problems(Rotation(("a",), every_us, "2026-01-05T09:00")) == (
        "turns take whole hours, days or weeks, such as 12h, 1d or 1w; at most 1y",
    )


@pytest.mark.parametrize(
    "start", ["", "soon", "2026-01-05", "2026-02-30T09:00", "2026-01-05T09:00+02:00"]
)
def test_a_rotation_starts_at_a_wall_time(start: str) -> None:
    assert problems(Rotation(("a",), WEEK, start)) == (
        f"{start!r} is no wall time such as 2026-01-05T09:00",
    )


def test_a_rotation_needs_people() -> None:
    assert problems(Rotation((), WEEK, "2026-01-05T09:00")) == (
        "a rotation needs at least one person",
    )


def test_a_schedule_that_has_not_begun_changes_when_it_does() -> None:
    assert next_change(schedule(WEEKLY), berlin("2025-12-01T00:00")) == berlin("2026-01-05T09:00")


def test_a_zone_is_looked_up_once_by_name() -> None:
    assert schedule(WEEKLY).zone is ZoneInfo("Europe/Berlin")


FOURTEEN = tuple("abcdefghijklmn")
WEEKDAYS = Rotation(FOURTEEN, DAY, "2026-01-05T09:00", parse("mon-fri 09:00-17:00"))


def test_turns_on_days_off_leave_people_out() -> None:
    assert never_reached(WEEKDAYS) == ["f", "g", "m", "n"]
    assert never_reached(Rotation(FOURTEEN, DAY, "2026-01-05T09:00")) == []
    assert never_reached(replace(WEEKDAYS, people=FOURTEEN[:13])) == []
    nights = Rotation(("a", "b"), 12 * HOUR, "2026-01-05T08:00", parse("daily 20:00-08:00"))
    assert never_reached(nights) == ["a"]


def test_counted_by_shifts_everybody_has_a_turn_in_order() -> None:
    fair = schedule(replace(WEEKDAYS, count="shifts"))
    monday = berlin("2026-01-05T08:00")

    days = [shift.person for shift in shifts(fair, monday, monday + 42 * DAY)]

    assert never_reached(fair.rotations[0]) == []
    assert days[:14] == list(FOURTEEN)
    assert days[14:28] == list(FOURTEEN)


def test_shifts_are_the_same_whenever_one_asks_and_over_the_change_of_clocks() -> None:
    fair = schedule(replace(WEEKDAYS, people=("a", "b", "c"), count="shifts"))
    start, end = berlin("2026-03-20T08:00"), berlin("2026-04-05T08:00")

    people = [shift.person for shift in shifts(fair, start, end)]

    assert all(two == "abc"[("abc".index(one) + 1) % 3] for one, two in pairwise(people))
