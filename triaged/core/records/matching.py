"""One condition on one label, as Alertmanager has it; texts are read by `rules/matchers.py`.

Regular expressions are RE2's, anchored at both ends; a missing label is the empty text.
https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

import re
from collections.abc import Mapping
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


def _in_quotes(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
