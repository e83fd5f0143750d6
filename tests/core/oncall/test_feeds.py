"""The copy of a calendar feed in force, and the troubles that somebody hears of."""

from msgspec.structs import replace

from triaged.core.oncall.facts import indexed
from triaged.core.oncall.feeds import (
    after_failure,
    after_reading,
    after_unchanged,
    is_stale,
    keep_feed,
    next_change,
    owner_of,
    troubles,
)
from triaged.core.records.duty.feeds import FeedReading, FeedState
from triaged.core.records.duty.overrides import FeedShift, FeedShifts
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.events import FeedRead
from triaged.core.records.model import Severity
from triaged.core.records.plans import Plan, Step, Target
from triaged.core.settings import Settings, Team
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.core.view import View

NOW = 100 * DAY
NEW = FeedState("primary", "primary", "primary", every_us=10 * MINUTE, since_at=NOW)


def shifts(number: int, start_at: int = NOW, people: tuple[str, ...] = ("alice",)) -> FeedReading:
    found = [
        FeedShift(
            f"u{n}", start_at + n * DAY, start_at + (n + 1) * DAY, people, "" if people else "X"
        )
        for n in range(number)
    ]
    return FeedReading(tuple(found), events=number)


def copy_of(reading: FeedReading, read_at: int = NOW) -> FeedShifts:
    return FeedShifts("primary", None, "primary", "primary", reading.shifts, read_at)


def situation(*copies: FeedShifts) -> Situation:
    view = View(duty_facts=indexed(feeds=copies))
    return Situation(view, Settings({}, {}, {}, {}, rules=None), NOW)  # type: ignore[arg-type]  # not asked


def kinds(state: FeedState, now: int) -> list[tuple[str, Severity]]:
    return [(one.kind, one.severity) for one in troubles(state, now)]


def test_new_copy_is_put_in_force_once() -> None:
    copy = copy_of(shifts(3))

    assert keep_feed(situation(), FeedRead(copy)) == Decision((SaveRow(copy),))
    again = replace(copy, read_at=NOW + HOUR)
    assert keep_feed(situation(copy), FeedRead(again)) == Decision()


def test_feed_that_is_gone_leaves_no_shift() -> None:
    empty = copy_of(shifts(0))

    assert keep_feed(situation(copy_of(shifts(3))), FeedRead(empty)) == Decision((SaveRow(empty),))
    assert keep_feed(situation(), FeedRead(empty)) == Decision()


def test_two_failures_in_a_row_are_not_yet_stale_and_three_are() -> None:
    state = after_reading(NEW, shifts(30), NOW)

    assert not is_stale(after_failure(state, "down", NOW + 20 * MINUTE), NOW + 20 * MINUTE)
    assert is_stale(after_failure(state, "down", NOW + 21 * MINUTE), NOW + 21 * MINUTE)


def test_stale_feed_is_an_incident_after_a_day() -> None:
    state = after_failure(after_reading(NEW, shifts(30), NOW), "down", NOW + DAY)

    assert kinds(state, NOW + 23 * HOUR) == []
    assert kinds(state, NOW + DAY) == [("stale", Severity.SEV3)]
    assert kinds(after_unchanged(state, NOW + DAY), NOW + DAY) == []


def test_stale_feed_is_an_incident_a_day_before_its_last_shift_ends() -> None:
    state = after_failure(after_reading(NEW, shifts(1, NOW + HOUR), NOW), "down", NOW + HOUR)

    assert kinds(state, NOW + HOUR) == []
    assert kinds(state, NOW + 2 * HOUR) == [("ends", Severity.SEV2)]


def test_healthy_feed_is_no_trouble_however_soon_it_ends() -> None:
    state = after_reading(NEW, shifts(1, NOW - 23 * HOUR), NOW)

    assert kinds(state, NOW + MINUTE) == []


def test_feed_that_was_never_read_is_an_incident_soon() -> None:
    state = after_failure(NEW, "this is not a calendar", NOW + 10 * MINUTE)

    assert kinds(state, NOW + 20 * MINUTE) == []
    assert kinds(state, NOW + 21 * MINUTE) == [("unread", Severity.SEV2)]
    assert "this is not a calendar" in troubles(state, NOW + 21 * MINUTE)[0].text


def test_shrinking_is_announced_until_it_has_grown_back() -> None:
    state = after_reading(NEW, shifts(52), NOW)
    assert kinds(after_reading(state, shifts(26), NOW), NOW) == []

    shrunk = after_reading(state, shifts(3), NOW)
    assert troubles(shrunk, NOW)[0].title == "calendar primary shrank from 52 to 3 shifts"
    assert kinds(after_reading(shrunk, shifts(4), NOW), NOW) == [("shrank", Severity.SEV4)]
    assert kinds(after_reading(shrunk, shifts(40), NOW), NOW) == []


def test_unknown_names_are_kept_once() -> None:
    assert after_reading(NEW, shifts(3, people=()), NOW).unknown == ("X",)


def test_next_change_is_a_beginning_or_an_end() -> None:
    found = shifts(2, NOW - HOUR).shifts

    assert next_change(found, NOW) == NOW - HOUR + DAY
    assert next_change(found, NOW + 3 * DAY) is None


def test_owner_is_the_team_whose_policy_pages_the_schedule() -> None:
    plan = Plan("db", (Step((Target("schedule", "primary"),)),))
    teams = {"b": Team("b", policy="db"), "a": Team("a", policy="web")}
    settings = Settings({}, {}, {}, {"db": plan}, rules=None, teams=teams)  # type: ignore[arg-type]  # not asked

    assert owner_of(settings, "primary") == "b"
    assert owner_of(settings, "secondary") is None
