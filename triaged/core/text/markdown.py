"""The structure of Markdown texts: where their paragraphs, quotes and sections are.

CommonMark (https://spec.commonmark.org/0.31.2/) with tables, read by markdown-it-py. HTML in a text
is text.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from markdown_it import MarkdownIt

_BACKTICKS = re.compile("`+")
_blocks = MarkdownIt("commonmark", {"html": False}).enable("table")
_blocks.core.ruler.enableOnly(["normalize", "block"])


class Section(msgspec.Struct, frozen=True):
    """A heading of the second level, and the lines below it up to the next one."""

    title: str
    line: int
    """Number of the heading's line, from 1."""
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines, without blank ones before and after."""
        return "\n".join(self.lines).strip()


def sections(text: str) -> list[Section]:
    """The sections of a text, in order; a heading in code or in a quote begins none."""
    lines = text.split("\n")
    marks = [(start, title) for start, level, title in headings(text) if level <= 2]
    found = []
    for index, (start, title) in enumerate(marks):
        end = marks[index + 1][0] if index + 1 < len(marks) else len(lines)
        found.append(Section(title, start + 1, tuple(lines[start + 1 : end])))
    return found


def headings(text: str) -> list[tuple[int, int, str]]:
    """(number of the line from 0, level, title) of each heading that stands in no other block."""
    found = []
    tokens = _blocks.parse(text)
    for token, after in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map is not None:
            found.append((token.map[0], int(token.tag[1:]), after.content.strip()))
    return found


def code_spans(text: str) -> list[tuple[int, int]]:
    """The ranges of code in a line or a paragraph, as backticks of one length enclose it.

    Each run of backticks is looked at once, whatever the text is.
    """
    runs = [match.span() for match in _BACKTICKS.finditer(text)]
    places: dict[int, list[int]] = {}
    for index in range(len(runs) - 1, -1, -1):
        places.setdefault(runs[index][1] - runs[index][0], []).append(index)
    found = []
    at = 0
    for index, (start, end) in enumerate(runs):
        same = places[end - start]
        while same and same[-1] <= index:
            same.pop()
        if index >= at and same:
            at = same[-1] + 1
            found.append((start, runs[same[-1]][1]))
    return found


def prose(text: str, skipped: Sequence[str] = ()) -> Iterator[tuple[int, int]]:
    """The ranges of lines, [start, end) from 0, that hold prose, in order.

    Code and block quotes are none, and neither are sections with a title of `skipped`.
    """
    quotes = 0
    within = 0
    """Level of the heading whose section is skipped; 0: none is."""
    heading = 0
    for token in _blocks.parse(text):
        match token.type:
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "heading_open" if token.level == 0:
                heading = int(token.tag[1:])
                within = 0 if heading <= within else within
            case "heading_close":
                heading = 0
            case "inline" if token.map is not None:
                if heading and not within and token.content.strip().casefold() in skipped:
                    within = heading
                elif not quotes and not within:
                    yield token.map[0], token.map[1]
            case _:
                pass
