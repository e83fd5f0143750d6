"""Episodes of alerts and silences as JSON shows them."""

from typing import Literal

import msgspec

from triaged.core.records.model import Severity
from triaged.wire import Instant


class EpisodeDocument(msgspec.Struct, frozen=True):
    """An alert from when it fired until it was over."""

    source: str
    fingerprint: str
    episode: int
    received_at: Instant
    starts_at: Instant
    """The start that the sender gave, where it gave one."""
    ended_at: Instant | None
    ended_by: str | None
    """`resolved`, `lapsed`, or `restarted`: it fired again with a later start."""
    repeats: int
    severity: Severity | None
    rule: str | None
    rules: list[str]
    """All rules that matched at the time."""
    labels: dict[str, str]
    annotations: dict[str, str]


class SilenceDocument(msgspec.Struct, frozen=True):
    """A silence: its matchers, its period, its author and the reason."""

    id: str
    state: Literal["active", "pending", "expired"]
    matchers: list[str]
    starts_at: Instant
    ends_at: Instant
    created_by: str
    comment: str
    updated_at: Instant
    expire_when_clear: bool
