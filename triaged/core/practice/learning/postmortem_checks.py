"""Checks of a postmortem's text before it is read by others, and before it is published."""

from collections.abc import Iterator, Sequence
from datetime import date

from triaged.core.practice.learning.action_lines import ActionLine, read_lines
from triaged.core.practice.learning.postmortem_draft import line_of, unwritten
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.text.markdown import sections
from triaged.core.text.merging import has_conflict_marks

ACTION_ITEMS = "Action Items"
WRONG_SHOWN = 5


def lacks_for_review(text: str) -> list[str]:
    """What is to be written before others read the text."""
    return [
        *_conflict(text),
        *(_section(title) for title in unwritten(text) if title != ACTION_ITEMS),
    ]


def lacks_for_publishing(text: str, actions: Sequence[ActionItem], incident_day: date) -> list[str]:
    """What is to be written before the text is published: each action item has its row, too."""
    found = [*_conflict(text), *(_section(title) for title in unwritten(text))]
    return [*found, *_untracked(text, actions, incident_day)]


def _conflict(text: str) -> Iterator[str]:
    if has_conflict_marks(text):
        yield "a decision where two versions stand between <<<<<<< and >>>>>>>"


def _section(title: str) -> str:
    return f"the section {title} (take out its prompt when it is written)"


def lines_in(text: str, incident_day: date) -> tuple[list[ActionLine], list[str]]:
    """The action items that the text lists, and what is wrong with lines that are none."""
    found = next((one for one in sections(text) if one.title.casefold() == "action items"), None)
    if found is None:
        return [], []
    items, wrong = read_lines(found.lines, incident_day, found.line + 1)
    return items, [f"line {one.line}: {one.message}" for one in wrong]


def _untracked(text: str, actions: Sequence[ActionItem], incident_day: date) -> Iterator[str]:
    """Lines of the action items that nobody would be reminded of."""
    listed, wrong = lines_in(text, incident_day)
    yield from wrong[:WRONG_SHOWN]
    known = {_same(line_of(item)) for item in actions}
    for line in listed:
        if _same(line) not in known:
            yield f"an action item for {line.text!r}: `triaged action import`"


def _same(line: ActionLine) -> tuple[str, str]:
    """By what a line and an item are the same: owners and dates of items change later."""
    return line.kind, line.text.casefold()


def not_yet_items(
    text: str, actions: Sequence[ActionItem], incident_day: date
) -> tuple[list[ActionLine], list[str]]:
    """The lines of a pasted text that are no action items yet, and what is wrong with others.

    A text without a section for them is nothing but such lines.
    """
    if any(section.title.casefold() == ACTION_ITEMS.casefold() for section in sections(text)):
        listed, wrong = lines_in(text, incident_day)
    else:
        listed, faults = read_lines(text.split("\n"), incident_day)
        wrong = [f"line {one.line}: {one.message}" for one in faults]
    known = {_same(line_of(item)) for item in actions}
    return [line for line in listed if _same(line) not in known], wrong
