"""The one function of duty: who is on call by a schedule at an instant, and why.

From the top: overrides (the latest made wins), the override feed, the primary feed, the rotations
(the last one in force). A layer in which somebody is on call decides; a person whom an override
removes leaves it to the layers below. A name that nobody has is a hole, which nothing below fills.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from triaged.core.oncall.facts import NO_FACTS, Assignment, DutyFacts, ScheduleFacts, applied
from triaged.core.records.duty.overrides import NOBODY, Override
from triaged.core.settings import Settings
from triaged.core.time import oncall
from triaged.core.time.oncall import Schedule, Walk, in_force

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


def holes(duty: Duty, schedule: str, at: int) -> tuple[str, ...]:
    """The names that are on call at the instant, and that nobody has."""
    return tuple(one.person for one in assignments(duty, schedule, at) if one.unknown)


def assignments(duty: Duty, schedule: str, at: int) -> tuple[Assignment, ...]:
    """The people on call at the instant with what says so, and holes; empty: a gap."""
    known = duty.schedules.get(schedule)
    if known is None:
        return ()
    facts = duty.facts.schedules.get(schedule, _NOTHING)
    return _assigned(duty, facts, at, in_force(known, at))


def _assigned(
    duty: Duty, facts: ScheduleFacts, at: int, rotations: Iterable[tuple[int, str]]
) -> tuple[Assignment, ...]:
    """The assignments by the facts and the rotations in force at the instant."""
    overrides = facts.overrides.at(at)
    if overrides and not overrides[0].replaces:
        found = applied((), overrides)
        if found or overrides[0].person == NOBODY:
            return _checked(duty, found)
    for layer in _layers(facts, at, rotations):
        found = applied(layer, _partial(overrides)) if overrides else layer
        if found:
            return _checked(duty, found)
    return ()


def _partial(overrides: tuple[Override, ...]) -> tuple[Override, ...]:
    """Without the override that replaces everybody: its person was removed again."""
    return overrides if not overrides or overrides[0].replaces else overrides[1:]


def _layers(
    facts: ScheduleFacts, at: int, rotations: Iterable[tuple[int, str]]
) -> Iterator[tuple[Assignment, ...]]:
    """The layers below the overrides in which somebody is on call, the highest first."""
    if feed := facts.override_feed.at(at):
        yield feed
    if feed := facts.primary_feed.at(at):
        yield feed
    for index, person in rotations:
        yield (_of_rotation(index, person),)


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
    known = duty.schedules.get(schedule)
    if known is None:
        return [FinalShift(start, end, ())] if start < end else []
    facts = duty.facts.schedules.get(schedule, _NOTHING)
    walk = Walk(known)
    found: list[FinalShift] = []
    at = begins = start
    last: tuple[Assignment, ...] | None = None
    while at < end:
        rotations, ahead = walk.at(at, every=_removes(facts, at))
        whose = _assigned(duty, facts, at, rotations)
        if last is not None and whose != last:
            found.append(FinalShift(begins, at, last))
            begins = at
        last = whose
        at = min(_soonest(ahead, facts, at) or end, end)
        pause()
    return found if last is None else [*found, FinalShift(begins, end, last)]


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
    facts = duty.facts.schedules.get(schedule, _NOTHING)
    return _soonest(oncall.next_candidate(known, at, every=_removes(facts, at)), facts, at)


def _removes(facts: ScheduleFacts, at: int) -> bool:
    """True if an override may leave the duty to a rotation that another one always covers."""
    return any(one.person == NOBODY for one in facts.overrides.at(at))


def _soonest(ahead: int | None, facts: ScheduleFacts, at: int) -> int | None:
    """The first of an instant and the next changes of the facts; None: there is none."""
    if facts is _NOTHING:
        return ahead
    for line in (facts.overrides, facts.override_feed, facts.primary_feed):
        change = line.next_change(at)
        if change is not None and (ahead is None or change < ahead):
            ahead = change
    return ahead


@lru_cache(maxsize=4096)  # a configuration's rotations and their people
def _of_rotation(index: int, person: str) -> Assignment:
    return Assignment(person, f"rotation:{index + 1}")
