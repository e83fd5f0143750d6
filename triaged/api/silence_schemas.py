"""The shapes of silences in bodies and answers, as the OpenAPI document shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from triaged.api.schemas import Body, Moment, Name, Text
from triaged.core.records.model import Severity
from triaged.wire import Instant


class MatcherV2(msgspec.Struct, frozen=True, rename="camel"):
    """A matcher in pieces."""

    name: Annotated[str, Meta(min_length=1)]
    value: str
    is_regex: bool = False
    is_equal: bool | None = True


class SilenceWish(Body, frozen=True):
    """A silence that somebody wants; without an end it lasts two hours."""

    matchers: list[Text | MatcherV2]
    """`alertname="NodeDown"`, or in pieces; all must hold."""
    comment: Text
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    duration: Name | None = None
    """`2h`, instead of an end."""
    created_by: Name | None = None
    """Unless given: who asks."""
    expire_when_clear: bool = False
    id: Name | None = None
    """The silence to change."""


class SilencePreviewWish(Body, frozen=True):
    """Matchers, to see what they would mute."""

    matchers: list[Text | MatcherV2]


class SilenceDocument(msgspec.Struct, frozen=True):
    """What is muted by hand, from when to when, by whom and why."""

    id: str
    state: Literal["active", "pending", "expired"]
    matchers: list[str]
    starts_at: Instant
    ends_at: Instant
    created_by: str
    comment: str
    updated_at: Instant
    expire_when_clear: bool


class SilenceList(msgspec.Struct, frozen=True):
    """Silences."""

    silences: list[SilenceDocument]
    next_cursor: str | None


class MutedIncident(msgspec.Struct, frozen=True):
    """An incident of which matchers hold for some alerts; if for all that fire, it is `muted`."""

    id: str
    title: str
    severity: Severity
    state: str
    alerts: int
    firing: int
    muted: bool


class SilencePreview(msgspec.Struct, frozen=True):
    """How many alerts and incidents, and the newest hundred incidents."""

    alerts: int
    incidents_total: int
    incidents: list[MutedIncident]
