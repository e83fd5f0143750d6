"""Suppressors and maintenance windows that mute nothing: `triaged check` warns of them."""

from collections.abc import Iterator, Sequence

from triaged.core.muting.muters import Maintenance, Muters, Suppressor
from triaged.errors import Problem
from triaged.rules.lint.analyse import by_label
from triaged.rules.lint.pattern_sets import conflict, implies
from triaged.rules.matchers import Matcher
from triaged.wire import instant_text

MINUTES = len("2026-03-30T12:00")


def idle(muters: Muters, at: int) -> list[Problem]:
    """Warnings of what can mute nothing from the instant `at` on."""
    found: list[Problem] = []
    for suppressor in muters.suppress:
        told = next(_suppressor(suppressor), None)
        if told is not None:
            where = suppressor.positions.get(told[0], suppressor.where)
            message = f"suppress {suppressor.name} mutes nothing: {told[1]}"
            found.append(Problem(where, message, warning=True))
    for window in muters.maintenance:
        told = next(_window(window, at), None)
        if told is not None:
            where = window.positions.get(told[0], window.where)
            message = f"maintenance {window.name} mutes nothing: {told[1]}"
            found.append(Problem(where, message, warning=True))
    return found


Told = tuple[str, str]
"""The part that is spoken of (empty: the whole), and what is said of it."""


def _suppressor(suppressor: Suppressor) -> Iterator[Told]:
    for name, matchers in (("source", suppressor.source), ("target", suppressor.target)):
        for part, told in _conflicts(matchers, name):
            yield part, f"{name}: {told}"
    source, target = by_label(suppressor.source), by_label(suppressor.target)
    for name in suppressor.equal:
        if name in source and name in target and conflict([*source[name], *target[name]]):
            yield f"equal.{name}", f"{name} is `equal` and differs between source and target"
    if _takes_all(suppressor.source, target) and _takes_all(suppressor.target, source):
        told = "source and target are the same alerts, and what matches both is not muted by such"
        yield "", told


def _takes_all(wide: Sequence[Matcher], narrow: dict[str, list[Matcher]]) -> bool:
    return all(implies(narrow.get(matcher.name, ()), matcher) for matcher in wide)


def _window(window: Maintenance, at: int) -> Iterator[Told]:
    yield from _conflicts(window.matchers, "match")
    if window.every is None and window.end <= at:
        yield "to", f"it ended at {instant_text(window.end)[:MINUTES]} UTC"


def _conflicts(matchers: Sequence[Matcher], name: str) -> Iterator[Told]:
    for of_label in by_label(matchers).values():
        wrong = conflict(of_label)
        if wrong:
            part = f"{name}.{matchers.index(wrong[-1])}"
            yield part, f"no alert matches {' and '.join(map(str, wrong))}"
