"""Silences, maintenance windows and suppressors: which alerts they mute, and until when.

It is looked up when a page or a step is due and never stored. An incident is muted when all its
firing alerts are. An incident with no firing alerts is never muted. Label sets are those with the
rules' laid over.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import islice

import msgspec

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.muting.suppression import (
    SHOWN_MAX,
    AlertId,
    Firing,
    Suppression,
    Suppressor,
    holds,
    unmuted_in_cycles,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Labels
from triaged.core.records.silences import Silence
from triaged.core.time.durations import DAY, SECOND
from triaged.core.time.recurring import Recurring, zone_of

__all__ = ["AlertId", "Firing", "Suppressor", "holds"]
LOOK_EVERY_US = 15 * SECOND
"""A muted incident is looked at again at least so often: nothing tells when a source ends, and a
reload may end a window."""

NAMED_MAX = 20
"""Reasons that an incident tells: more than anybody reads."""

INDEXES_KEPT = 8
"""What mutes now, before and after a change of it, and the suppressors. Only what is in force gets
here, never what a request asks for."""

PATTERNS_MAX = 100
"""Patterns in one set. Two thousand of the kind `.*host7.*` need 600 µs for a value in one set, as
RE2 forgets what it worked out, and 35 µs in sets of a hundred."""

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
        inhibiting: Mapping[AlertId, Firing],
        now: int,
    ) -> None:
        plain = [
            (silence.matchers, _cause_of(silence)) for silence in silences if silence.active(now)
        ]
        for window in muters.maintenance:
            until = window.ends_at(now)
            if until is not None:
                cause = Cause(Muter.MAINTENANCE, window.name, until)
                plain.append((window.matchers, cause))
        self._causes = [cause for _, cause in plain]
        self._index = index_of(tuple(matchers for matchers, _ in plain))
        self._inhibiting = dict(inhibiting)
        self._suppressions = [Suppression(one, inhibiting) for one in muters.suppress if inhibiting]

    def __bool__(self) -> bool:
        return bool(self._causes or self._suppressions)

    @cached_property
    def _unmuted(self) -> dict[AlertId, frozenset[AlertId]]:
        return unmuted_in_cycles(self._suppressions, self._inhibiting)

    def remember(self, labels: Labels) -> None:
        """Have it known what mutes an alert with these labels: `causes` and `of` are quick then."""
        self._index.matching(labels)

    def causes(self, identity: AlertId, labels: Labels) -> list[Cause]:
        """Everything that mutes this alert, which has these labels."""
        plain = self._named(self._index.matching(labels))
        return [*plain, *self._suppressing(identity, labels)]

    def _named(self, mask: int) -> list[Cause]:
        return [self._causes[position] for position in bits(mask)]

    def _suppressing(self, identity: AlertId, labels: Labels) -> list[Cause]:
        found = []
        for suppression in self._suppressions:
            by: Iterable[AlertId] = suppression.of(identity, labels)
            if identity in self._inhibiting:
                passed_over = self._unmuted.get(identity, ())
                by = (other for other in by if other not in passed_over)
            shown = tuple(islice(by, SHOWN_MAX))
            if shown:
                found.append(Cause(Muter.SUPPRESS, suppression.name, None, shown))
        return found

    def of(self, firing: Mapping[AlertId, Labels]) -> Muted | None:
        """The causes that mute an incident with these firing alerts; None: it is not muted."""
        if not firing or not self:
            return None
        every: dict[str, Cause] = {}
        counts: dict[Muter, int] = {}
        masks: dict[int, int] = {}
        """What mutes an alert besides suppressors → how many alerts it mutes."""
        for identity, labels in firing.items():
            mask, causes = self._index.matching(labels), self._suppressing(identity, labels)
            if not mask and not causes:
                return None
            masks[mask] = masks.get(mask, 0) + 1
            if causes:
                every |= {str(cause): cause for cause in causes}
                counts[Muter.SUPPRESS] = counts.get(Muter.SUPPRESS, 0) + 1
        united = 0
        for mask, alerts in masks.items():
            united |= mask
            for kind in {cause.kind for cause in self._named(mask)}:
                counts[kind] = counts.get(kind, 0) + alerts
        every |= {str(cause): cause for cause in self._named(united)}
        causes = [every[name] for name in sorted(every)]
        until = min((cause.until for cause in causes if cause.until is not None), default=None)
        return Muted(tuple(causes), until, counts)


def _cause_of(silence: Silence) -> Cause:
    about = f"{silence.by}: {silence.comment}"
    about = about if len(about) <= ABOUT_MAX else f"{about[:ABOUT_MAX]}…"
    return Cause(Muter.SILENCE, silence.id, silence.ends_at, about=about)


@lru_cache(maxsize=INDEXES_KEPT)
def index_of(lists: tuple[tuple[Matcher, ...], ...]) -> Index:
    """The index of what mutes; the same one while its matchers are the same."""
    return Index(lists, PATTERNS_MAX)


def mutes_everything(matchers: Sequence[Matcher]) -> bool:
    """True if they accept an alert without labels, and not only by negative matchers.

    One that is negative (`severity!="critical"`) leaves something out, and that may be meant,
    as in Alertmanager 0.34.
    """
    if not all(matcher.accepts("") for matcher in matchers):
        return False
    return not matchers or any(matcher.operator in ("=", "=~") for matcher in matchers)
