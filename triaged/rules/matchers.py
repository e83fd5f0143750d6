"""Label matchers, as Alertmanager reads them.

`name="value"`, `!=`, `=~`, `!~`; names and values in double quotes or bare, a list in braces or
not, one trailing comma. Regular expressions are RE2's, anchored at both ends; a missing label is
the empty text. https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

import msgspec
import re2

PATTERN_BYTES_MAX = 1024
"""Longer patterns are generated lists: those are better split into rules."""

MATCHERS_MAX = 64
Operator = Literal["=", "!=", "=~", "!~"]

_NAME = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s{}!=~,\\"\'`]+))\s*', re.DOTALL)
_OPERATOR = re.compile(r"=~|!~|!=|=")
_VALUE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,{}"]*))\s*', re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


class Matcher(msgspec.Struct, frozen=True):
    """One condition on one label."""

    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        text = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.operator}"{text}"'

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it holds for a label set."""
        return self.accepts(labels.get(self.name, ""))

    def accepts(self, value: str) -> bool:
        """Whether it holds for a value of its label."""
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
    """How patterns are compiled: quietly, within a megabyte, without groups."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 1 << 20
    return options


@lru_cache(maxsize=10_000)
def pattern_of(text: str) -> "re2._Regexp[str]":
    """The compiled pattern; ValueError says what RE2 does not take."""
    if len(text.encode()) > PATTERN_BYTES_MAX:
        raise ValueError(f"the pattern is longer than {PATTERN_BYTES_MAX} bytes")
    try:
        return re2.compile(text, re2_options())
    except re2.error as error:
        said = error.args[0] if error.args else ""
        said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        hint = "; RE2 has no look-around and no back-references" if "perl" in said else ""
        raise ValueError(f"not a regular expression of RE2: {said}{hint}") from None


def parse_matchers(text: str) -> list[Matcher]:
    """The matchers in `{a="b", c=~"d.*"}`; ValueError says where and what is wrong."""
    start, end = 0, len(text)
    stripped = text.strip()
    if stripped.startswith("{") or stripped.endswith("}"):
        if not (stripped.startswith("{") and stripped.endswith("}")):
            raise ValueError(f"{_at(text, 0)}: braces stand at both ends, or at none")
        start, end = text.index("{") + 1, text.rindex("}")
    return list(_matchers(text, start, end))


def parse_matcher(text: str) -> Matcher:
    """Exactly one matcher; ValueError says where and what is wrong."""
    found = parse_matchers(text)
    if len(found) != 1:
        raise ValueError(f"one matcher such as 'severity=\"critical\"' is wanted, not {len(found)}")
    return found[0]


def _matchers(text: str, start: int, end: int) -> Iterator[Matcher]:
    at, count = start, 0
    while text[at:end].strip():
        matcher, at = _matcher(text, at, end)
        yield matcher
        count += 1
        if count > MATCHERS_MAX:
            raise ValueError(f"more than {MATCHERS_MAX} matchers")
        if at < end and text[at] != ",":
            raise ValueError(f"{_at(text, at)}: a comma is wanted before {text[at:end]!r}")
        at += 1


def _matcher(text: str, at: int, end: int) -> tuple[Matcher, int]:
    name = _NAME.match(text, at, end)
    if name is None:
        raise ValueError(f"{_at(text, at)}: a label name is wanted, such as severity")
    operator = _OPERATOR.match(text, name.end(), end)
    if operator is None:
        raise ValueError(f"{_at(text, name.end())}: one of = != =~ !~ is wanted")
    value = _VALUE.match(text, operator.end(), end)
    assert value is not None, "the pattern matches the empty text"
    found = Matcher(_text(name), _operator(operator.group()), _text(value))
    if found.operator in ("=~", "!~"):
        try:
            pattern_of(found.value)
        except ValueError as error:
            raise ValueError(f"{_at(text, value.start())}: {error}") from None
    return found, value.end()


def _operator(text: str) -> Operator:
    match text:
        case "=" | "!=" | "=~" | "!~":
            return text
        case _:
            raise AssertionError(text)


def _text(match: re.Match[str]) -> str:
    quoted, bare = match.groups()
    if quoted is None:
        return bare or ""
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), quoted, flags=re.DOTALL)


def _at(text: str, at: int) -> str:
    return f"{text!r}, column {at + 1}"
