"""Label matchers, as Alertmanager reads them.

`name="value"`, `!=`, `=~`, `!~`; a list in braces or not, one trailing comma. As in Alertmanager
there are two grammars: names and values in double quotes or bare, with Go's escapes; and the
classic one, whose bare values may hold anything but quotes and commas. What only one of them takes
is taken; where they disagree, the classic one is right. Stricter than there: braces stand at both
ends or none, and a bare value begins with no `=`, `~` or other quote: `a==b` is meant otherwise.
Regular expressions are RE2's, anchored at both ends; a missing label is the empty text.
https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

import re

import msgspec

from triaged.core.records.matching import (
    PATTERN_BYTES_MAX,
    Matcher,
    Operator,
    PatternBudget,
    pattern_of,
    re2_options,
)
from triaged.yamlschema.values import quoted

__all__ = [
    "LIST_MAX",
    "MATCHERS_MAX",
    "PATTERN_BYTES_MAX",
    "Matcher",
    "Matchers",
    "Operator",
    "matchers_of",
    "parse_matcher",
    "parse_matchers",
    "pattern_of",
    "re2_options",
]

MATCHERS_MAX = 64
"""Most matchers in one text: who needs more writes a pattern, or several texts."""

LIST_MAX = 1000
"""Texts in one list, which all must hold: hundreds of exceptions are a table. Reading 10,000 takes
0.1 s, for which a reload would keep alerts waiting."""

_NAME = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s{}!=~,\\"\'`]+))\s*', re.DOTALL)
_OPERATOR = re.compile(r"=~|!~|!=|=")
_GO_ESCAPE = re.compile(
    r'\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)'
)
_GO_LETTERS = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))
_CLASSIC = re.compile(
    r"\s*(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?P<operator>=~|=|!=|!~)\s*+"
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"\s*|(?P<bare>(?![=~"\'`])(?:[^",\\]|\\\\|\\"|\\)*+))(?:,|$)',
    re.DOTALL,
)
_CLASSIC_LETTERS = {"n": "\n", '"': '"', "\\": "\\"}


class Matchers(msgspec.Struct, frozen=True):
    """Several in one text."""

    all: tuple[Matcher, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.all))


def matchers_of(text: str) -> Matchers:
    """The matchers of a text, as `parse_matchers` reads them; raises ValueError."""
    return Matchers(tuple(parse_matchers(text)))


def parse_matcher(text: str) -> Matcher:
    """Exactly one matcher; ValueError says where and what is wrong."""
    found = parse_matchers(text)
    if len(found) != 1:
        raise ValueError(f"one matcher such as 'severity=\"critical\"' is wanted, not {len(found)}")
    return found[0]


def parse_matchers(text: str, budget: PatternBudget | None = None) -> list[Matcher]:
    """The matchers in `{a="b", c=~"d.*"}`; ValueError says where and what is wrong.

    With a `budget`, which is that of a request, the patterns count against it.
    """
    compiles = pattern_of if budget is None else budget.compile
    start, end = _within_braces(text)
    found = _classic(text, start, end)
    if found is None:  # it has the last word, and the other one better messages
        found = _utf8(text, start, end)
    if len(found) > MATCHERS_MAX:
        raise ValueError(f"more than {MATCHERS_MAX} matchers")
    for matcher, at in found:
        if matcher.operator in ("=~", "!~"):
            try:
                compiles(matcher.value)
            except ValueError as error:
                raise ValueError(f"{_at(text, at)}: {error}") from None
    return [matcher for matcher, _ in found]


def _within_braces(text: str) -> tuple[int, int]:
    stripped = text.strip()
    if not stripped.startswith("{") and not stripped.endswith("}"):
        return 0, len(text)
    if len(stripped) < 2 or not (stripped.startswith("{") and stripped.endswith("}")):
        hint = "braces stand at both ends, or at none; those of a value stand in its quotes"
        raise ValueError(f"{_at(text, 0)}: {hint}")
    return text.index("{") + 1, text.rindex("}")


Found = tuple[Matcher, int]
"""A matcher, and where its value begins."""


def _utf8(text: str, at: int, end: int) -> list[Found]:
    """By Alertmanager's `matcher/parse`."""
    found: list[Found] = []
    while len(found) <= MATCHERS_MAX and text[at:end].strip():
        name = _NAME.match(text, at, end)
        if name is None:
            raise ValueError(f"{_at(text, at)}: a label name is wanted, such as severity")
        operator = _OPERATOR.match(text, name.end(), end)
        if operator is None:
            raise ValueError(f"{_at(text, name.end())}: one of = != =~ !~ is wanted")
        value = _NAME.match(text, operator.end(), end)
        if value is None:
            wanted = "a value in double quotes is wanted, and they must end"
            raise ValueError(f"{_at(text, operator.end())}: {wanted}")
        at = value.end()
        if at < end and text[at] != ",":
            raise ValueError(f"{_at(text, at)}: a comma is wanted before {quoted(text[at:end])}")
        matcher = Matcher(_go_text(name), _operator(operator.group()), _go_text(value))
        if not matcher.name:
            raise ValueError(f"{_at(text, name.start())}: the label name is empty")
        found.append((matcher, operator.end()))
        at += 1
    return found


def _classic(text: str, at: int, end: int) -> list[Found] | None:
    """By Alertmanager's `pkg/labels/parse.go`; None: it does not take this."""
    found: list[Found] = []
    while len(found) <= MATCHERS_MAX and text[at:end].strip():
        match = _CLASSIC.match(text, at, end)
        if match is None:
            return None
        value = match["bare"].rstrip() if match["quoted"] is None else match["quoted"]
        unescaped = re.sub(r"\\(.)", _classic_letter, value, flags=re.DOTALL)
        matcher = Matcher(match["name"], _operator(match["operator"]), unescaped)
        found.append((matcher, match.end("operator")))
        at = match.end()
    return found


def _classic_letter(escape: re.Match[str]) -> str:
    return _CLASSIC_LETTERS.get(escape[1], escape[0])


def _operator(text: str) -> Operator:
    match text:
        case "=" | "!=" | "=~" | "!~":
            return text
        case _:
            raise AssertionError(text)


def _go_text(token: re.Match[str]) -> str:
    """A bare text as it is, a quoted one as Go reads it."""
    inner, bare = token.groups()
    if inner is None:
        return str(bare)
    if "\n" in inner:
        raise ValueError(f"{_at(token.string, token.start())}: a line ends within quotes")
    pieces, at = bytearray(), 0
    try:
        for escape in _GO_ESCAPE.finditer(inner):
            pieces += inner[at : escape.start()].encode() + _go_bytes(escape)
            at = escape.end()
        return (pieces + inner[at:].encode()).decode()
    except ValueError as error:
        raise ValueError(f"{_at(token.string, token.start())}: {error}") from None


def _go_bytes(escape: re.Match[str]) -> bytes:
    letter, byte, octal, short, long = escape.groups()
    match escape.lastindex:
        case 1:
            return _GO_LETTERS[letter].encode()
        case 2 | 3:
            return bytes([int(byte, 16) if byte else int(octal, 8)])
        case 4 | 5:
            return chr(int(short or long, 16)).encode()
        case _:
            raise ValueError("a backslash begins no escape here; write two")


def _at(text: str, at: int) -> str:
    return f"{quoted(text)}, column {at + 1}"
