"""Sets of the texts that matchers of one label accept, where they can be told for sure.

A pattern is plain if it is made of letters, alternatives, groups, small classes, `?` and a `.*` at
the end of an alternative: then what it takes is a list of texts and beginnings, and questions about
it have exact answers. Of other patterns nothing is claimed but what their own text says.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import msgspec

from triaged.rules.matchers import Matcher

ALTERNATIVES_MAX = 512
"""Alternatives of a pattern when multiplied out; who writes more lists names, one by one."""

NOTHING = r"[^\x00-\x{10FFFF}]"
"""The pattern that RE2 itself writes for one that accepts no text."""

NOT_PLAIN = "the pattern is not plain"
_PLAIN_ESCAPES = frozenset(r".\+*?()[]{}|^$-/_ ")
_SPECIAL = frozenset("*+{[(|)^$?.\\")


class Alternative(msgspec.Struct, frozen=True):
    """A text, or with `open` all texts that begin with it and go on without a line end."""

    text: str
    open: bool = False

    def covers(self, other: "Alternative") -> bool:
        """True if it accepts all texts that `other` accepts."""
        if not self.open:
            return self == other
        return other.text.startswith(self.text) and "\n" not in other.text[len(self.text) :]

    def meets(self, other: "Alternative") -> bool:
        """True if some text is accepted by both."""
        return self.covers(Alternative(other.text)) or other.covers(Alternative(self.text))


PatternSet = frozenset[Alternative]


class _Partial(msgspec.Struct, frozen=True):
    """A beginning of what is taken; after `ended` nothing may follow."""

    text: str = ""
    open: bool = False
    ended: bool = False


_Partials = frozenset[_Partial]
_Step = Callable[[_Partials], _Partials]


@lru_cache(maxsize=8192)  # every rule's, at most once each
def pattern_set_of(pattern: str) -> PatternSet | None:
    """The texts that a valid RE2 pattern accepts; None: the pattern is not plain."""
    parser = _Parser(pattern)
    try:
        step = parser.alternatives()
        if parser.rest:
            return None
        return frozenset(
            Alternative(each.text, each.open) for each in step(frozenset({_Partial()}))
        )
    except ValueError:
        return None


class _Parser:
    """Pattern to a function from what was taken before it to what is taken with it."""

    def __init__(self, pattern: str) -> None:
        self.rest = pattern

    def alternatives(self) -> _Step:
        """`a|b`, up to a closing bracket or the end."""
        found = [self._sequence()]
        while self.rest.startswith("|"):
            self.rest = self.rest[1:]
            found.append(self._sequence())
        return lambda before: _bounded(each for step in found for each in step(before))

    def _sequence(self) -> _Step:
        steps: list[_Step] = []
        while self.rest and self.rest[0] not in "|)":
            steps.append(self._piece())

        def run(before: _Partials) -> _Partials:
            for step in steps:
                before = step(before)
            return before

        return run

    def _piece(self) -> _Step:
        if self.rest.startswith(".*"):
            self.rest = self.rest[2:]
            step: _Step = _anything
        else:
            step = self._atom()
        if self.rest.startswith("?"):
            self.rest = self.rest[1:]
            step = _optional(step)
        if self.rest[:1] in ("*", "+", "{", "?") and self.rest:
            raise ValueError(NOT_PLAIN)
        return step

    def _atom(self) -> _Step:
        if self.rest.startswith(NOTHING):
            self.rest = self.rest[len(NOTHING) :]
            return lambda _: frozenset()
        head, self.rest = self.rest[0], self.rest[1:]
        match head:
            case "^":
                return _at_start
            case "$":
                return _at_end
            case "\\" if self.rest[:1] in _PLAIN_ESCAPES and self.rest:
                letter, self.rest = self.rest[0], self.rest[1:]
                return _letters(letter)
            case "(":
                return self._group()
            case "[":
                return self._class()
            case _ if head not in _SPECIAL:
                return _letters(head)
            case _:
                raise ValueError(NOT_PLAIN)

    def _group(self) -> _Step:
        self.rest = self.rest.removeprefix("?:")
        if self.rest.startswith("?"):
            raise ValueError(NOT_PLAIN)  # flags and names
        step = self.alternatives()
        if not self.rest.startswith(")"):
            raise ValueError(NOT_PLAIN)
        self.rest = self.rest[1:]
        return step

    def _class(self) -> _Step:
        inner, end, self.rest = self.rest.partition("]")
        if not end or not inner or not inner.replace("-", "").replace("_", "").isalnum():
            raise ValueError(NOT_PLAIN)
        if not inner.isascii() or inner.startswith("-") or inner.endswith("-"):
            raise ValueError(NOT_PLAIN)
        letters: list[str] = []
        at = 0
        while at < len(inner):
            if inner[at + 1 : at + 2] == "-":
                letters += map(chr, range(ord(inner[at]), ord(inner[at + 2]) + 1))
                at += 3
            else:
                letters.append(inner[at])
                at += 1
        return _letters("".join(letters))


def _bounded(found: Iterable[_Partial]) -> _Partials:
    partials = frozenset(found)
    if len(partials) > ALTERNATIVES_MAX:
        raise ValueError(NOT_PLAIN)
    return partials


def _optional(step: _Step) -> _Step:
    return lambda before: _bounded([*before, *step(before)])


def _letters(letters: str) -> _Step:
    """One of the letters."""

    def run(before: _Partials) -> _Partials:
        going = [each for each in before if not each.ended]
        if any(each.open for each in going):
            raise ValueError(NOT_PLAIN)  # a middle that is open
        return _bounded(_Partial(each.text + letter) for each in going for letter in letters)

    return run


def _anything(before: _Partials) -> _Partials:
    return frozenset(each if each.ended else _Partial(each.text, open=True) for each in before)


def _at_start(before: _Partials) -> _Partials:
    if any(each.open for each in before):
        raise ValueError(NOT_PLAIN)
    return frozenset(each for each in before if not each.text)


def _at_end(before: _Partials) -> _Partials:
    return frozenset(_Partial(each.text, each.open, ended=True) for each in before)


def set_named_by(matcher: Matcher) -> PatternSet | None:
    """The texts that `=` or `=~` accepts, or `!=` or `!~` refuses; None: it is not plain."""
    if matcher.operator in ("=", "!="):
        return frozenset({Alternative(matcher.value)})
    return pattern_set_of(matcher.value)


def is_positive(matcher: Matcher) -> bool:
    """True if it says what the value is, not what it is not."""
    return matcher.operator in ("=", "=~")


def values_of(matchers: Sequence[Matcher]) -> list[str] | None:
    """Every value that all matchers of a label take, sorted; None: not a list of texts."""
    lists = [
        pattern_set
        for matcher in matchers
        if is_positive(matcher)
        and (pattern_set := set_named_by(matcher)) is not None
        and not any(alternative.open for alternative in pattern_set)
    ]
    if not lists:
        return None
    texts = sorted(alternative.text for alternative in min(lists, key=len))
    return [text for text in texts if all(matcher.accepts(text) for matcher in matchers)]


def conflict(matchers: Sequence[Matcher]) -> tuple[Matcher, ...]:
    """The matchers of one label that no value meets; none: there may be one."""
    for matcher in matchers:
        if is_positive(matcher) and set_named_by(matcher) == frozenset():
            return (matcher,)
    for position, one in enumerate(matchers):
        for other in matchers[position + 1 :]:
            if _exclude(one, other) or _exclude(other, one) or values_of((one, other)) == []:
                return (one, other)
    return tuple(matchers) if values_of(matchers) == [] else ()


def _exclude(one: Matcher, other: Matcher) -> bool:
    """True if `other` refuses all texts that `one` accepts."""
    if not is_positive(one):
        return False
    mine, others = set_named_by(one), set_named_by(other)
    if is_positive(other):
        both = mine is not None and others is not None
        return both and not any(a.meets(b) for a in mine or () for b in others or ())
    if one.operator == "=~" and other.operator == "!~" and one.value == other.value:
        return True
    return mine is not None and others is not None and _covers(others, mine)


def _covers(wide: PatternSet, narrow: PatternSet) -> bool:
    return all(any(alternative.covers(each) for alternative in wide) for each in narrow)


def implies(matchers: Sequence[Matcher], wanted: Matcher) -> bool:
    """True if `wanted` certainly accepts every value that all `matchers` of a label accept."""
    if wanted in matchers:
        return True
    values = values_of(matchers)
    if values is not None:
        return all(wanted.accepts(value) for value in values)
    pattern_set = set_named_by(wanted)
    if pattern_set is None:
        return False
    if is_positive(wanted):
        mine = (set_named_by(each) for each in matchers if is_positive(each))
        return any(each is not None and _covers(pattern_set, each) for each in mine)
    if not any(alternative.open for alternative in pattern_set):
        refused = (
            any(not each.accepts(alternative.text) for each in matchers)
            for alternative in pattern_set
        )
        return all(refused)
    return any(_refuses(each, pattern_set) for each in matchers)


def _refuses(matcher: Matcher, pattern_set: PatternSet) -> bool:
    """True if `matcher` refuses all texts of `pattern_set`."""
    mine = set_named_by(matcher)
    if mine is None:
        return False
    if is_positive(matcher):
        return not any(a.meets(b) for a in mine for b in pattern_set)
    return _covers(mine, pattern_set)
