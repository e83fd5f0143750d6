"""Years of sparse trouble: schedules in three zones, hours of an office, windows of every week."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from tests.core.world import MONDAY, ByLabels, person, settings, step
from tests.simulation.oracle.hours import Hours, occurrences, turn_of
from tests.simulation.oracle.lives import Calendar
from tests.simulation.scripts import alert, timed
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import (
    Acknowledged,
    Assigned,
    Escalated,
    Event,
    NoteAdded,
    Resolved,
    SeverityChosen,
    SilenceSet,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Plan, Severity, Span
from triaged.core.settings import NextBusinessDay, Settings, SeverityTarget
from triaged.core.time import calendars
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

YEARS = 2.2
"""Four changes to summer time and back."""

SCHEDULES = {
    "weekly": ("Europe/Berlin", ("alice", "bob", "carol"), WEEK, "2026-01-05T09:00"),
    "daily": ("America/New_York", ("bob", "alice"), DAY, "2026-01-01T08:00"),
    "island": ("Australia/Lord_Howe", ("carol", "alice"), 2 * DAY, "2026-01-02T18:30"),
}
"""Zone, people, length of a turn, first hand-over."""

OFFICE = calendars.Calendar("office", "Europe/Berlin", parse("mon-fri 09:00-17:00"))
WINDOWS = (("sun", 6, "a", "America/New_York", 0, 2), ("wed", 2, "b", "Europe/Berlin", 20, 22))
"""Weekday, its number, the pod that is worked on, zone, from and until which hour."""


def chosen() -> Settings:
    """A policy that goes on and on, for severities of minutes, of hours and of working days."""
    schedules = {
        name: Schedule(name, zone, (Rotation(people, every_us, start),))
        for name, (zone, people, every_us, start) in SCHEDULES.items()
    }
    windows = tuple(
        Maintenance(
            day, (Matcher("pod", "=", pod),), zone, parse(f"{day} {begins:02}:00-{ends:02}:00")
        )
        for day, _, pod, zone, begins, ends in WINDOWS
    )
    plan = Plan(
        policy="default",
        steps=(step(0, "schedule:weekly"), step(0.5, "schedule:daily"), step(1, "team:payments")),
        catch_all=step(0, "schedule:island").notify[0],
        repeat_times=1,
        repeat_every=Span(31 * HOUR),
    )
    return settings(
        severities={
            Severity.SEV1: SeverityTarget(5 * MINUTE, "page", 12 * HOUR),
            Severity.SEV2: SeverityTarget(15 * MINUTE, "page", 40 * HOUR),
            Severity.SEV3: SeverityTarget(8 * HOUR, "page"),
            Severity.SEV4: SeverityTarget(NextBusinessDay(OFFICE), "page"),
        },
        people={name: person(name, "desk") for name in ("alice", "bob", "carol")},
        schedules=schedules,
        policies={"default": plan},
        rules=ByLabels(),
        stale_after={},
        channels=frozenset({"desk"}),
        muters=Muters((), windows),
        public_url="https://triaged.example.org",
    )


def calendar() -> Calendar:
    """All that recurs in these settings, reckoned day by day."""
    first = MONDAY // DAY - 2
    days = range(first, first + round(YEARS * 366) + 60)
    windows = [
        ((Matcher("pod", "=", pod),), begin, end)
        for _, number, pod, zone, begins, ends in WINDOWS
        for begin, end in occurrences(number, begins, ends, zone, days)
    ]
    return Calendar(Hours("Europe/Berlin", 9, 17, frozenset()), duty, windows)


def duty(name: str, at: int) -> tuple[str, ...]:
    """Who is on call."""
    zone, people, every_us, start = SCHEDULES[name]
    return (turn_of(people, timedelta(microseconds=every_us), start, zone, at),)


def happenings(seed: int, every_days: float) -> Iterator[tuple[int, Event]]:
    """(µs UTC, event) in order, some each so many days; never two at one instant."""
    dice, at, number = Random(seed), MONDAY, 0
    end_at = MONDAY + round(YEARS * 365 * DAY)
    while at < end_at:
        at += round(dice.choice((0.01, 0.05, 0.3, 3)) * every_days * dice.random() * DAY) + 1
        number += 1
        event = timed(happening(dice, number), at)
        assert not isinstance(event, Settings)
        yield at, event


def happening(dice: Random, number: int) -> Event:
    """Something that alerts or people do; what it acts on may not be there."""
    name, by = dice.choice(("Down", "Slow", "Full")), dice.choice(("alice", "bob"))
    firing, severity = dice.random() < 0.55, dice.choice([*Severity])
    incident = max(1, number // 4 - dice.randrange(12))
    acts: list[Event] = [
        Acknowledged(incident, by),
        Acknowledged(incident, by),
        Unacknowledged(incident, by),
        Resolved(incident, by),
        Escalated(incident, by),
        NoteAdded(incident, by, "looked"),
        Assigned(incident, by, "carol"),
        SeverityChosen(incident, by, severity),
        Snoozed(incident, by, round(dice.random() * 5 * DAY) + 1),
        SilenceSet(
            f"s{number}",
            (Matcher("pod", "=", dice.choice("ab")),),
            0,
            round(dice.random() * 2 * HOUR) + MINUTE,
            by,
            "work",
        ),
    ]
    if dice.random() < 0.5:
        return alert(name, dice.choice("ab"), str(severity), firing=firing)
    return dice.choice(acts)
