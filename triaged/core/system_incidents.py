"""Incidents that triaged opens by itself, without an alert, so that a person hears of it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from triaged.core.alerts.grouping import plan_for
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.model import Entry, Incident, Key, ResolvePolicy, ResolveWhen, Severity
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation


class SystemIncident(msgspec.Struct, frozen=True):
    """A system incident to open: its key, its cause and its owner; `key` has one at a time."""

    key: Key
    title: str
    cause: Cause
    text: str = ""
    """The trouble in a sentence or two, for the timeline and for pages; empty: the title."""
    severity: Severity | None = None
    """None: `Settings.unclassified`."""
    severity_by: str = TRIAGED
    data: Mapping[str, Any] = {}
    service: str | None = None
    team: str | None = None
    policy: str | None = None
    runbook: str | None = None


def open_system_incident(situation: Situation, wanted: SystemIncident) -> Draft:
    """The draft of a new incident; it ends when triaged or a person resolves it."""
    service = situation.settings.services.get(wanted.service or "")
    latest = situation.latest_incident(wanted.key)
    incident = Incident(
        number=situation.next_number(),
        key=wanted.key,
        title=wanted.title,
        severity=situation.settings.unclassified if wanted.severity is None else wanted.severity,
        severity_by=wanted.severity_by,
        text=wanted.text,
        opened_at=situation.now,
        plan=plan_for(
            situation.settings,
            wanted.policy,
            wanted.team,
            wanted.service,
        ),
        service=wanted.service,
        team=wanted.team or (service.team if service else None),
        runbook=wanted.runbook or (service.runbook if service else None),
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        previous=latest.number if latest else None,
    )
    draft = Draft(incident, opened=True)
    data: dict[str, object] = {"severity": incident.severity, "policy": incident.plan.policy}
    data |= {"reason": wanted.cause.reason, **wanted.data}
    text = f"{incident.severity} {wanted.text or wanted.title}"
    draft.say(Entry(situation.now, "incident.opened", TRIAGED, text, data))
    arm(situation, draft, wanted.cause)
    return draft
