"""Expectations (alerts and sources that should be seen regularly), and when each was last met."""

from collections.abc import Sequence
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


class Expected(Protocol):
    """Which alerts meet expectations."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The names of the expectations that `alert` meets; those of sources are not among them."""


class Watch(msgspec.Struct, frozen=True, gc=False):
    """State of an expectation. Identity: `name`."""

    name: str
    since_at: int
    """Instant from which it is expected."""
    due_at: int
    """Instant of the next check."""
    seen_at: int | None = None
    """Instant at which it was seen; up to a quarter of `every_us` old."""
    source: str = ""
    fingerprint: str = ""
    """Fingerprint of the alert seen at `seen_at`; the alert's own row says when it last came."""
    overdue: bool = False
    """There is, or was until a person resolved it, an incident about it."""


def expected_rule(key: Key) -> str | None:
    """The name of the expectation of a rule that an incident with this key is about."""
    match key:
        case (("expect", name),):
            return RULE + name
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
        return (("expect", name.removeprefix(RULE)),)
    if name.startswith(SENDER):
        source, sender = sender_of(name)
        return (("sender", sender), ("silent_source", source))
    return (("silent_source", name.removeprefix(SOURCE)),)
