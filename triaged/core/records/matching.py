"""One condition on one label, as Alertmanager has it; texts are read by `rules/matchers.py`.

Regular expressions are RE2's, anchored at both ends; a missing label is the empty text.
https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

import msgspec
import re2

COPIES_MAX = 300
"""What the counts in a pattern, as in `a{64}`, may add up to. RE2 copies what is counted: a pattern
with 800 copies takes milliseconds to compile, and some hundred of them seconds."""

_COUNT = re.compile(r"\{(\d{1,9})(?:,(\d{0,9}))?\}")

PATTERN_BYTES_MAX = 1024
"""Longer patterns are generated lists: those are better split into rules."""

SIZE_MAX = 10_000
"""Compiled size of the patterns of a silence or of a request, in RE2's instructions: `host1-.*` has
18. Compiling takes up to 4 ms for so many."""

SIZE_OF_WRONG = 2_000
"""Size that a pattern counts that RE2 refuses: it may have been at it for milliseconds."""

Operator = Literal["=", "!=", "=~", "!~"]
_BARE = re.compile(r"[^\s{}!=~,\\\"'`]+")


class Matcher(msgspec.Struct, frozen=True):
    """One condition on one label."""

    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        name = self.name if _BARE.fullmatch(self.name) else _in_quotes(self.name)
        return f"{name}{self.operator}{_in_quotes(self.value)}"

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True if it holds for a label set."""
        return self.accepts(labels.get(self.name, ""))

    def accepts(self, value: str) -> bool:
        """True if it holds for a value of its label."""
        match self.operator:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return pattern_of(self.value).fullmatch(value) is not None
            case "!~":
                return pattern_of(self.value).fullmatch(value) is None


def re2_options() -> re2.Options:
    """Options by which patterns are compiled: quietly, within a megabyte, without groups."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 1 << 20
    return options


@lru_cache(maxsize=256)  # each may take the megabyte; what alerts meet is an `re2.Set`
def pattern_of(text: str) -> "re2._Regexp[str]":
    """The compiled pattern; ValueError says what RE2 does not take."""
    if len(text.encode()) > PATTERN_BYTES_MAX:
        raise ValueError(f"the pattern is longer than {PATTERN_BYTES_MAX} bytes")
    copies = sum(int(most or least) for least, most in _COUNT.findall(text))
    if copies > COPIES_MAX:
        raise ValueError(f"its counts, as in x{{9}}, add up to {copies}; {COPIES_MAX} may")
    try:
        return re2.compile(text, re2_options())
    except re2.error as error:
        said = error.args[0] if error.args else ""
        said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        lacks = "perl" in said or re.search(r"invalid escape sequence: \\[1-9]", said)
        hint = "; RE2 has no look-around and no back-references" if lacks else ""
        raise ValueError(f"not a regular expression of RE2: {said}{hint}") from None


class PatternBudget:
    """The compiled size that the patterns of one silence or request may have together."""

    def __init__(self) -> None:
        self.size = 0

    @property
    def is_spent(self) -> bool:
        """True if the patterns are too large together: no other is compiled then."""
        return self.size > SIZE_MAX

    def compile(self, text: str) -> None:
        """Compile a pattern; ValueError: it is wrong, or too much with those before it."""
        if not self.is_spent:
            self.size += SIZE_OF_WRONG
            pattern = pattern_of(text)
            self.size += pattern.programsize - SIZE_OF_WRONG
        if self.is_spent:
            raise ValueError(
                f"the patterns are too large together: {self.size} instructions of RE2 or more;"
                f" {SIZE_MAX} may be. Repeats such as .{{0,99}} and classes such as \\PN are large"
            )


def compiled_size(matchers: Iterable[Matcher]) -> int:
    """The compiled size of the patterns of matchers that were checked."""
    patterns = (each.value for each in matchers if each.operator in ("=~", "!~"))
    return sum(pattern_of(text).programsize for text in patterns)


def _in_quotes(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
