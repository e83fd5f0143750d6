"""Sentences about duties that a change of the configuration begins, ends or moves."""

from collections.abc import Sequence

from triaged.core.oncall.duty_changes import DutyChange, Serving
from triaged.core.text.wording import instant_for
from triaged.errors import Problem
from triaged.yamlschema.document import Document


def duty_sentence(change: DutyChange, now: int) -> str:
    """`primary now: carol → dave, until Mon 07 Dec 09:00 CET; 11 later shifts …`."""
    before, after = change.before, change.after
    until = _until(after, change, now)
    if change.at_once:
        duty = f"{_named(before)} → {_named(after)}, {until}"
    elif before.until != after.until:
        duty = f"{_named(after)} as before, {until} instead of {_until(before, change, now)}"
    else:
        duty = f"{_named(after)} as before, {until}"
    match change.later_shifts:
        case 0:
            moved = ""
        case 1:
            moved = f"; 1 later shift of the next {_weeks(change)} moves"
        case number:
            moved = f"; {number} later shifts of the next {_weeks(change)} move"
    return f"{change.schedule} now: {duty}{moved}"


def duty_warnings(changes: Sequence[DutyChange], document: Document, now: int) -> list[Problem]:
    """A warning for each schedule by which other people are on call at once."""
    return [
        Problem(
            document.where(("schedules", change.schedule)),
            duty_sentence(change, now),
            warning=True,
        )
        for change in changes
        if change.at_once
    ]


def _named(duty: Serving) -> str:
    return ", ".join(duty.people) or "nobody"


def _until(duty: Serving, change: DutyChange, now: int) -> str:
    if duty.until is None:
        return f"for more than {_weeks(change)}"
    return f"until {instant_for(duty.until, change.timezone, now)}"


def _weeks(change: DutyChange) -> str:
    return "1 week" if change.weeks == 1 else f"{change.weeks} weeks"
