"""Where the sections, headings and paragraphs of a Markdown text are."""

import pytest

from triaged.core.text.markdown import Section, code_spans, headings, prose, sections

TEXT = """# Title
Intro.
## One
first

> quoted
## Two
```
## not a heading
```
- item
  more
"""


def test_sections_begin_at_headings_that_stand_alone() -> None:
    one, two = sections(TEXT)[1:]

    assert one == Section("One", 3, ("first", "", "> quoted"))
    assert (two.title, two.line, two.text.startswith("```")) == ("Two", 7, True)
    assert one.text == "first\n\n> quoted"


def test_headings_have_their_lines_and_levels() -> None:
    assert headings(TEXT) == [(0, 1, "Title"), (2, 2, "One"), (6, 2, "Two")]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a `b` c ``d`e`` f", ["`b`", "``d`e``"]),
        ("`a ``b`` c", ["``b``"]),
        ("no code", []),
        ("`a``b", []),
        ("`a` `b", ["`a`"]),
    ],
)
def test_code_stands_between_backticks_of_one_length(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in code_spans(text)] == spans


def test_prose_is_neither_code_nor_quote_nor_a_skipped_section() -> None:
    assert list(prose(TEXT)) == [(0, 1), (1, 2), (2, 3), (3, 4), (6, 7), (10, 12)]
    assert (3, 4) not in list(prose(TEXT, ("one",)))
    assert (10, 12) in list(prose(TEXT, ("one",)))
