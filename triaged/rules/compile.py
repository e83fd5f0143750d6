"""Which rules match a label set, at a cost that does not grow with the rules.

For each label that matchers mention: value → a mask with the bit of each rule that this label does
not rule out. An alert's rules are the AND over labels. Masks are remembered by value. A value
that was never seen costs a dictionary look-up for all equality matchers and one `re2.Set` match
for all patterns of the label.
"""

from collections.abc import Iterable, Mapping, Sequence

import re2

from triaged.rules.matchers import Matcher, re2_options

REMEMBERED_MAX = 8192
"""Values a label: `pod` and `instance` have endless ones, and a miss is cheap."""


SET_BYTES_MAX = 256 << 20
"""For all patterns of a label together; RE2 takes what it needs, and drops states over it."""


def _set_options() -> re2.Options:
    options = re2_options()
    options.max_mem = SET_BYTES_MAX
    return options


class LabelIndex:
    """The matchers of all rules on one label."""

    def __init__(self, matchers: Iterable[tuple[int, Matcher]], everything: int) -> None:
        self._remembered: dict[str, int] = {}
        self._patterns: list[tuple[int, bool]] = []
        self._without_hits = 0
        """The rules that a value rules out which no pattern matches: what most values do."""
        self._equal: dict[str, int] = {}
        self._set = re2.Set.FullMatchSet(_set_options())
        self._free = everything
        wanted: dict[int, set[str]] = {}
        self._unequal: dict[str, int] = {}
        for bit, matcher in matchers:
            match matcher.operator:
                case "=":
                    wanted.setdefault(bit, set()).add(matcher.value)
                case "!=":
                    self._unequal[matcher.value] = self._unequal.get(matcher.value, 0) | 1 << bit
                case _:
                    self._add_pattern(bit, matcher)
        for bit, values in wanted.items():
            self._free &= ~(1 << bit)
            if len(values) == 1:  # two different values at once: never
                value = values.pop()
                self._equal[value] = self._equal.get(value, 0) | 1 << bit
        if self._patterns:
            self._set.Compile()  # raises where `_set_options` is too small for the patterns

    def _add_pattern(self, bit: int, matcher: Matcher) -> None:
        self._set.Add(matcher.value)
        self._patterns.append((1 << bit, matcher.operator == "=~"))
        if matcher.operator == "=~":
            self._without_hits |= 1 << bit

    def mask(self, value: str) -> int:
        """The rules that this value of the label does not rule out."""
        mask = self._remembered.get(value)
        if mask is None:
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            mask = self._remembered[value] = self._mask(value)
        return mask

    def _mask(self, value: str) -> int:
        mask = self._free | self._equal.get(value, 0)
        mask &= ~self._unequal.get(value, 0)
        if not self._patterns:
            return mask
        ruled_out = self._without_hits
        hits = self._set.Match(value)
        if hits:
            found = set(hits)
            ruled_out = 0
            for index, (bit, positive) in enumerate(self._patterns):
                if (index in found) is not positive:
                    ruled_out |= bit
        return mask & ~ruled_out


class Index:
    """The matchers of all rules."""

    def __init__(self, rules: Sequence[Sequence[Matcher]]) -> None:
        everything = (1 << len(rules)) - 1
        by_label: dict[str, list[tuple[int, Matcher]]] = {}
        for bit, matchers in enumerate(rules):
            for matcher in matchers:
                by_label.setdefault(matcher.name, []).append((bit, matcher))
        self._everything = everything
        self._labels = [
            (name, LabelIndex(matchers, everything).mask) for name, matchers in by_label.items()
        ]

    def matching(self, labels: Mapping[str, str]) -> int:
        """A mask of the rules whose matchers all hold; bit 0 is the first rule."""
        mask = self._everything
        for name, mask_of in self._labels:
            mask &= mask_of(labels.get(name, ""))
        return mask


def bits(mask: int) -> list[int]:
    """The positions of the set bits, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
