"""The three-way merge of texts by lines: what two people made of one text, in one text.

Lines are aligned by those that occur once on both sides (patience), which takes n log n steps
whatever the texts are; what lies between is changed as a whole.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

OURS = "<" * 7
SEPARATOR = "=" * 7
THEIRS = ">" * 7
"""Beginnings of the lines around a conflict, as in git."""


class Merged(msgspec.Struct, frozen=True):
    """The merged text, and how many places both sides changed in different ways."""

    text: str
    conflicts: int


class Sides(msgspec.Struct, frozen=True):
    """The names of the two sides, for the marks around a conflict."""

    ours: str = "yours"
    theirs: str = "theirs"


SIDES = Sides()


def merge(base: str, ours: str, theirs: str, sides: Sides = SIDES) -> Merged:
    """What `ours` and `theirs` made of `base`; where they disagree, both stand between marks."""
    lines = [text.split("\n") for text in (base, ours, theirs)]
    result: list[str] = []
    conflicts = 0
    for mine, other, before in _chunks(*lines):
        if other in (mine, before):
            result += mine
        elif mine == before:
            result += other
        else:
            conflicts += 1
            result += [f"{OURS} {sides.ours}", *mine, SEPARATOR, *other, f"{THEIRS} {sides.theirs}"]
    return Merged("\n".join(result), conflicts)


def has_conflict_marks(text: str) -> bool:
    """Whether a merge was saved with a place that nobody has decided."""
    lines = text.split("\n")
    opens = any(line.startswith(f"{OURS} ") for line in lines)
    return opens and SEPARATOR in lines and any(line.startswith(f"{THEIRS} ") for line in lines)


def _chunks(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The texts in pieces: (of ours, of theirs, of the base), in turn equal and different."""
    in_ours, in_theirs = dict(matches(base, ours)), dict(matches(base, theirs))
    place = (0, 0, 0)
    for at in range(len(base)):
        mine, other = in_ours.get(at), in_theirs.get(at)
        if mine is None or other is None:
            continue
        since, our_since, their_since = place
        if (since, our_since, their_since) != (at, mine, other):
            yield (
                list(ours[our_since:mine]),
                list(theirs[their_since:other]),
                list(base[since:at]),
            )
        yield [base[at]], [base[at]], [base[at]]
        place = (at + 1, mine + 1, other + 1)
    since, our_since, their_since = place
    yield list(ours[our_since:]), list(theirs[their_since:]), list(base[since:])


def matches(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places with equal lines, rising on both sides."""
    found: list[tuple[int, int]] = []
    waiting = [((0, len(left)), (0, len(right)))]
    while waiting:
        (low, high), (start, end) = waiting.pop()
        while low < high and start < end and left[low] == right[start]:
            found.append((low, start))
            low, start = low + 1, start + 1
        while low < high and start < end and left[high - 1] == right[end - 1]:
            high, end = high - 1, end - 1
            found.append((high, end))
        anchors = _anchors(left, right, (low, high), (start, end))
        if anchors:
            edges = [(low - 1, start - 1), *anchors, (high, end)]
            found += anchors
            waiting += [((a + 1, c), (b + 1, d)) for (a, b), (c, d) in pairwise(edges)]
    return sorted(found)


def _anchors(
    left: Sequence[str], right: Sequence[str], of_left: tuple[int, int], of_right: tuple[int, int]
) -> list[tuple[int, int]]:
    """The longest rising sequence of lines that occur once in both ranges."""
    here = Counter(left[slice(*of_left)])
    there = Counter(right[slice(*of_right)])
    places = {right[at]: at for at in range(*of_right) if there[right[at]] == 1}
    pairs = [
        (at, places[left[at]])
        for at in range(*of_left)
        if here[left[at]] == 1 and left[at] in places
    ]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest sub-sequence whose second numbers rise, too."""
    tails: list[int] = []
    chosen: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(chosen[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        chosen[at : at + 1] = [index]
    found = []
    index = chosen[-1] if chosen else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]
