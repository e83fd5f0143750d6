"""Facts about duty, indexed by schedule and time so that an instant costs one bisection a layer.

A value is built once for each version of the facts and never changes.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from triaged.core.records.duty.overrides import NOBODY, FeedShift, FeedShifts, Override
from triaged.core.records.practice.rows import PracticeRow

Piece = TypeVar("Piece")


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """A person on call, and what says so."""

    person: str
    source: str
    """`rotation:2`, `override:17`, `fixed:17`, `feed:primary#UID`."""
    instead_of: str = ""
    """The person whom an override replaced by this one."""
    unknown: bool = False
    """True if nobody in the configuration has this name: the shift is a hole."""


class Line(msgspec.Struct, Generic[Piece], frozen=True):
    """Pieces along the time: `pieces[n]` holds in [starts[n], starts[n + 1])."""

    starts: tuple[int, ...] = ()
    pieces: tuple[tuple[Piece, ...], ...] = ()

    def at(self, at: int) -> tuple[Piece, ...]:
        """The piece that holds at the instant; empty: none does."""
        index = bisect_right(self.starts, at) - 1
        return self.pieces[index] if index >= 0 else ()

    def next_change(self, at: int) -> int | None:
        """The next instant at which another piece holds."""
        index = bisect_right(self.starts, at)
        return self.starts[index] if index < len(self.starts) else None


class ScheduleFacts(msgspec.Struct, frozen=True):
    """The facts about one schedule."""

    overrides: Line[Override] = Line()
    """In the order in which they apply; one that replaces everybody can only be the first."""
    override_feed: Line[Assignment] = Line()
    primary_feed: Line[Assignment] = Line()


class DutyFacts(msgspec.Struct, frozen=True):
    """Everything besides the configuration that decides who is on call."""

    version: int = 0
    """The version of the stored facts; rises whenever they change."""
    overrides: Mapping[str, Override] = {}
    """By identity, those whose effect was not over when they were loaded."""
    feeds: Mapping[str, FeedShifts] = {}
    """By name of the feed."""
    schedules: Mapping[str, ScheduleFacts] = {}
    """The index, by name of the schedule."""


NO_FACTS = DutyFacts()


def indexed(
    overrides: Iterable[Override] = (), feeds: Iterable[FeedShifts] = (), version: int = 0
) -> DutyFacts:
    """Facts with these overrides and feeds, indexed."""
    by_id = {one.id: one for one in overrides}
    by_name = {one.id: one for one in feeds}
    names = {one.schedule for one in by_id.values()} | {one.schedule for one in by_name.values()}
    made: dict[str, list[Override]] = {name: [] for name in names}
    read: dict[str, list[FeedShifts]] = {name: [] for name in names}
    for override in by_id.values():
        made[override.schedule].append(override)
    for feed in by_name.values():
        read[feed.schedule].append(feed)
    index = {name: _index_of(made[name], read[name]) for name in names}
    return DutyFacts(version, by_id, by_name, index)


def with_row(facts: DutyFacts, row: PracticeRow) -> DutyFacts:
    """The facts after `row` was saved; the same where it is no override.

    A feed comes into force with the next batch: to index one may take longer than the event loop
    has, and whoever reads the facts anew can do it elsewhere.
    """
    match row:
        case Override() if facts.overrides.get(row.id) == row:
            return facts
        case Override():
            overrides = {**facts.overrides, row.id: row}
            made = [one for one in overrides.values() if one.schedule == row.schedule]
            known = facts.schedules.get(row.schedule, ScheduleFacts())
            index = msgspec.structs.replace(known, overrides=_override_line(made))
            schedules = {**facts.schedules, row.schedule: index}
            return DutyFacts(facts.version, overrides, facts.feeds, schedules)
        case _:
            return facts


def _index_of(overrides: Sequence[Override], feeds: Sequence[FeedShifts]) -> ScheduleFacts:
    return ScheduleFacts(
        _override_line(overrides),
        _feed_line([feed for feed in feeds if feed.layer == "override"]),
        _feed_line([feed for feed in feeds if feed.layer == "primary"]),
    )


def order_made(override: Override) -> tuple[int, int]:
    """The order in which overrides apply: the latest made comes last and wins."""
    return override.made_at, int(override.id)


def _override_line(overrides: Sequence[Override]) -> Line[Override]:
    """The overrides in force, piece by piece, without those that a later one covers whole."""
    begins: dict[int, list[Override]] = {}
    ends: dict[int, list[Override]] = {}
    for one in overrides:
        if one.start_at < one.until_at:
            begins.setdefault(one.start_at, []).append(one)
            ends.setdefault(one.until_at, []).append(one)
    starts: list[int] = []
    pieces: list[tuple[Override, ...]] = []
    active: list[Override] = []
    for at in sorted({*begins, *ends}):
        for one in ends.get(at, ()):
            active.remove(one)
        for one in begins.get(at, ()):
            insort(active, one, key=order_made)
        piece = _in_force(active)
        if not pieces or pieces[-1] != piece:
            starts.append(at)
            pieces.append(piece)
    return Line(tuple(starts), tuple(pieces))


def _in_force(active: Sequence[Override]) -> tuple[Override, ...]:
    """From the last override that replaces everybody on, the last for each replaced person."""
    found: list[Override] = []
    replaced: set[str] = set()
    for one in reversed(active):
        if one.replaces not in replaced:
            replaced.add(one.replaces)
            found.append(one)
        if not one.replaces:
            break
    return tuple(reversed(found))


def _feed_line(feeds: Sequence[FeedShifts]) -> Line[Assignment]:
    """The people of the highest level, piece by piece."""
    begins: dict[int, list[tuple[str, FeedShift]]] = {}
    ends: dict[int, list[tuple[str, FeedShift]]] = {}
    for feed in feeds:
        for shift in feed.shifts:
            begins.setdefault(shift.start_at, []).append((feed.id, shift))
            ends.setdefault(shift.end_at, []).append((feed.id, shift))
    starts: list[int] = []
    pieces: list[tuple[Assignment, ...]] = []
    active: dict[int, list[tuple[str, FeedShift]]] = {}
    for at in sorted({*begins, *ends}):
        for one in ends.get(at, ()):
            active[one[1].level].remove(one)
        for one in begins.get(at, ()):
            active.setdefault(one[1].level, []).append(one)
        levels = [level for level, shifts in active.items() if shifts]
        piece = _assignments(active[max(levels)]) if levels else ()
        if not pieces or pieces[-1] != piece:
            starts.append(at)
            pieces.append(piece)
    return Line(tuple(starts), tuple(pieces))


def _assignments(shifts: Iterable[tuple[str, FeedShift]]) -> tuple[Assignment, ...]:
    """A person once, however many events name them."""
    found: dict[str, Assignment] = {}
    for feed, shift in sorted(shifts, key=lambda one: (one[1].start_at, one[0], one[1].uid)):
        source = f"feed:{feed}#{shift.uid}"
        for person in shift.people:
            found.setdefault(person, Assignment(person, source))
        if not shift.people:
            unknown = Assignment(shift.unknown, source, unknown=True)
            found.setdefault(shift.unknown, unknown)
    return tuple(found.values())


def applied(
    assignments: Sequence[Assignment], overrides: Iterable[Override]
) -> tuple[Assignment, ...]:
    """The assignments of a layer, changed by overrides in their order."""
    for one in overrides:
        ours = () if one.person == NOBODY else (one.person,)
        if not one.replaces:
            assignments = [Assignment(person, one.source) for person in ours]
            continue
        hit = [each for each in assignments if each.person == one.replaces]
        hit = hit or [each for each in assignments if each.instead_of == one.replaces]
        if hit:
            kept = [each for each in assignments if each not in hit and each.person not in ours]
            new = [Assignment(person, one.source, one.replaces) for person in ours]
            assignments = kept + new
    return tuple(assignments)
