"""Expectations (alerts and sources that should be seen regularly), and when each was last met."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from triaged.core.records.model import Alert, Key, Severity

RULE, SOURCE, SENDER = "rule:", "source:", "sender:"
"""Prefixes of the names of expectations: an alert that a rule matches, any alert of a source, any
alert of a sender whose alerts fire and are not repeated."""


class Expectation(msgspec.Struct, frozen=True):
    """Something that should be seen every `every_us`, and whose trouble it is when it is not."""

    name: str
    every_us: int
    severity: Severity | None = None
    """None: `Settings.unclassified`."""
    service: str | None = None
    team: str | None = None
    policy: str | None = None
    runbook: str | None = None
    by: tuple[str, ...] = ()
    """Labels, sorted, each value set of which is expected for itself once it was seen."""
    across_sources: bool = False
    """True if an alert of any source will do. Else each source that was seen has its own watch."""


class Expected(Protocol):
    """Which alerts meet expectations."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The names of the expectations that `alert` meets; those of sources are not among them.

        One that has labels `by` is named with their values, as by `with_values`.
        """


class Watch(msgspec.Struct, frozen=True, gc=False):
    """State of an expectation, or of one value set of its labels `by`. Identity: `name`."""

    name: str
    since_at: int
    """Instant from which it is expected."""
    due_at: int
    """Instant of the next check."""
    seen_at: int | None = None
    """Instant at which it was seen; up to a quarter of `every_us` old."""
    source: str = ""
    """Source of the alert seen at `seen_at`. Only alerts of it count, unless `across_sources`."""
    fingerprint: str = ""
    """Fingerprint of the alert seen at `seen_at`; the alert's own row says when it last came."""
    overdue: bool = False
    """There is, or was until a person resolved it, an incident about it."""


OF_SOURCE = "expect_source"
"""Name beside the labels `by` under which the watch of a rule's second source has that source."""

_VALUE = r'"(?:[^"\\]|\\.)*"'
_PAIR = re.compile(rf'([^"{{}},=]+)=({_VALUE})')
_WITH_VALUES = re.compile(rf'({RULE}.*?)\{{((?:[^"{{}},=]+={_VALUE},?)+)\}}', re.DOTALL)


def with_values(name: str, values: Iterable[tuple[str, str]]) -> str:
    """The name of an expectation for one value set: `rule:watchdog{cluster="eu1"}`.

    Values are JSON strings; what cannot be printed is escaped.
    """
    pairs = [
        f"{label}={json.dumps(value, ensure_ascii=not value.isprintable())}"
        for label, value in values
    ]
    return f"{name}{{{','.join(pairs)}}}" if pairs else name


def values_of(name: str) -> tuple[str, Key]:
    """(the expectation's own name, the value set); the set is empty where the name has none."""
    found = _WITH_VALUES.fullmatch(name) if name.endswith("}") else None
    if found is None:
        return name, ()
    pairs = _PAIR.findall(found[2])
    return found[1], tuple((label, json.loads(value)) for label, value in pairs)


def of_source(name: str, source: str) -> str:
    """The name of the watch beside `name` for a further source.

    `rule:watchdog{expect_source="b"}`.
    """
    own, values = values_of(name)
    return with_values(own, (*values, (OF_SOURCE, source)))


def without_source(name: str) -> str:
    """The name of the watch beside which that of a further source stands; else `name` itself."""
    own, values = values_of(name)
    return with_values(own, values[:-1]) if values and values[-1][0] == OF_SOURCE else name


def watch_name(
    watches: Mapping[str, Watch], expectation: Expectation, name: str, source: str
) -> str:
    """The name of the watch that an alert of `source` meets which meets the expectation `name`.

    The first source has the expectation's own name, each further one its name beside it.
    """
    watch = watches.get(name)
    is_free = watch is None or watch.source in ("", source)
    return name if is_free or expectation.across_sources else of_source(name, source)


def expectation_of(expectations: Mapping[str, Expectation], name: str) -> Expectation | None:
    """The expectation, as the settings have it, of the watch with this name."""
    beside = without_source(name)
    own, values = values_of(beside)
    expectation = expectations.get(own)
    if expectation is None or (values and tuple(label for label, _ in values) != expectation.by):
        return None
    return None if beside != name and expectation.across_sources else expectation


def expected_rule(key: Key) -> str | None:
    """The name of the expectation of a rule that an incident with this key is about."""
    match key:
        case (("expect", name), *values):
            return with_values(RULE + name, values)
        case _:
            return None


def sender_watch(source: str, sender: str) -> str:
    """The name of the expectation to hear of a sender again."""
    return f"{SENDER}{source}/{sender}"


def sender_of(name: str) -> tuple[str, str]:
    """(source, sender) of the expectation to hear of a sender again."""
    source, _, sender = name.removeprefix(SENDER).partition("/")
    return source, sender


def key_of(name: str) -> Key:
    """The key of the incident about an expectation that is not met."""
    if name.startswith(RULE):
        own, values = values_of(name)
        return (("expect", own.removeprefix(RULE)), *values)
    if name.startswith(SENDER):
        source, sender = sender_of(name)
        return (("sender", sender), ("silent_source", source))
    return (("silent_source", name.removeprefix(SOURCE)),)
