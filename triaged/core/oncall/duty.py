"""The one function of duty: who is on call by a schedule at an instant, and why.

From the top: overrides (the latest made wins), the override feed, the primary feed, the rotations
(the last one in force). A layer in which somebody is on call decides; a person whom an override
removes leaves it to the layers below. A name that nobody has is a hole, which nothing below fills.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

import msgspec

from triaged.core.oncall.facts import NO_FACTS, Assignment, DutyFacts, ScheduleFacts, applied
from triaged.core.records.oncall import NOBODY, Override
from triaged.core.settings import Settings
from triaged.core.time import oncall
from triaged.core.time.oncall import Schedule, in_force

CANDIDATES_MAX = 500
"""Ends of turns, hours and overrides that are looked through for one at which somebody else takes
over: three weeks of hourly turns, more than a year of daily ones."""

GAP = "gap"

_NOTHING = ScheduleFacts()


class Duty(msgspec.Struct, frozen=True, gc=False):
    """Everything that decides who is on call."""

    schedules: Mapping[str, Schedule]
    facts: DutyFacts = NO_FACTS
    people: Collection[str] | None = None
    """The names that are known; None: all are."""


def duty_of(settings: Settings, facts: DutyFacts = NO_FACTS) -> Duty:
    """Duty by these settings and facts."""
    return Duty(settings.schedules, facts, settings.people)


class FinalShift(msgspec.Struct, frozen=True):
    """A time in which the same people are on call for the same reasons; nobody: a gap."""

    start_at: int
    end_at: int
    assignments: tuple[Assignment, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who is on call and can be paged."""
        return tuple(one.person for one in self.assignments if not one.unknown)

    @property
    def holes(self) -> tuple[str, ...]:
        """Names that nobody has: those shifts page the catch-all."""
        return tuple(one.person for one in self.assignments if one.unknown)

    @property
    def source(self) -> str:
        """`rotation:2`, `override:17`, …; several joined by a comma; `gap`."""
        return ", ".join(dict.fromkeys(one.source for one in self.assignments)) or GAP


class Shift(msgspec.Struct, frozen=True):
    """One person's unbroken time on call, whatever says so."""

    person: str
    start_at: int
    end_at: int


def on_call(duty: Duty, schedule: str, at: int) -> tuple[str, ...]:
    """The people on call at the instant; empty when there is nobody, or no such schedule."""
    return tuple(one.person for one in assignments(duty, schedule, at) if not one.unknown)


def assignments(duty: Duty, schedule: str, at: int) -> tuple[Assignment, ...]:
    """The people on call at the instant with what says so, and holes; empty: a gap."""
    known = duty.schedules.get(schedule)
    if known is None:
        return ()
    facts = duty.facts.schedules.get(schedule, _NOTHING)
    overrides = facts.overrides.at(at)
    if overrides and not overrides[0].replaces:
        found = applied((), overrides)
        if found or overrides[0].person == NOBODY:
            return _checked(duty, found)
    for layer in _layers(known, facts, at):
        found = applied(layer, _partial(overrides))
        if found:
            return _checked(duty, found)
    return ()


def _partial(overrides: tuple[Override, ...]) -> tuple[Override, ...]:
    """Without the override that replaces everybody: its person was removed again."""
    return overrides if not overrides or overrides[0].replaces else overrides[1:]


def _layers(schedule: Schedule, facts: ScheduleFacts, at: int) -> Iterator[tuple[Assignment, ...]]:
    """The layers below the overrides in which somebody is on call, the highest first."""
    if feed := facts.override_feed.at(at):
        yield feed
    if feed := facts.primary_feed.at(at):
        yield feed
    for index, person in in_force(schedule, at):
        yield (Assignment(person, f"rotation:{index + 1}"),)


def _checked(duty: Duty, found: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """The assignments, in which people who are gone from the configuration are holes."""
    people = duty.people
    if people is None or all(one.unknown or one.person in people for one in found):
        return found
    return tuple(
        one if one.person in people else msgspec.structs.replace(one, unknown=True) for one in found
    )


def next_change(duty: Duty, schedule: str, at: int) -> int | None:
    """The next instant at which somebody else, or nobody, is on call.

    None: there is none, or none among the next 500 ends of turns, hours and facts.
    """
    people = on_call(duty, schedule, at)
    candidate = next_candidate(duty, schedule, at)
    for _ in range(CANDIDATES_MAX):
        if candidate is None or on_call(duty, schedule, candidate) != people:
            return candidate
        candidate = next_candidate(duty, schedule, candidate)
    return None


def final_shifts(
    duty: Duty, schedule: str, start: int, end: int, pause: Callable[[], None] = lambda: None
) -> list[FinalShift]:
    """[start, end) in pieces that touch, in order; a piece without assignments is a gap.

    `pause` is called between two pieces, so that others can run.
    """
    found: list[FinalShift] = []
    at = start
    while at < end:
        until = next_candidate(duty, schedule, at)
        until = end if until is None else min(until, end)
        whose = assignments(duty, schedule, at)
        if found and found[-1].assignments == whose:
            found[-1] = FinalShift(found[-1].start_at, until, whose)
        else:
            found.append(FinalShift(at, until, whose))
        at = until
        pause()
    return found


def shifts(
    duty: Duty, schedule: str, start: int, end: int, pause: Callable[[], None] = lambda: None
) -> list[Shift]:
    """Each person's shifts in [start, end), in order of their starts; holes and gaps left out."""
    found: list[Shift] = []
    last: dict[str, int] = {}
    for piece in final_shifts(duty, schedule, start, end, pause):
        for person in piece.people:
            index = last.get(person)
            if index is not None and found[index].end_at == piece.start_at:
                found[index] = Shift(person, found[index].start_at, piece.end_at)
            else:
                last[person] = len(found)
                found.append(Shift(person, piece.start_at, piece.end_at))
    return found


def next_candidate(duty: Duty, schedule: str, at: int) -> int | None:
    """The next instant at which somebody else may be on call; None: there is none."""
    known = duty.schedules.get(schedule)
    if known is None:
        return None
    facts = duty.facts.schedules.get(schedule)
    if facts is None:
        return oncall.next_candidate(known, at)
    removes = any(one.person == NOBODY for one in facts.overrides.at(at))
    instants = (
        oncall.next_candidate(known, at, every=removes),
        facts.overrides.next_change(at),
        facts.override_feed.next_change(at),
        facts.primary_feed.next_change(at),
    )
    return min((one for one in instants if one is not None), default=None)
