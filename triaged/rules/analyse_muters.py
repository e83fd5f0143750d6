"""Suppressors and maintenance windows that mute nothing: `triaged check` warns of them."""

from collections.abc import Iterator, Sequence

from triaged.core.muting import Maintenance, Muters, Suppressor
from triaged.errors import Problem
from triaged.rules.analyse import by_label
from triaged.rules.languages import conflict, implies
from triaged.rules.matchers import Matcher
from triaged.wire import instant_text

MINUTES = len("2026-03-30T12:00")


def idle(muters: Muters, at: int) -> list[Problem]:
    """Warnings of what can mute nothing from the instant `at` on."""
    found: list[Problem] = []
    for suppressor in muters.suppress:
        told = next(_suppressor(suppressor), None)
        if told is not None:
            message = f"suppress {suppressor.name} mutes nothing: {told}"
            found.append(Problem(suppressor.where, message, warning=True))
    for window in muters.maintenance:
        told = next(_window(window, at), None)
        if told is not None:
            message = f"maintenance {window.name} mutes nothing: {told}"
            found.append(Problem(window.where, message, warning=True))
    return found


def _suppressor(suppressor: Suppressor) -> Iterator[str]:
    yield from (f"source: {told}" for told in _conflicts(suppressor.source))
    yield from (f"target: {told}" for told in _conflicts(suppressor.target))
    source, target = by_label(suppressor.source), by_label(suppressor.target)
    for name in suppressor.equal:
        if name in source and name in target and conflict([*source[name], *target[name]]):
            yield f"{name} is `equal` and differs between source and target"
    if _takes_all(suppressor.source, target) and _takes_all(suppressor.target, source):
        yield "source and target are the same alerts, and what matches both is not muted by such"


def _takes_all(wide: Sequence[Matcher], narrow: dict[str, list[Matcher]]) -> bool:
    return all(implies(narrow.get(matcher.name, ()), matcher) for matcher in wide)


def _window(window: Maintenance, at: int) -> Iterator[str]:
    yield from _conflicts(window.matchers)
    if window.every is None and window.end <= at:
        yield f"it ended at {instant_text(window.end)[:MINUTES]} UTC"


def _conflicts(matchers: Sequence[Matcher]) -> Iterator[str]:
    for of_label in by_label(matchers).values():
        wrong = conflict(of_label)
        if wrong:
            yield f"no alert matches {' and '.join(map(str, wrong))}"
