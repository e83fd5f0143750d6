"""Alerts, incidents and timeline entries as structs. Instants and lengths of time are µs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from triaged.core.records.pages import Joins, Page, PageKind, PageState, Recipient, StepId
from triaged.core.records.plans import (
    Delay,
    Escalation,
    Plan,
    Share,
    Span,
    Step,
    Target,
    TargetKind,
)
from triaged.core.records.practice.drills import DRILL_MARK, Drilled
from triaged.core.records.practice.lineage import NONE, Lineage
from triaged.core.records.practice.work import Work
from triaged.core.records.reasons import Reason
from triaged.core.records.reports import Copy, IgnoredReason
from triaged.core.records.resolving import Flapping, ResolvePolicy, ResolveWhen, SourceShare
from triaged.core.records.severity import Raising, Severity
from triaged.core.records.storms import Bundle

__all__ = [
    "Delay",
    "Escalation",
    "Flapping",
    "IgnoredReason",
    "Page",
    "PageKind",
    "PageState",
    "Plan",
    "Reason",
    "Recipient",
    "ResolvePolicy",
    "ResolveWhen",
    "Severity",
    "Share",
    "Span",
    "Step",
    "StepId",
    "Target",
    "TargetKind",
]

Labels = Mapping[str, str]
Key = tuple[tuple[str, str], ...]
"""An incident's key: the group_by labels that are present, sorted by name."""


class State(StrEnum):
    """State of an incident with regard to paging; the table is in `core/lifecycle.py`."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    """Part of another incident, its survivor, for good."""


LIVE = frozenset({State.OPEN, State.ACKNOWLEDGED})
"""States in which an incident takes alerts; one incident per key is in one of them."""


class Phase(StrEnum):
    """Phase of the work on an incident, from noticing it to ending it."""

    DETECTION = "detection"
    TRIAGE = "triage"
    INVESTIGATION = "investigation"
    MITIGATION = "mitigation"
    RESOLUTION = "resolution"


class Response(StrEnum):
    """State of the response target; `MISSED` is final for the incident."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MISSED = "missed"
    MET = "met"


class Alert(msgspec.Struct, frozen=True, gc=False):
    """One alert as a sender reported it, once. Identity is (source, fingerprint)."""

    source: str
    fingerprint: str
    firing: bool
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: int | None = None
    """Beginning, by the sender's word; None: the sender gave none."""
    ends_at: int | None = None
    """The announced end. Firing: it lapses then unless repeated (API v2 alone says so). Ended: when
    that was, by the sender's word."""
    url: str = ""
    """Address at the sender (generatorURL): text of a stranger, never a trusted link."""
    truncated: int = 0
    """Number of alerts of its group that the sender left out of the same body."""
    sender: str = ""
    """Who speaks: the origin of the sender's own address, else who called us. A source may have
    several, such as the two servers of a pair."""
    is_copy: bool = False
    """The sender speaks of its own copy (API v2), not of the whole alert (webhooks)."""
    group: str = ""
    """The group of alerts that the sender reports together, by its name for it; "": none."""


class AlertState(msgspec.Struct, frozen=True, gc=False):
    """The part of a stored alert that decisions need; labels and annotations stay in the row."""

    source: str
    fingerprint: str
    firing: bool
    episode: int
    """1 for the first; an episode starts when it fires after not firing, or with a later start."""
    starts_at: int
    """Beginning of this episode by the sender's word; its first arrival where the sender gave none.
    """
    lapse_check_at: int | None
    """Instant of the next check whether it has lapsed; what decides then is `lapses_at`."""
    lapses_at: int | None
    """Instant at which it lapses unless it is repeated before; None: never."""
    incident: int | None
    severity: Severity | None
    """Its severity by the rules at the start of its episode; None: no rule set one."""
    rule: str | None
    """The rule that set the severity."""
    start_given: bool = True
    """True if `starts_at` is the sender's word."""
    attached_at: int | None = None
    """Instant at which it first joined its incident; None: not recorded."""
    sender: str = ""
    """Sender of the last report; with `copies`, the sender of any of them."""
    seen_at: int = 0
    """Instant of the last report that it fires."""
    ended_at: int | None = None
    """End of its last episode; None while it fires."""
    has_lapsed: bool = False
    """Its last episode ended because it was not repeated, not because its sender said so."""
    is_cut: bool = False
    """The last report of it came in a group of which the sender had left out alerts."""
    inhibits: bool = False
    """A suppressor's `source` matches it: see `Outcome.inhibits`."""
    copies: tuple[Copy, ...] = ()
    """Its copies, where there is more than one: see `core/alerts/copies.py`."""


class Shadowed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A shadow rule that matched an alert."""

    rule: str
    would: tuple[tuple[str, str], ...] = ()
    """What it would have changed, with the value then: severity, incident (`true`, `false`),
    policy, service, team; empty: none."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The result of classifying an alert at the start of its episode."""

    incident: bool
    """False: stored and counted, opens and joins nothing."""
    key: Key
    title: str
    severity: Severity | None = None
    """None: no rule set one; `Settings.unclassified` applies."""
    rule: str | None = None
    """The rule that set the severity."""
    rules: tuple[str, ...] = ()
    """Every active rule that matched, in order, up to a `stop`."""
    service: str | None = None
    team: str | None = None
    policy: str | None = None
    runbook: str | None = None
    labels: dict[str, str] = {}
    """The sender's labels with the attributes and `set.labels` laid over them."""
    resolve: ResolvePolicy = ResolvePolicy()
    raising: Raising | UnsetType = UNSET
    """The raises that a rule brings to its incident; nothing is counted yet."""
    across_sources: bool = False
    """True if alerts of all sources count together in its incident."""
    rule_set: str = ""
    """Hash of the rules that decided."""
    inhibits: bool = False
    """A suppressor's `source` matches it: while it fires, others may be muted."""
    shadow: tuple[Shadowed, ...] = ()
    """Shadow rules that matched, in order, up to a `stop` of an active one."""


IncidentKind = Literal["incident", "drill", "notice"]
"""A notice tells people something and pages nobody; a drill is an incident in play."""


class Incident(msgspec.Struct, frozen=True, gc=False):
    """Alerts handled together, and everything decided about them."""

    number: int
    key: Key
    title: str
    severity: Severity
    severity_by: str
    """`rule:<name>`, `raise:<rule>`, `person:<name>` or `unclassified`."""
    opened_at: int
    plan: Plan
    state: State = State.OPEN
    phase: Phase = Phase.DETECTION
    kind: IncidentKind = "incident"
    service: str | None = None
    team: str | None = None
    runbook: str | None = None
    labels: dict[str, str] = {}
    """The labels (overlay included) that all its alerts share."""
    resolve: ResolvePolicy = ResolvePolicy()
    received_at: int = 0
    """Arrival of the alert or action that last armed it, from which the latency of pages counts."""
    armed_at: int | None = None
    respond_by: int | None = None
    at_risk_at: int | None = None
    response: Response = Response.ON_TRACK
    escalation: Escalation = Escalation()
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    acknowledged_until: int | None = None
    """When the acknowledgement or snooze ends unless it is renewed; None: not by itself."""
    assigned_to: str | None = None
    active_at: int | None = None
    """Last activity of people (acknowledge, note, phase …): un-acknowledging counts from it."""
    snoozed_until: int | None = None
    resolved_at: int | None = None
    resolved_by: str | None = None
    resolving_at: int | None = None
    """End of the hold after which it resolves by itself; None: the condition does not hold."""
    reopens: int = 0
    previous: int | None = None
    text: str = ""
    """What whoever declared it knew, or what triaged says of its own trouble; else the alerts
    say what is wrong."""
    opened_as: Severity | None = None
    """Its severity at the opening: mails keep it in their subject, so that they stay one thread."""
    next: int | None = None
    """The incident that took over what was still firing."""
    firing: dict[str, int] = {}
    """Firing alerts by severity as classified; "" counts the unclassified."""
    severity_rules: dict[str, str] = {}
    """By severity, the rule that an alert has it from which joined last."""
    object_hashes: bytes = b""
    """Hashes of the label values that its alerts have had and do not share, up to a limit, one
    after the other: two hundred numbers take three times as long to read and to write."""
    joins: Joins | UnsetType = UNSET
    """Joins of which the holder has not heard yet."""
    resolved: int = 0
    truncated: int = 0
    """Number of alerts that senders said they left out."""
    cut_groups: tuple[str, ...] = ()
    """Groups of which senders leave out alerts now: alerts alone do not resolve it meanwhile."""
    last_joined: tuple[str, str] | None = None
    """(source, fingerprint) of the alert that joined last, for resolve `last`."""
    source: str = ""
    """The source whose alert opened or re-opened it; "": none did."""
    across_sources: bool = False
    """True if alerts of all sources count together, for resolving and flapping."""
    shares: dict[str, SourceShare] | UnsetType = UNSET
    """The alerts by source, where an end counts only for its own source."""
    chosen: Severity | None = None
    """A human's choice; it holds against all alerts attached when it was made."""
    chosen_at: int | None = None
    raising: Raising | UnsetType = UNSET
    """The raises of the incident, with their counts."""
    flapping: Flapping | UnsetType = UNSET
    held_by: tuple[str, ...] = ()
    """The causes that muted it at the last look-up (`silence:<id>` …); empty: none."""
    storm: int | None = None
    """The umbrella that paged for it, or still does."""
    bundled_at: int | None = None
    """Since when an umbrella pages for it; None: it pages by itself."""
    bundle: Bundle | UnsetType = UNSET
    """The incidents that it pages for, where it is the umbrella of a storm."""
    told: tuple[Recipient, ...] = ()
    """Everybody who was paged: they hear of acknowledgement and resolve."""
    touched: bool | UnsetType = UNSET
    """True once a person has done anything about it, whatever became of that."""
    kin: Lineage | UnsetType = UNSET
    """What people have merged with it or split off it."""
    work: Work | UnsetType = UNSET
    """The work of people on it, from when one acknowledges or declares it."""
    drill: Drilled | UnsetType = UNSET
    """The drill that it belongs to; its title begins with the mark of drills."""
    entries: int = 0
    """Timeline entries so far; the last one's `seq`."""
    chain: str = ""
    """Hash of the last timeline entry, hex."""

    @property
    def id(self) -> str:
        """`INC-12`."""
        return incident_id(self.number)

    @property
    def live(self) -> bool:
        """True if it is open or acknowledged."""
        return self.state in LIVE

    @property
    def lineage(self) -> Lineage:
        """What people have merged with it or split off it."""
        return NONE if self.kin is UNSET else self.kin

    @property
    def merged_into(self) -> int | None:
        """The incident that has taken it in, where somebody has merged it into another."""
        return None if self.kin is UNSET else self.kin.merged_into

    @property
    def goes_on_in(self) -> int | None:
        """The incident in which it goes on: what it was merged into, or what took over its alerts.

        None where it is not over.
        """
        return None if self.live else self.merged_into or self.next

    @property
    def holder(self) -> str | None:
        """Whoever has acknowledged it, while the acknowledgement lasts."""
        return self.acknowledged_by if self.state is State.ACKNOWLEDGED else None

    @property
    def is_exhausted(self) -> bool:
        """True if every step of every round has fired, and nobody answered within the target."""
        over = self.escalation.exhausted_at is not None and self.response is Response.MISSED
        return self.state is State.OPEN and over and not self.rests

    @property
    def rests(self) -> bool:
        """True if it is open and nothing runs, because it was muted when something was due."""
        stopped = self.respond_by is None and self.bundled_at is None
        return self.state is State.OPEN and bool(self.held_by) and stopped

    @property
    def mark(self) -> str:
        """The first words of whatever is said about it: the mark of a drill, else none."""
        return "" if self.drill is UNSET else f"{DRILL_MARK} "

    @property
    def flaps(self) -> bool:
        """True if it is held open because it keeps re-opening."""
        return self.flapping is not UNSET and self.flapping.since is not None


PREFIX = "INC-"


def incident_id(number: int) -> str:
    """`INC-12`: how people and links name incident 12."""
    return f"{PREFIX}{number}"


def incident_number(text: str) -> int | None:
    """12 for `INC-12` (any case) or `12`; None for anything else."""
    digits = text.upper().removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One timeline entry before it has a place in the chain."""

    at: int
    """Instant at which it happened."""
    kind: str
    actor: str
    """`person:alice`, `token:ops`, `rule:<name>`, `source:<name>`, `triaged`."""
    text: str
    data: dict[str, object] = {}


class ChainedEntry(msgspec.Struct, frozen=True, gc=False):
    """A timeline entry in its place; `hash` = SHA-256(previous hash ‖ canonical entry), hex."""

    incident: int
    seq: int
    at: int
    recorded_at: int
    kind: str
    actor: str
    text: str
    data: dict[str, object]
    hash: str
