"""The shapes of bodies and answers, as the OpenAPI document shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from triaged.core.records.model import Phase, Severity

TITLE_MAX = 500
TEXT_MAX = 20_000
NAME_MAX = 200

Title = Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Moment = Annotated[datetime, Meta(tz=True)]
"""An RFC 3339 instant with its zone, in a request."""

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""An RFC 3339 instant in UTC, in an answer."""


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


class AlertCounts(msgspec.Struct, frozen=True):
    """How many alerts of an incident are in which state."""

    firing: int
    resolved: int
    truncated: int
    """Left out by the sender."""


class Place(msgspec.Struct, frozen=True):
    """Where escalation stands."""

    epoch: int
    round: int
    step: int
    next_at: Instant | None


class BundledDocument(msgspec.Struct, frozen=True):
    """An incident under an umbrella, as it was when it came there."""

    id: str
    severity: Severity
    title: str


class BundleDocument(msgspec.Struct, frozen=True):
    """What an umbrella pages for."""

    incidents: int
    first: list[BundledDocument]


class IncidentDocument(msgspec.Struct, frozen=True):
    """An incident."""

    id: str
    title: str
    severity: Severity
    severity_by: str
    state: Literal["open", "acknowledged", "resolved", "closed", "merged"]
    phase: Phase
    kind: Literal["incident", "drill"]
    service: str | None
    team: str | None
    policy: str
    runbook: str | None
    opened_at: Instant
    armed_at: Instant | None
    respond_by: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    assigned_to: str | None
    snoozed_until: Instant | None
    resolved_at: Instant | None
    resolved_by: str | None
    response: Literal["on_track", "at_risk", "missed", "met"]
    muted_by: list[str] | None
    """`silence:<id>`, `maintenance:<name>`, `suppress:<name>`."""
    storm: str | None
    """The umbrella that pages for it, or did."""
    bundle: BundleDocument | None
    """Of an umbrella: what it pages for."""
    reopens: int
    flapping: bool
    """It came back so often that it is held open until it has been quiet."""
    previous: str | None
    alerts: AlertCounts
    escalation: Place
    key: dict[str, str]
    labels: dict[str, str]
    links: dict[str, str]


class IncidentList(msgspec.Struct, frozen=True):
    """Incidents, newest first."""

    incidents: list[IncidentDocument]
    next_cursor: str | None


class EntryDocument(msgspec.Struct, frozen=True):
    """A timeline entry; `hash` chains it to the one before."""

    seq: int
    at: Instant
    recorded_at: Instant
    kind: str
    actor: str
    text: str
    data: dict[str, Any]
    hash: str


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


class PageDocument(msgspec.Struct, frozen=True):
    """A page or an update: whom, through what, how it stands."""

    id: str
    incident: str
    kind: Literal["page", "update"]
    person: str | None
    contact: str
    channel: str
    urgency: Literal["page", "notify"]
    state: Literal["due", "sent", "failed", "superseded"]
    due_at: Instant
    created_at: Instant
    sent_at: Instant | None
    epoch: int
    round: int
    step: int
    target: str
    attempts: int
    possible_duplicate: bool
    provider_ref: str | None
    error: str | None


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
