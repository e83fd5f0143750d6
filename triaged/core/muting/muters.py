"""Silences, maintenance windows and suppressors: which alerts they mute, and until when.

It is looked up when a page or a step is due and never stored. An incident is muted when all its
firing alerts are. An incident with no firing alerts is never muted. Label sets are those with the
rules' laid over.
Suppressors are Alertmanager's inhibition:
https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from triaged.core.records.matching import Matcher
from triaged.core.records.model import Labels
from triaged.core.records.silences import Silence
from triaged.core.time.durations import DAY, SECOND
from triaged.core.time.recurring import Recurring, zone_of

AlertId = tuple[str, str]
LOOK_EVERY_US = 15 * SECOND
"""A muted incident is looked at again at least so often: nothing tells when a source ends, and a
reload may end a window."""

NAMED_MAX = 20
"""Reasons that an incident tells: more than anybody reads."""

ABOUT_MAX = 200
"""Characters of a silence's author and comment on a timeline: the whole is with the silence."""


class Muter(StrEnum):
    """A kind of muter."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"
    SUPPRESS = "suppress"


class Maintenance(msgspec.Struct, frozen=True):
    """Work that is planned: every week, or once from `start` until before `end`."""

    name: str
    matchers: tuple[Matcher, ...]
    timezone: str = "UTC"
    every: Recurring | None = None
    start: int = 0
    end: int = 0
    where: str = ""
    """FILE:LINE:COL."""
    positions: Mapping[str, str] = {}
    """The same of its parts, such as `match.0`, for warnings."""

    def ends_at(self, at: int) -> int | None:
        """When the window ends that `at` is in; None: it is in none."""
        if self.every is None:
            return self.end if self.start <= at < self.end else None
        zone = zone_of(self.timezone)
        if not self.every.contains(at, zone):
            return None
        change = self.every.next_change(at, zone)
        return at + DAY if change is None else change  # always: look again tomorrow


class Suppressor(msgspec.Struct, frozen=True):
    """While an alert matches `source`, those that match `target` with equal labels are muted."""

    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()
    where: str = ""
    """FILE:LINE:COL."""
    positions: Mapping[str, str] = {}
    """The same of its parts, such as `source.0`, for warnings."""


class Muters(msgspec.Struct, frozen=True):
    """The suppressors and maintenance windows of the rule files."""

    suppress: tuple[Suppressor, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.suppress or self.maintenance)


class Cause(msgspec.Struct, frozen=True, order=True):
    """A cause of muting; prints as `silence:<id>`, `maintenance:<name>` or `suppress:<name>`."""

    kind: Muter
    name: str
    until: int | None = None
    """When it ends, as far as is known."""
    alerts: tuple[AlertId, ...] = ()
    """The alerts that suppress."""
    about: str = ""
    """Of a silence: who wants it, and why."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


def cause_named(text: str) -> Cause:
    """The cause that is shown as `text`."""
    kind, _, name = text.partition(":")
    return Cause(Muter(kind), name)


class Muted(msgspec.Struct, frozen=True):
    """The muting of an incident: its causes, their first end, the alerts by kind of muter."""

    causes: tuple[Cause, ...]
    until: int | None
    """The first known end of any; None: nothing tells."""
    counts: dict[Muter, int]

    @property
    def by(self) -> tuple[str, ...]:
        """The reasons as they are shown."""
        return tuple(str(cause) for cause in self.causes[:NAMED_MAX])


class Mutes:
    """All that mutes at one instant; `inhibiting` are the firing alerts that a suppressor names."""

    def __init__(
        self,
        muters: Muters,
        silences: Iterable[Silence],
        inhibiting: Mapping[AlertId, Labels],
        now: int,
    ) -> None:
        self._plain = [
            (silence.matchers, _cause_of(silence)) for silence in silences if silence.active(now)
        ]
        for window in muters.maintenance:
            until = window.ends_at(now)
            if until is not None:
                cause = Cause(Muter.MAINTENANCE, window.name, until)
                self._plain.append((window.matchers, cause))
        self._sources = [_Sources(one, inhibiting) for one in muters.suppress if inhibiting]

    def __bool__(self) -> bool:
        return bool(self._plain or self._sources)

    def causes(self, labels: Labels) -> list[Cause]:
        """Everything that mutes an alert with these labels."""
        found = [cause for matchers, cause in self._plain if holds(matchers, labels)]
        for sources in self._sources:
            by = sources.of(labels)
            if by:
                found.append(Cause(Muter.SUPPRESS, sources.name, None, by))
        return found

    def of(self, firing: Collection[Labels]) -> Muted | None:
        """The causes that mute an incident with these firing alerts; None: it is not muted."""
        if not firing or not self:
            return None
        every: dict[str, Cause] = {}
        counts: dict[Muter, int] = {}
        for labels in firing:
            causes = self.causes(labels)
            if not causes:
                return None
            every |= {str(cause): cause for cause in causes}
            for kind in {cause.kind for cause in causes}:
                counts[kind] = counts.get(kind, 0) + 1
        causes = [every[name] for name in sorted(every)]
        until = min((cause.until for cause in causes if cause.until is not None), default=None)
        return Muted(tuple(causes), until, counts)


def _cause_of(silence: Silence) -> Cause:
    about = f"{silence.by}: {silence.comment}"
    about = about if len(about) <= ABOUT_MAX else f"{about[:ABOUT_MAX]}…"
    return Cause(Muter.SILENCE, silence.id, silence.ends_at, about=about)


class _Sources:
    """The alerts that one suppressor's `source` matches, by their `equal` labels."""

    def __init__(self, suppressor: Suppressor, inhibiting: Mapping[AlertId, Labels]) -> None:
        self.name = suppressor.name
        self._suppressor = suppressor
        self._found: dict[tuple[str, ...], list[tuple[AlertId, bool]]] = {}
        for identity, labels in inhibiting.items():
            if holds(suppressor.source, labels):
                both = holds(suppressor.target, labels)
                self._found.setdefault(self._equal(labels), []).append((identity, both))

    def _equal(self, labels: Labels) -> tuple[str, ...]:
        return tuple(labels.get(name, "") for name in self._suppressor.equal)

    def of(self, labels: Labels) -> tuple[AlertId, ...]:
        """The alerts that mute one with these labels."""
        found = self._found.get(self._equal(labels))
        if not found or not holds(self._suppressor.target, labels):
            return ()
        if holds(self._suppressor.source, labels):  # what is both mutes nothing that is both
            found = [(identity, both) for identity, both in found if not both]
        return tuple(identity for identity, _ in found[:NAMED_MAX])


def holds(matchers: Sequence[Matcher], labels: Labels) -> bool:
    """Whether all matchers hold for the labels."""
    return all(matcher.matches(labels) for matcher in matchers)


def mutes_everything(matchers: Sequence[Matcher]) -> bool:
    """Whether they would hold for an alert without labels: they name nothing then."""
    return all(matcher.accepts("") for matcher in matchers)
