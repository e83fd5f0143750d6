"""Changes of duties agree with who is on call by the one and the other configuration."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.oncall.rota import on_call
from tests.core.time.test_recurring import berlin
from triaged.core.oncall.duty import Duty
from triaged.core.oncall.duty_changes import (
    COMPARED_FAR_MAX,
    WEEKS,
    DutyChange,
    Serving,
    duty_changes,
)
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

WEEKLY = Rotation(("alice", "bob", "carol"), WEEK, "2026-01-05T09:00")
NOW = berlin("2026-11-18T12:00")

ROTATIONS = st.builds(
    Rotation,
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple),
    st.sampled_from([8 * HOUR, DAY, WEEK, 2 * WEEK]),
    st.sampled_from(["2026-01-05T09:00", "2026-10-20T02:30", "2026-12-01T00:00"]),
    st.sampled_from([None, parse("mon-fri 09:00-17:00"), parse("sat-sun 00:00-24:00")]),
    st.sampled_from(["turns", "shifts"]),
)
SCHEDULES = st.builds(
    Schedule,
    st.just("primary"),
    st.sampled_from(["Europe/Berlin", "America/New_York"]),
    st.lists(ROTATIONS, max_size=2).map(tuple),
)


def weekly(*people: str) -> dict[str, Schedule]:
    """One schedule of people who take turns of a week."""
    return {"primary": Schedule("primary", "Europe/Berlin", (replace(WEEKLY, people=people),))}


def test_a_person_who_is_appended_moves_the_present_duty_and_the_later_ones() -> None:
    changes = duty_changes(Duty(weekly("alice", "bob")), Duty(weekly("alice", "bob", "carol")), NOW)

    until = berlin("2026-11-23T09:00")
    assert changes == [
        DutyChange(
            schedule="primary",
            timezone="Europe/Berlin",
            before=Serving(("bob",), until),
            after=Serving(("alice",), until),
            later_shifts=8,
            weeks=WEEKS,
        )
    ]
    assert changes[0].at_once


def test_a_rotation_from_a_date_on_leaves_the_present_duty() -> None:
    before = weekly("alice", "bob")
    later = Rotation(("alice", "bob", "carol"), WEEK, "2026-12-07T09:00")
    after = {"primary": replace(before["primary"], rotations=(*before["primary"].rotations, later))}

    (change,) = duty_changes(Duty(before), Duty(after), NOW)

    assert not change.at_once
    assert change.before == change.after
    assert change.later_shifts > 0


def test_another_writing_of_the_same_duties_is_no_change() -> None:
    assert duty_changes(Duty(weekly("alice")), Duty(weekly("alice", "alice")), NOW) == []


def test_a_schedule_that_is_gone_ends_a_duty_and_a_new_one_begins_one() -> None:
    old = weekly("alice")["primary"]
    changes = duty_changes(Duty({"old": old}), Duty({"young": old}), NOW)

    found = [(each.schedule, each.before.people, each.after.people) for each in changes]
    assert found == [("old", ("alice",), ()), ("young", (), ("alice",))]


def test_a_duty_that_only_ends_sooner_is_a_change() -> None:
    def office(hours: str) -> dict[str, Schedule]:
        only = Rotation(("alice",), DAY, "2026-01-05T00:00", parse(hours))
        return {"primary": Schedule("primary", "Europe/Berlin", (only,))}

    (change,) = duty_changes(Duty(office("wed 09:00-17:00")), Duty(office("wed 09:00-15:00")), NOW)

    assert not change.at_once
    assert change.before == Serving(("alice",), berlin("2026-11-18T17:00"))
    assert change.after == Serving(("alice",), berlin("2026-11-18T15:00"))


def test_many_changed_schedules_are_compared_over_one_week() -> None:
    def many(*people: str) -> dict[str, Schedule]:
        return {f"{n:03}": weekly(*people)["primary"] for n in range(COMPARED_FAR_MAX + 1)}

    found = duty_changes(Duty(many("alice", "bob")), Duty(many("bob", "alice")), NOW)

    assert {change.weeks for change in found} == {1}
    assert len(found) == COMPARED_FAR_MAX + 1


@given(SCHEDULES, SCHEDULES, st.integers(0, 60 * 24 * 60))
def test_changes_agree_with_who_is_on_call(before: Schedule, after: Schedule, minutes: int) -> None:
    now = berlin("2026-10-20T00:00") + minutes * MINUTE
    sampled = range(now, now + WEEKS * WEEK, 5 * HOUR + 30 * MINUTE)
    differ = [at for at in sampled if on_call(before, at) != on_call(after, at)]

    changes = duty_changes(Duty({"primary": before}), Duty({"primary": after}), now)

    assert changes or not differ
    for change in changes:
        assert change.before.people == on_call(before, now)
        assert change.after.people == on_call(after, now)
        for schedule, duty in ((before, change.before), (after, change.after)):
            if duty.until is not None:
                assert on_call(schedule, duty.until - 1) == duty.people
                assert on_call(schedule, duty.until) != duty.people
        assert change.at_once or change.before != change.after or change.later_shifts
