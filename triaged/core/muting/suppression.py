"""Suppressors at work: which firing alerts mute which others, and what breaks a cycle of them.

It is Alertmanager's inhibition with three differences: a suppressor stays within one source unless
it says `across_sources`; a label that both alerts lack is equal only by `absent_equal`; of alerts
that mute one another, directly or through others, the one that began first is muted by none.
https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence

import msgspec

from triaged.core.muting.cycles import cycles
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Labels

AlertId = tuple[str, str]
SHOWN_MAX = 20
"""Alerts that a suppressor's cause names: more than anybody reads."""


class Suppressor(msgspec.Struct, frozen=True):
    """While an alert matches `source`, those that match `target` with equal labels are muted."""

    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()
    across_sources: bool = False
    """True if alerts of one source mute those of another."""
    absent_equal: bool = False
    """True if a label that both alerts lack is equal."""
    where: str = ""
    """FILE:LINE:COL."""
    positions: Mapping[str, str] = {}
    """The same of its parts, such as `source.0`, for warnings."""


class Firing(msgspec.Struct, frozen=True):
    """A firing alert that a suppressor's `source` matches."""

    labels: Labels
    starts_at: int = 0


Scope = tuple[str, ...]
"""Values that an alert shares with those that mute it: the source, then the equal labels."""


class Suppression:
    """The alerts that one suppressor's `source` matches, by what targets share with them."""

    def __init__(self, suppressor: Suppressor, inhibiting: Mapping[AlertId, Firing]) -> None:
        self.name = suppressor.name
        self._suppressor = suppressor
        self._found: dict[Scope, list[tuple[AlertId, bool]]] = {}
        for identity, one in inhibiting.items():
            if holds(suppressor.source, one.labels):
                scope = self._scope(identity, one.labels)
                if scope is not None:
                    both = holds(suppressor.target, one.labels)
                    self._found.setdefault(scope, []).append((identity, both))

    def _scope(self, identity: AlertId, labels: Labels) -> Scope | None:
        values = tuple(labels.get(name, "") for name in self._suppressor.equal)
        if not self._suppressor.absent_equal and not all(values):
            return None
        return ("" if self._suppressor.across_sources else identity[0], *values)

    def of(self, identity: AlertId, labels: Labels) -> Iterator[AlertId]:
        """The alerts that mute this one."""
        scope = self._scope(identity, labels)
        if scope is None or scope not in self._found:
            return
        if not holds(self._suppressor.target, labels):
            return
        is_source = holds(self._suppressor.source, labels)
        for other, both in self._found[scope]:
            if not (is_source and both):  # what is both mutes nothing that is both
                yield other

    def edges(self, inhibiting: Mapping[AlertId, Firing]) -> Iterator[tuple[Hashable, Hashable]]:
        """The graph of what mutes what among these, with two nodes for each scope.

        One stands for all targets, one for those that are no sources: so there are as many edges as
        alerts, not as many as pairs.
        """
        for scope, found in self._found.items():
            for identity, both in found:
                yield identity, (self.name, scope, "targets only" if both else "all targets")
        for identity, one in inhibiting.items():
            shared = self._scope(identity, one.labels)
            if shared is None or shared not in self._found:
                continue
            if holds(self._suppressor.target, one.labels):
                yield (self.name, shared, "all targets"), identity
                if not holds(self._suppressor.source, one.labels):
                    yield (self.name, shared, "targets only"), identity


def unmuted_in_cycles(
    suppressions: Sequence[Suppression], inhibiting: Mapping[AlertId, Firing]
) -> dict[AlertId, frozenset[AlertId]]:
    """The alerts that began first among alerts that mute one another, with all of these."""
    graph: dict[Hashable, list[Hashable]] = {}
    for suppression in suppressions:
        for start, end in suppression.edges(inhibiting):
            graph.setdefault(start, []).append(end)
            graph.setdefault(end, [])
    found: dict[AlertId, frozenset[AlertId]] = {}
    for nodes in cycles(graph):
        alerts = frozenset(identity for identity in inhibiting if identity in nodes)
        first = min(alerts, key=lambda identity: (inhibiting[identity].starts_at, identity))
        found[first] = alerts
    return found


def holds(matchers: Sequence[Matcher], labels: Labels) -> bool:
    """True if all matchers hold for the labels."""
    return all(matcher.matches(labels) for matcher in matchers)
