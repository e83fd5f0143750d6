"""Records of the past: episodes, incidents, silences and acts of people, for replays.

Instants are µs UTC, as everywhere inside. A note's text is not among them: nothing depends on it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from triaged.core.records.actors import is_person
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Closed,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import (
    ChainedEntry,
    Phase,
    Reason,
    Response,
    Severity,
    incident_number,
)
from triaged.core.records.practice.events import Merged

What = Literal[
    "acknowledge",
    "unacknowledge",
    "resolve",
    "reopen",
    "close",
    "escalate",
    "assign",
    "severity",
    "phase",
    "note",
    "snooze",
    "merge",
]

SIMPLE: Mapping[str, What] = {
    "incident.acknowledged": "acknowledge",
    "incident.confirmed": "note",
    "incident.unacknowledged": "unacknowledge",
    "incident.resolved": "resolve",
    "incident.reopened": "reopen",
    "incident.closed": "close",
}
"""Kinds of entries that say all there is to say."""

RECLASSIFIED = "alerts.reclassified"
"""Its alerts were given the verdict of other rules in between (`rule reclassify`)."""

KINDS = frozenset(SIMPLE) | {
    RECLASSIFIED,
    "note",
    "phase.changed",
    "severity.changed",
    "incident.assigned",
    "incident.snoozed",
    "incident.merged",
    "incident.opened",
}
"""Kinds of entries that tell what people did, and whether rules were changed under it."""


class Act(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One act of a person on an incident."""

    at: int
    what: What
    by: str
    value: str | int = ""
    """A person, a severity, a phase, the instant until which it was snoozed, the number of the
    incident that it was merged into."""


class Paged(msgspec.Struct, frozen=True, gc=False):
    """A page that went out."""

    at: int
    whom: str
    """A person's id; `channel:<name>` where there is no person."""


class Episode(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="episode"):
    """An alert from when it fired until it was over, and what the rules said of it."""

    id: int
    """Rises with the order of arrival."""
    source: str
    fingerprint: str
    received_at: int
    starts_at: int
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    ended_at: int | None = None
    ended_by: str | None = None
    """`resolved`, `lapsed` or `restarted`: it fired again with a later start."""
    incident: int | None = None
    severity: Severity | None = None
    rule: str | None = None
    rule_set: str = ""


class PastIncident(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="incident"):
    """An incident as it came out, and what people did to it."""

    number: int
    title: str
    severity: Severity
    opened_at: int
    response: Response
    why: str = ""
    """The reason of its opening: `declared` by a person, `new_key` by an alert …"""
    declared_by: str = ""
    declared_as: Severity | None = None
    service: str | None = None
    team: str | None = None
    previous: int | None = None
    storm: int | None = None
    """The umbrella that paged for it."""
    acts: tuple[Act, ...] = ()
    pages: tuple[Paged, ...] = ()
    reclassified: bool = False
    """True if other rules reclassified alerts meanwhile; a replay does not repeat that."""


class PastSilence(msgspec.Struct, frozen=True, gc=False, tag="silence"):
    """A silence as it was in the end."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: int
    ends_at: int


def acts_of(entries: Iterable[ChainedEntry]) -> Iterator[tuple[ChainedEntry, Act]]:
    """The acts of people, each with its entry, read from an incident's entries in order."""
    before: ChainedEntry | None = None
    for entry in entries:
        follows = before is not None and before.recorded_at == entry.recorded_at
        act = _act(entry)
        # an acknowledgement also moves the phase, and a merge raises: doing it again does that, too
        merged = before is not None and before.kind == "incident.merged"
        of_itself = act is not None and (act.what == "phase" or (act.what == "severity" and merged))
        if act is not None and not (follows and of_itself):
            yield entry, act
        before = entry


def _act(entry: ChainedEntry) -> Act | None:
    if not is_person(entry.actor):
        return None
    data = entry.data
    what: What | None = SIMPLE.get(entry.kind)
    value: object = ""
    match entry.kind:
        case "incident.unacknowledged" | "note" if _is_escalation(entry):
            what = "escalate"
        case "note":
            what = "note"
        case "incident.reopened" if data.get("reason") != Reason.REOPENED_BY_HAND:
            what = None
        case "incident.assigned":
            what, value = "assign", data.get("person")
        case "severity.changed":
            what, value = "severity", data.get("to")
        case "phase.changed":
            what, value = "phase", data.get("to")
        case "incident.snoozed":
            what, value = "snooze", data.get("until")
        case "incident.merged" if "into" in data:
            what, value = "merge", incident_number(str(data["into"]))
        case _:
            pass
    if what is None or not isinstance(value, str | int):
        return None
    return Act(entry.recorded_at, what, entry.actor, value)


def _is_escalation(entry: ChainedEntry) -> bool:
    return entry.data.get("reason") == Reason.ESCALATED_BY_HAND


def action_of(act: Act, incident: int, into: int = 0) -> Action | Merged:
    """The act done to `incident`, which a merge makes part of `into`.

    ValueError: its value is none that triaged writes.
    """
    by, value = act.by, act.value
    match act.what:
        case "acknowledge":
            return Acknowledged(incident, by, take_over=True)  # it was done, whoever held it
        case "unacknowledge":
            return Unacknowledged(incident, by)
        case "resolve":
            return Resolved(incident, by)
        case "reopen":
            return Reopened(incident, by)
        case "close":
            return Closed(incident, by)
        case "escalate":
            return Escalated(incident, by)
        case "note":
            return NoteAdded(incident, by, "noted")
        case "assign":
            return Assigned(incident, by, str(value))
        case "severity":
            return SeverityChosen(incident, by, Severity(str(value)))
        case "phase":
            return PhaseChanged(incident, by, Phase(str(value)))
        case "merge":
            return Merged(incident, by, into)
        case "snooze":
            return Snoozed(incident, by, int(value))
