"""Which of many lists of matchers hold for a label set, at a cost that does not grow with them.

For each label that matchers mention: value → a mask with the bit of each rule that this label does
not rule out. An alert's rules are the AND over labels. Masks are remembered by value. A value
that was never seen costs a dictionary look-up for all equality matchers and one `re2.Set` match
for all patterns of the label.
"""

from collections.abc import Iterable, Mapping, Sequence

import re2

from triaged.core.records.matching import Matcher, re2_options

REMEMBERED_MAX = 8192
"""Values a label: `pod` and `instance` have endless ones, and a miss is cheap."""

REMEMBERED_CHARACTERS_MAX = 512
"""Longest value that is remembered: longer ones never come twice, and would fill the memory."""

SET_BYTES_MAX = 32 << 20
"""A set of patterns. RE2 takes what it needs and drops states over it: a thousand patterns of the
kind `.*Down7.*` need 2 MiB and are no faster with more."""


ANY_NUMBER = 1 << 30


def _set_of(patterns: Sequence[str]) -> re2.Set:
    """The patterns as one set; re2.error where they need more than `SET_BYTES_MAX`."""
    options = re2_options()
    options.max_mem = SET_BYTES_MAX
    found = re2.Set.FullMatchSet(options)
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


class PatternSet:
    """The rules that patterns of one label rule out: a bit of a rule, `=~` or not, a pattern."""

    def __init__(self, patterns: Sequence[tuple[int, bool, str]]) -> None:
        self._set = _set_of([pattern for _, _, pattern in patterns])
        self._bits = [(bit, positive) for bit, positive, _ in patterns]
        self._needed: dict[int, int] = {}
        """The number of patterns that a rule wants to match: nearly always one."""
        self._without_hits = 0
        """The rules that a value excludes that no pattern matches, as most values do."""
        for bit, positive in self._bits:
            if positive:
                self._needed[bit] = self._needed.get(bit, 0) + 1
                self._without_hits |= bit

    def ruled_out(self, value: str) -> int:
        """A mask of the rules that `value` rules out."""
        mask = self._without_hits
        hits = self._set.Match(value.encode())  # else its wrapper does, in twice the time
        if not hits:
            return mask
        unwanted = 0
        met: dict[int, int] = {}
        for index in hits:
            bit, positive = self._bits[index]
            if positive:
                met[bit] = met.get(bit, 0) + 1
            else:
                unwanted |= bit
        for bit, count in met.items():
            if count == self._needed[bit]:
                mask &= ~bit
        return mask | unwanted


def pattern_sets(
    patterns: Sequence[tuple[int, bool, str]], set_max: int = ANY_NUMBER
) -> list[PatternSet]:
    """The patterns in as few sets as the memory allows; RE2 takes each that it took alone.

    A set has up to `set_max` patterns.
    """
    if not patterns:
        return []
    if len(patterns) <= set_max:
        try:
            return [PatternSet(patterns)]
        except re2.error:
            if len(patterns) == 1:
                raise
    half = len(patterns) // 2
    return [*pattern_sets(patterns[:half], set_max), *pattern_sets(patterns[half:], set_max)]


class LabelIndex:
    """The matchers of all rules on one label."""

    def __init__(
        self, matchers: Iterable[tuple[int, Matcher]], everything: int, set_max: int = ANY_NUMBER
    ) -> None:
        self.remembered: dict[str, int] = {}
        """Value → mask, of values that were asked for."""
        self._free = everything
        self._equal: dict[str, int] = {}
        self._unequal: dict[str, int] = {}
        wanted: dict[int, set[str]] = {}
        patterns: list[tuple[int, bool, str]] = []
        for position, matcher in matchers:
            bit, value = 1 << position, matcher.value
            match matcher.operator:
                case "=":
                    wanted.setdefault(bit, set()).add(value)
                case "!=":
                    self._unequal[value] = self._unequal.get(value, 0) | bit
                case "=~" | "!~":
                    patterns.append((bit, matcher.operator == "=~", value))
        for bit, values in wanted.items():
            self._free &= ~bit
            if len(values) == 1:  # two different values at once: never
                value = values.pop()
                self._equal[value] = self._equal.get(value, 0) | bit
        self._sets = pattern_sets(patterns, set_max)

    def mask(self, value: str) -> int:
        """The rules that this value of the label does not rule out."""
        mask = self.remembered.get(value)
        if mask is None:
            mask = self._mask(value)
            if len(value) <= REMEMBERED_CHARACTERS_MAX:
                if len(self.remembered) >= REMEMBERED_MAX:
                    self.remembered.clear()
                self.remembered[value] = mask
        return mask

    def _mask(self, value: str) -> int:
        mask = (self._free | self._equal.get(value, 0)) & ~self._unequal.get(value, 0)
        for patterns in self._sets:
            mask &= ~patterns.ruled_out(value)
        return mask


class Index:
    """Lists of matchers, of rules or silences; a set of patterns has up to `set_max`."""

    def __init__(self, rules: Sequence[Sequence[Matcher]], set_max: int = ANY_NUMBER) -> None:
        everything = (1 << len(rules)) - 1
        by_label: dict[str, list[tuple[int, Matcher]]] = {}
        for bit, matchers in enumerate(rules):
            for matcher in matchers:
                by_label.setdefault(matcher.name, []).append((bit, matcher))
        self._everything = everything
        indexes = [
            (name, LabelIndex(found, everything, set_max)) for name, found in by_label.items()
        ]
        self._labels = [(name, index.remembered, index.mask) for name, index in indexes]

    def matching(self, labels: Mapping[str, str]) -> int:
        """A mask of the lists whose matchers all hold; bit 0 is the first list."""
        mask = self._everything
        for name, remembered, mask_of in self._labels:
            value = labels.get(name, "")
            mask &= remembered.get(value) or mask_of(value)
        return mask


def bits(mask: int) -> list[int]:
    """The positions of the set bits, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
