"""The blameless lint: sentences of a postmortem that put a fault on a person.

It never blocks anything. Each pattern has a suggestion that asks for the circumstances instead, as
in https://postmortems.pagerduty.com/culture/blameless/. Code, block quotes and the timeline are
ignored, and so is a line with `<!-- blameless-ok -->`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

import msgspec
import re2

from triaged.core.text.markdown import code_spans, prose

ALLOWED = "<!-- blameless-ok -->"
SKIPPED = ("timeline",)
"""Sections that are ignored: what was said and done in their minute is a record."""

BLANK = "\x1f"
"""Stands for each character that is no prose; no pattern has it."""

FINDINGS_MAX = 200
"""A text with more wants to be written anew, not corrected line by line."""

NAMES_MAX = 2_000
"""People whose names are looked for; `@name` is found in any case."""


class Blame(msgspec.Struct, frozen=True):
    """A place that puts a fault on a person, and what could stand there instead."""

    line: int
    """From 1, as is `column`, in characters."""
    column: int
    text: str
    suggestion: str


class _Pattern(msgspec.Struct, frozen=True):
    """What is looked for; `{who}` is a person, `{whose}` one who owns something."""

    pattern: str
    suggestion: str


_GAP = r"(?:[ \t]+\n?[ \t]*|\n[ \t]*)"
"""White space within a paragraph: no blank line, which would end it."""

_ASIDE = rf"(?:, [^,.;:!?\n]{{1,60}},)?(?:{_GAP}(?:{{adverbs}}))*{_GAP}"
_ADVERBS = (
    r"[a-z]+ly|again|also|almost|even|had|has|just|never|once|simply|then|still|twice|"
    r"later|first|somehow|himself|herself|themselves|yet|always|who|that"
)
_LINK = _ASIDE.replace("{adverbs}", _ADVERBS)
_ANYBODY = (
    r"he|she|(?:the|an?|our|their|one)[ \t](?:(?:junior|senior|on-call|new|tired|responsible|duty)"
    r"[ \t])?(?:engineer|operator|developer|admin|administrator|responder|intern|contractor|"
    r"employee|person|colleague|dba|sre|sysadmin|author|reviewer|commander|teammate|on-call)|"
    r"somebody|someone"
)
_AT_NAME = r"\B@[A-Za-z0-9_](?:[A-Za-z0-9_.@+-]*[A-Za-z0-9_])?"
_NOUN = r"(?:mistake|error|fault|negligence|carelessness|incompetence|oversight|blunder|slip)"

PATTERNS = (
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:failed|failing){_GAP}to\b",
        "say what made it hard: `the check was not part of the procedure`",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:should|could|ought to|must)(?:n't|{_GAP}not)?{_GAP}have"
        rf"{_GAP}(?P<after>[a-z]+)",
        "say what was known then, and what would have shown the better way",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:forgot|forgets|had forgotten|has forgotten)\b",
        "say what did not remind: a step of a procedure, a check, an alert",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?P<verb>caused|broke){_GAP}(?P<after>[a-z]+"
        rf"(?:{_GAP}[a-z]+){{0,3}})?",
        "make the change the subject: `the deploy of 14:00 caused …`, and ask what let it through",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:did{_GAP}not|didn't){_GAP}(?P<after>[a-z]+)",
        "say how the work was done, and why that made sense at the time",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:neglected|ignored|overlooked|messed{_GAP}up|screwed{_GAP}up)\b",
        "say what competed for attention, and what would have made it visible",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:was|is|were|being|been){_GAP}(?:(?:too|very|a bit|so)[ \t])?"
        r"(?:careless|negligent|reckless|incompetent|sloppy|to blame|at fault|responsible for the "
        r"(?:outage|incident|failure|error))\b",
        "describe the situation, not the person",
    ),
    _Pattern(
        rf"(?P<who>{{who}}){_LINK}(?:made|makes|committed){_GAP}(?:an?|the|this|some){_GAP}"
        rf"(?:[a-z]+[ \t])?(?:mistakes?|errors?|blunder)\b",
        "say what the system accepted that it should not have",
    ),
    _Pattern(
        rf"(?P<who>{{whose}}){_GAP}(?:own[ \t])?(?:[a-z]+[ \t])?{_NOUN}\b",
        "say what the system accepted that it should not have",
    ),
    _Pattern(
        rf"\b{_NOUN}{_GAP}(?:of|by|made{_GAP}by|on the part of){_GAP}(?P<who>{{who}})\b",
        "say what the system accepted that it should not have",
    ),
    _Pattern(
        rf"\b(?:because{_GAP}of|caused{_GAP}by|broken{_GAP}by|blame(?:d|s)?|the{_GAP}fault{_GAP}of)"
        rf"{_GAP}(?P<who>{{who}})(?:$|[ \t\n.,;:!?)])",
        "name the change or the circumstance, not the person",
    ),
    _Pattern(
        r"\b(?P<human>(?i:human|operator|user|pilot|engineer|developer)[ \t-]errors?)\b",
        "it ends the search where it should begin: say what made the error easy and costly",
    ),
)

_ONLY_PEOPLE = re.compile(r"forg|neglect|ignored|overlook|careless|negligent|reckless|sloppy", re.I)
"""What only people do: any name in front of it is one, known or not."""

_CIRCUMSTANCES = frozenset(
    "have receive get see hear know need exist arrive belong work be appear".split()
)
"""`did not …` that tells what was lacking, not what somebody left undone."""

_NO_BLAME_BEFORE = re.compile(
    r"(?:\bnot?|\bnever|\brather than|\binstead of|\bbeyond|\bthan|\bavoid|\bwithout|n't|"
    r"\bthe (?:words?|term|phrase|label))\s+(?:\w+\s+){0,4}[\"'\u201c\u2018]?$",
    re.IGNORECASE,
)
_BROKE_OTHERWISE = re.compile(r"(?:.*\b)?(?:down|news|silence|ground|even)\b", re.DOTALL)
_MENTION = re.compile(r"(?<![\w.])@([A-Za-z0-9_][A-Za-z0-9_.+-]*)")


def lint(text: str, names: Iterable[str] = ()) -> list[Blame]:
    """The places in a Markdown text that blame somebody, in order.

    `names` are those of people; whoever is mentioned as `@name` anywhere in the text is one, too.
    """
    visible = _prose_only(text)
    mentioned = (name.rstrip(".") for name in islice(_MENTION.findall(text), NAMES_MAX))
    everybody = {form for name in (*names, *mentioned) for form in _forms(name)}
    known = tuple(sorted(everybody)[:NAMES_MAX])
    found: dict[int, tuple[int, str]] = {}
    for pattern, suggestion in _compiled(known):
        for match in islice(pattern.finditer(visible), FINDINGS_MAX):
            start, end = match.span()
            if start not in found and _blames(visible, (start, end), match.groupdict()):
                found[start] = (end, suggestion)
    return list(_placed(text, found))[:FINDINGS_MAX]


def _forms(name: str) -> Iterator[str]:
    """A name as it stands in a sentence: `Bob Example`, `Bob` and `bob`, but no single letter."""
    first = name.partition(" ")[0]
    for form in (name, name.capitalize(), first, first.capitalize()):
        if len(form) > 1:
            yield form


@lru_cache(maxsize=8)
def _compiled(names: tuple[str, ...]) -> tuple[tuple["re2._Regexp[str]", str], ...]:
    """The patterns for these names, each with its suggestion."""
    people = "|".join([_AT_NAME, *(rf"\b{re2.escape(each)}" for each in names)])
    who = rf"(?:\b(?i:{_ANYBODY})|{people})"
    anybody = rf"(?:\b(?i:{_ANYBODY})|{people}|\b[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    whose = rf"(?:(?:{who})['\x{{2019}}]s?|\b(?i:his|her))"
    compiled = []
    for each in PATTERNS:
        subject = anybody if _ONLY_PEOPLE.search(each.pattern) else who
        source = each.pattern.replace("{whose}", whose).replace("{who}", subject)
        compiled.append((re2.compile(f"(?m){source}"), each.suggestion))
    return tuple(compiled)


def _blames(text: str, place: tuple[int, int], groups: dict[str, str | None]) -> bool:
    """Whether a match puts a fault on somebody, by what stands in it and before it."""
    start, end = place
    matched = text[start:end]
    after = (groups.get("after") or "").split()
    first = after[0] if after else ""
    is_negated = "'t" in matched or "not" in matched.split()
    if is_negated and first in _CIRCUMSTANCES:
        return False
    if first == "been" and " have" in matched:
        return False  # `should have been paged`: the fault is that of who should have paged
    if groups.get("verb") == "broke" and after and _BROKE_OTHERWISE.match(" ".join(after)):
        return False
    return groups.get("human") is None or not _NO_BLAME_BEFORE.search(
        text[max(0, start - 40) : start]
    )


def _prose_only(text: str) -> str:
    """The text in its places, with everything that is no prose blanked out."""
    lines = text.split("\n")
    kept = [False] * len(lines)
    for start, end in prose(text, SKIPPED):
        for number in range(start, min(end, len(lines))):
            kept[number] = ALLOWED not in lines[number]
    shown = (
        _without_code(line) if keeps else BLANK * len(line)
        for line, keeps in zip(lines, kept, strict=True)
    )
    return "\n".join(shown)


def _without_code(line: str) -> str:
    if "`" not in line:
        return line
    for start, end in code_spans(line):
        line = f"{line[:start]}{BLANK * (end - start)}{line[end:]}"
    return line


def _placed(text: str, found: dict[int, tuple[int, str]]) -> Iterator[Blame]:
    """The findings with their lines and columns; one within another is left out."""
    line, line_start, before = 1, 0, -1
    for start, (end, suggestion) in sorted(found.items()):
        if start < before:
            continue
        before = end
        line += text.count("\n", line_start, start)
        line_start = text.rfind("\n", 0, start) + 1
        words = " ".join(text[start:end].split())
        yield Blame(line, start - line_start + 1, words, suggestion)
