"""The shifts that a change of the facts gives to people and takes from them."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec

from triaged.core.oncall.duty import Duty, Shift, assignments, next_candidate, shifts


class Move(msgspec.Struct, frozen=True):
    """One person's shifts that a change ends, moves or begins."""

    person: str
    before: tuple[Shift, ...]
    after: tuple[Shift, ...]


def moves(before: Duty, after: Duty, schedule: str, start: int, end: int) -> list[Move]:
    """Who gains or loses what in [start, end), by name. Shifts are cut at its ends."""
    old, new = shifts(before, schedule, start, end), shifts(after, schedule, start, end)
    gone, come = set(old) - set(new), set(new) - set(old)
    return [
        Move(
            person,
            tuple(shift for shift in old if shift in gone and shift.person == person),
            tuple(shift for shift in new if shift in come and shift.person == person),
        )
        for person in sorted({shift.person for shift in gone | come})
    ]


def differs(before: Duty, after: Duty, schedule: str, start: int, end: int) -> bool:
    """True if at some instant of [start, end) other people, or other holes, are on call."""
    return any(
        {(one.person, one.unknown) for one in assignments(before, schedule, at)}
        != {(one.person, one.unknown) for one in assignments(after, schedule, at)}
        for at in _instants(before, after, schedule, start, end)
    )


def new_gaps(
    before: Duty, after: Duty, schedule: str, start: int, end: int
) -> list[tuple[int, int]]:
    """The parts of [start, end) in which nobody is on call any more, joined where they touch."""

    def is_new_gap(at: int) -> bool:
        return not assignments(after, schedule, at) and bool(assignments(before, schedule, at))

    return _spans(is_new_gap, [*_instants(before, after, schedule, start, end), end])


def _spans(holds: Callable[[int], bool], edges: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        if not holds(start):
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _instants(before: Duty, after: Duty, schedule: str, start: int, end: int) -> Iterator[int]:
    """The instants of [start, end) at which either may change, in order, the start first."""
    at: int | None = start
    while at is not None and at < end:
        yield at
        ahead = (next_candidate(before, schedule, at), next_candidate(after, schedule, at))
        at = min((one for one in ahead if one is not None), default=None)
