from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_recurring import INSTANTS, ODD_ZONES, berlin
from triaged.core.durations import DAY, HOUR, MINUTE
from triaged.core.oncall import Rotation, Schedule, Shift, next_change, on_call, shifts
from triaged.core.recurring import parse

WEEKLY = Rotation(("alice", "bob"), 7 * DAY, "2026-01-05T09:00")
LENGTHS = st.sampled_from([HOUR, 8 * HOUR, 12 * HOUR, DAY, 7 * DAY, 14 * DAY])


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


@given(INSTANTS, st.sampled_from(ODD_ZONES), LENGTHS)
def test_a_rotation_never_leaves_a_hole(at: int, zone: str, every_us: int) -> None:
    rotation = Rotation(("a", "b", "c"), every_us, "2019-03-10T02:30")

    turns = shifts(schedule(rotation, zone=zone), at, at + 3 * every_us)

    assert turns[0].start_at == at
    assert turns[-1].end_at == at + 3 * every_us
    for one, other in pairwise(turns):
        assert one.end_at == other.start_at
        assert one.person != other.person


@given(INSTANTS, st.sampled_from(ODD_ZONES), LENGTHS)
def test_the_next_change_is_when_the_turn_ends(at: int, zone: str, every_us: int) -> None:
    turning = schedule(Rotation(("a", "b", "c"), every_us, "2019-03-10T02:30"), zone=zone)

    change = next_change(turning, at)

    assert change is not None
    assert at < change <= at + every_us + 25 * HOUR
    assert on_call(turning, change) != on_call(turning, at)
    assert on_call(turning, change - MINUTE) in (on_call(turning, at), on_call(turning, change))


def test_a_schedule_that_has_not_begun_changes_when_it_does() -> None:
    assert next_change(schedule(WEEKLY), berlin("2025-12-01T00:00")) == berlin("2026-01-05T09:00")


def test_a_zone_is_looked_up_once_by_name() -> None:
    assert schedule(WEEKLY).zone is ZoneInfo("Europe/Berlin")
