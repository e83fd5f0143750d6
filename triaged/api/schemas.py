"""The shapes of bodies and answers, as the OpenAPI document shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from triaged.core.records.model import Phase, Severity
from triaged.core.text.document import EntryDocument, IncidentDocument, PageDocument
from triaged.wire import Instant

TITLE_MAX = 500
TEXT_MAX = 20_000
NAME_MAX = 200

Title = Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Moment = Annotated[datetime, Meta(tz=True)]
"""An RFC 3339 instant with its zone, in a request."""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request's body; unknown keys are refused."""


class Declaration(Body, frozen=True):
    """An incident that somebody declares."""

    title: Title
    severity: Severity
    service: Name | None = None
    team: Name | None = None
    text: Text = ""


class Note(Body, frozen=True):
    """What goes with an action, perhaps."""

    note: Text = ""


class Assignment(Body, frozen=True):
    """To whom the incident goes."""

    person: Name


class SeverityChoice(Body, frozen=True):
    """How bad it is, by somebody's judgement."""

    severity: Severity
    reason: Text = ""


class PhaseChoice(Body, frozen=True):
    """How far the work is."""

    phase: Phase


class TimelineNote(Body, frozen=True):
    """What happened, and when if it was earlier."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
    at: Moment | None = None


class Snooze(Body, frozen=True):
    """Until when it does not page."""

    until: Moment


class Accepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """Alerts that are on disk, the incidents they belong to, and what was set aside."""

    accepted: int
    incidents: list[str]
    quarantined: int = 0


class ErrorPlace(msgspec.Struct, frozen=True):
    """One thing that is wrong."""

    path: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why not: RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorPlace] = []


class IncidentList(msgspec.Struct, frozen=True):
    """Incidents, newest first."""

    incidents: list[IncidentDocument]
    next_cursor: str | None


class Timeline(msgspec.Struct, frozen=True):
    """What happened, in order."""

    entries: list[EntryDocument]
    next_cursor: str | None


class AlertDocument(msgspec.Struct, frozen=True):
    """The state of an alert."""

    source: str
    fingerprint: str
    state: Literal["firing", "resolved"]
    episode: int
    starts_at: Instant
    last_seen_at: Instant
    ended_at: Instant | None
    lapses_at: Instant | None
    repeats: int
    incident: str | None
    severity: Severity | None
    rule: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    url: str


class AlertList(msgspec.Struct, frozen=True):
    """Alerts."""

    alerts: list[AlertDocument]
    next_cursor: str | None


class PageList(msgspec.Struct, frozen=True):
    """The pages of an incident."""

    pages: list[PageDocument]
    next_cursor: str | None


class OnCall(msgspec.Struct, frozen=True):
    """Who is on call by one schedule."""

    schedule: str
    people: list[str]
    until: Instant | None


class OnCallList(msgspec.Struct, frozen=True):
    """Who is on call at an instant, by every schedule."""

    at: Instant
    oncall: list[OnCall]


class QuarantinedBody(msgspec.Struct, frozen=True):
    """A body that could not be used; only the answer for one of them holds it."""

    id: str
    source: str
    reason: str
    detail: str
    count: int
    received_at: Instant
    last_at: Instant
    headers: dict[str, str] | UnsetType = UNSET
    body: str | UnsetType = UNSET
    """As text; base64 where `encoding` says so."""
    encoding: Literal["utf-8", "base64"] | UnsetType = UNSET


class Quarantined(msgspec.Struct, frozen=True):
    """Bodies that could not be used, the newest first."""

    quarantine: list[QuarantinedBody]
    next_cursor: str | None


class TokenDocument(msgspec.Struct, frozen=True):
    """A token, without what it is."""

    id: str
    name: str
    scopes: list[str]
    person: str | None
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class TokenList(msgspec.Struct, frozen=True):
    """Every token that was made."""

    tokens: list[TokenDocument]


class NewToken(TokenDocument, frozen=True):
    """A token that was just made: only this answer shows it."""

    token: str


class StatusDocument(msgspec.Struct, frozen=True):
    """What runs, since when, and how it is."""

    version: str
    started_at: Instant
    uptime_seconds: int
    healthy: dict[str, bool]
    store: dict[str, Any]
    rules: str
    """Hash of the rules."""
    config_hash: str
    config: dict[str, Any]
    """What the operator wrote, secrets as `<secret>`."""
