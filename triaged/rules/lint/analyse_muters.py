"""Suppressors and maintenance windows of which `triaged check` warns.

They mute nothing, mute one another, or let one source mute what another sends.
"""

from collections.abc import Iterator, Mapping, Sequence

from triaged.core.muting.cycles import cycles
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


def mutual(muters: Muters) -> list[Problem]:
    """Warnings of suppressors that mute one another's sources, directly or through others."""
    by_name = {suppressor.name: suppressor for suppressor in muters.suppress}
    graph = {
        name: [other.name for other in muters.suppress if name != other.name and _feeds(one, other)]
        for name, one in by_name.items()
    }
    found: list[Problem] = []
    for members in cycles(graph):
        first = next(name for name in by_name if name in members)
        path = " → ".join(_shortest_way_back(graph, first))
        message = (
            f"suppress {path}: alerts of these mute one another in a cycle; while all of them fire,"
            " the one that began first pages"
        )
        found.append(Problem(by_name[first].where, message, warning=True))
    return found


def across(muters: Muters) -> list[Problem]:
    """Warnings of suppressors by which one source can mute another."""
    return [
        Problem(
            suppressor.where,
            f"suppress {suppressor.name} has across_sources: whoever sends to one source can mute"
            " the alerts of every other that its target matches",
            warning=True,
        )
        for suppressor in muters.suppress
        if suppressor.across_sources
    ]


def _feeds(one: Suppressor, other: Suppressor) -> bool:
    """True if what `one` mutes is what `other` mutes by, for sure: one contains the other."""
    target, source = by_label(one.target), by_label(other.source)
    if not target or not source:
        return False
    return _takes_all(other.source, target) or _takes_all(one.target, source)


def _shortest_way_back(graph: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """The nodes of a shortest cycle through `start`, which begins and ends it."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for following in graph[way[-1]]:
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    raise AssertionError("the caller has found a cycle")


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
