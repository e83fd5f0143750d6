"""The line form of action items: `- [ ] Fix: Upgrade ORM (P0, @bob, by 03/06)`, both ways.

The date is month and day, meant as the nearest one that is not before the incident; a date that is
further off is written with its year, `by 2027-03-06`.
"""

import re
from collections.abc import Iterable
from datetime import date

import msgspec

from triaged.core.records.practice.action_items import (
    TEXT_MAX,
    ActionKind,
    Priority,
)

LINES_MAX = 200
"""Lines of one text that are read; a postmortem has some five."""

_ITEM = re.compile(r"\s{0,3}[-*+] +\[(?P<mark>[ xX])\] +(?P<rest>.*\S)\s*")
_BULLET = re.compile(r"\s{0,3}(?:[-*+]|\d{1,9}[.)]) +\S")
_KIND = re.compile(r"(?P<kind>[A-Za-z]+)\s*: *(?P<rest>.*)")
_END = re.compile(r"(?P<text>.*\S)?\s*\((?P<facts>[^()]*)\)")
_SHORT = re.compile(r"by (\d{1,2})/(\d{1,2})")
_LONG = re.compile(r"by (\d{4})-(\d{2})-(\d{2})")
_YEARS_AHEAD = 8
"""A 29th of February comes again within eight years."""

FORM = "- [ ] Fix: what is to be done (P1, @owner, by 03/06)"


class ActionLine(msgspec.Struct, frozen=True):
    """What a line says of an action item."""

    kind: ActionKind
    text: str
    priority: Priority
    owner: str
    due: date
    done: bool = False


class WrongLine(msgspec.Struct, frozen=True):
    """A line that lists something to be done, and what it lacks."""

    line: int
    """From 1."""
    text: str
    message: str


def written(item: ActionLine, incident_day: date) -> str:
    """The line of an action item of an incident that began on `incident_day`."""
    short = f"by {item.due:%m/%d}"
    due = short if _due(short, incident_day) == item.due else f"by {item.due.isoformat()}"
    mark = "x" if item.done else " "
    facts = f"({item.priority}, @{item.owner}, {due})"
    return f"- [{mark}] {item.kind.capitalize()}: {item.text} {facts}"


def read_lines(
    lines: Iterable[str], incident_day: date, first: int = 1
) -> tuple[list[ActionLine], list[WrongLine]]:
    """The action items that lines of Markdown list, and the lines that lack something.

    What is neither a list nor a task is prose, and ignored. `first` is the first line's number.
    """
    items: list[ActionLine] = []
    wrong: list[WrongLine] = []
    for number, line in enumerate(lines, first):
        if len(items) + len(wrong) >= LINES_MAX:
            break
        if not _BULLET.match(line):
            continue
        found = read_line(line, incident_day)
        if isinstance(found, ActionLine):
            items.append(found)
        else:
            wrong.append(WrongLine(number, line.strip()[:TEXT_MAX], found))
    return items, wrong


def read_line(line: str, incident_day: date) -> ActionLine | str:
    """The action item of one line, or what the line lacks."""
    task = _ITEM.fullmatch(line)
    if task is None:
        return f"a box is missing: {FORM}"
    kind = _KIND.fullmatch(task["rest"])
    names = ", ".join(each.capitalize() for each in ActionKind)
    if kind is None or kind["kind"].lower() not in [*ActionKind]:
        return f"the kind is missing: it begins with one of {names}, and a colon"
    end = _END.fullmatch(kind["rest"])
    if end is None:
        return "priority, owner and due date are missing: it ends with (P1, @owner, by 03/06)"
    if not end["text"]:
        return "it does not say what is to be done"
    if len(end["text"]) > TEXT_MAX:
        return f"its text is longer than {TEXT_MAX} characters"
    facts = _facts(end["facts"], incident_day)
    if isinstance(facts, str):
        return facts
    priority, owner, due = facts
    done = task["mark"] != " "
    return ActionLine(ActionKind(kind["kind"].lower()), end["text"], priority, owner, due, done)


def _facts(text: str, incident_day: date) -> tuple[Priority, str, date] | str:
    """Priority, owner and due date in any order, or what is missing or wrong."""
    priority: Priority | None = None
    owner, due = "", None
    for part in (each.strip() for each in text.split(",")):
        if part in [*Priority]:
            priority = Priority(part)
        elif part.startswith("@") and " " not in part:
            owner = part[1:]
        elif part.startswith("by "):
            due = _due(part, incident_day)
            if due is None:
                return f"{part!r} is no date: write `by 03/06` (month/day) or `by 2026-03-06`"
        else:
            return (
                f"{part!r} is neither a priority, nor an @owner, nor a date: (P1, @owner, by 03/06)"
            )
    if not owner:
        return "it names no owner: (P1, @owner, by 03/06)"
    if due is None:
        return "it names no due date: (P1, @owner, by 03/06)"
    if priority is None:
        return f"it names no priority: one of {', '.join(Priority)}"
    return priority, owner, due


def _due(text: str, incident_day: date) -> date | None:
    """The date of `by 03/06`, the nearest from the incident's day on, or of `by 2026-03-06`."""
    if match := _LONG.fullmatch(text):
        return _date(*map(int, match.groups()))
    match = _SHORT.fullmatch(text)
    if match is None:
        return None
    month, day = map(int, match.groups())
    for year in range(incident_day.year, incident_day.year + _YEARS_AHEAD + 1):
        found = _date(year, month, day)
        if found is not None and found >= incident_day:
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
