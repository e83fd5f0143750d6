"""Half-open intervals of time, [start, end): united, cut out of one another."""

from collections.abc import Iterable

Time = tuple[int, int]
"""[start, end)."""


def united(times: Iterable[Time]) -> list[Time]:
    """The times as pieces that do not overlap, in order."""
    found: list[Time] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def subtract(times: Iterable[Time], others: Iterable[Time]) -> list[Time]:
    """The parts of `times` that no other one covers; those of `others` may overlap."""
    rest = united(others)
    index = 0
    left: list[Time] = []
    for start, end in sorted(times):
        while index < len(rest) and rest[index][1] <= start:
            index += 1
        at, behind = start, index
        while behind < len(rest) and rest[behind][0] < end:
            if at < rest[behind][0]:
                left.append((at, rest[behind][0]))
            at = rest[behind][1]
            behind += 1
        if at < end:
            left.append((at, end))
    return left


def intersect(times: Iterable[Time], others: Iterable[Time]) -> list[Time]:
    """The parts of `times` that another one covers."""
    whole = list(times)
    return subtract(whole, subtract(whole, others))
