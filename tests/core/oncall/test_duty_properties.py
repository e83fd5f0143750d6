"""Shifts tile the line in every zone for ten years, and everybody who asks gets the same answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import person, settings, target
from triaged.core.oncall.duty import (
    Duty,
    assignments,
    duty_of,
    final_shifts,
    next_change,
    on_call,
    shifts,
)
from triaged.core.oncall.facts import DutyFacts, indexed
from triaged.core.records.duty.overrides import NOBODY, FeedShift, FeedShifts, Layer, Override
from triaged.core.response.paging import people_of
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK, YEAR
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse
from triaged.core.view import View
from triaged.dry_run.prove.reach import KnownShifts
from triaged.dry_run.simulator import Simulator

ZONES = (
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
)
PEOPLE = ("a", "b", "c", "d")
START = int(datetime(2018, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
YEARS = 10
ONLY = (None, "mon-fri 09:00-17:00", "sat-sun", "daily 22:00-06:00", "daily 01:30-02:30")

instants = st.integers(0, YEARS * YEAR // MINUTE).map(lambda minutes: START + minutes * MINUTE)
people = st.sampled_from(PEOPLE)
rotations = st.builds(
    Rotation,
    st.lists(people, min_size=1, max_size=3).map(tuple),
    st.sampled_from([HOUR, 8 * HOUR, DAY, WEEK, 2 * WEEK]),
    st.sampled_from(["2018-03-25T02:30", "2018-01-01T00:00", "2021-10-31T01:30"]),
    st.sampled_from(ONLY).map(lambda text: None if text is None else parse(text)),
    st.sampled_from(["turns", "shifts"]),
)


@st.composite
def facts(draw: st.DrawFn, around: int) -> DutyFacts:
    """Overrides and feeds about the weeks around an instant."""
    hours = st.integers(-200, 200)
    overrides = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        start, length = draw(hours), draw(st.integers(1, 100))
        ended = draw(st.one_of(st.none(), st.integers(-10, 100)))
        overrides.append(
            Override(
                id=str(number),
                incident=None,
                schedule="primary",
                start_at=around + start * HOUR,
                end_at=around + (start + length) * HOUR,
                person=draw(st.sampled_from([*PEOPLE, NOBODY, "gone"])),
                reason="",
                by="a",
                made_at=START + draw(st.integers(0, 3)),
                replaces=draw(st.sampled_from(["", "", *PEOPLE])),
                ended_at=None if ended is None else around + (start + ended) * HOUR,
            )
        )
    layers: Sequence[Layer] = ("primary", "override")
    feeds = [
        FeedShifts(layer, None, "primary", layer, tuple(draw(st.lists(_event(around)))), START)
        for layer in layers
        if draw(st.booleans())
    ]
    return indexed(overrides, feeds)


@st.composite
def _event(draw: st.DrawFn, around: int) -> FeedShift:
    start = around + draw(st.integers(-200, 200)) * HOUR
    who = tuple(draw(st.lists(people, max_size=2, unique=True)))
    end = start + draw(st.integers(1, 100)) * HOUR
    return FeedShift(
        str(draw(st.integers(1, 99))), start, end, who, "Alise", draw(st.integers(0, 2))
    )


@st.composite
def duties(draw: st.DrawFn) -> tuple[Duty, int]:
    """Settings' schedule in one of the zones with facts, and an instant around which they are."""
    at = draw(instants)
    schedule = Schedule(
        "primary", draw(st.sampled_from(ZONES)), tuple(draw(st.lists(rotations, max_size=3)))
    )
    return Duty({"primary": schedule}, draw(facts(at)), PEOPLE), at


@given(duties())
def test_shifts_tile_the_line_and_agree_with_every_instant(given_: tuple[Duty, int]) -> None:
    duty, at = given_
    start, end = at - 9 * DAY, at + 9 * DAY + 7 * MINUTE

    found = final_shifts(duty, "primary", start, end)

    assert (found[0].start_at, found[-1].end_at) == (start, end)
    for one, other in pairwise(found):
        assert one.start_at < one.end_at == other.start_at
        assert one.assignments != other.assignments
    for piece in found:
        for instant in (piece.start_at, (piece.start_at + piece.end_at) // 2, piece.end_at - 1):
            assert assignments(duty, "primary", instant) == piece.assignments
        names = [each.person for each in piece.assignments]
        assert len(names) == len(set(names))
        assert (piece.source == "gap") == (not piece.assignments)


@given(duties(), st.integers(0, 18 * 24 * 60))
def test_a_window_may_begin_anywhere(given_: tuple[Duty, int], minutes: int) -> None:
    duty, at = given_
    start, middle, end = at - 9 * DAY, at - 9 * DAY + minutes * MINUTE, at + 9 * DAY

    whole = final_shifts(duty, "primary", start, end)
    parts = [
        *final_shifts(duty, "primary", start, middle),
        *final_shifts(duty, "primary", middle, end),
    ]

    assert [one.assignments for one in whole] == _joined([one.assignments for one in parts])


def _joined(parts: Sequence[object]) -> list[object]:
    return [one for n, one in enumerate(parts) if n == 0 or parts[n - 1] != one]


@given(duties())
def test_the_next_change_is_the_first_instant_of_other_people(given_: tuple[Duty, int]) -> None:
    duty, at = given_
    change = next_change(duty, "primary", at)

    now = on_call(duty, "primary", at)
    until = at + 30 * DAY if change is None else min(change, at + 30 * DAY)
    for piece in final_shifts(duty, "primary", at, until):
        if piece.start_at < until:
            assert piece.people == now
    if change is not None:
        assert on_call(duty, "primary", change) != now


@given(st.sampled_from(ZONES), st.lists(rotations, min_size=1, max_size=3))
def test_ten_years_have_neither_hole_nor_overlap(zone: str, chosen: list[Rotation]) -> None:
    slow = [one for one in chosen if one.every_us >= WEEK] or chosen[:1]
    duty = Duty({"primary": Schedule("primary", zone, tuple(slow))})
    for year in range(YEARS):
        # around the changes of clocks of both halves of the globe
        for month in (3, 10):
            start = int(datetime(2018 + year, month, 20, tzinfo=UTC).timestamp()) * 1_000_000
            found = final_shifts(duty, "primary", start, start + 3 * WEEK)
            assert (found[0].start_at, found[-1].end_at) == (start, start + 3 * WEEK)
            assert all(one.end_at == other.start_at for one, other in pairwise(found))


def configured(duty: Duty) -> Settings:
    """Settings with the schedule and the people of a duty."""
    return settings(schedules=duty.schedules, people={name: person(name) for name in PEOPLE})


@given(duties())
def test_everybody_who_asks_gets_the_same_answer(given_: tuple[Duty, int]) -> None:
    duty, at = given_
    chosen = configured(duty)

    expected = on_call(duty_of(chosen, duty.facts), "primary", at)

    situation = Situation(View(duty_facts=duty.facts), chosen, at)
    paged, _ = people_of(situation, target("schedule:primary"))
    simulated = Simulator(chosen, at, duty=duty.facts).situation()
    proved = KnownShifts(duty_of(chosen, duty.facts), at - DAY, at + DAY)
    by_shifts = {
        one.person
        for one in shifts(duty, "primary", at - DAY, at + DAY)
        if one.start_at <= at < one.end_at
    }
    assert tuple(each.id for each in paged) == expected
    assert tuple(p.id for p in people_of(simulated, target("schedule:primary"))[0]) == expected
    assert proved.people("primary", at) == expected
    assert by_shifts == set(expected)
