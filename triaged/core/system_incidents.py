"""What triaged itself notices, and a human has to hear of: an incident without any alert."""

from collections.abc import Mapping
from typing import Any

import msgspec

from triaged.core.alerts.grouping import plan_for
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED, UNCLASSIFIED
from triaged.core.records.model import Entry, Incident, Key, ResolvePolicy, ResolveWhen, Severity
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation


class Notice(msgspec.Struct, frozen=True):
    """What was noticed, and whose it is; there is one incident per `key`."""

    key: Key
    title: str
    cause: Cause
    text: str = ""
    """What the timeline says besides the severity; "": the title."""
    severity: Severity | None = None
    """None: `Settings.unclassified`."""
    severity_by: str = TRIAGED
    data: Mapping[str, Any] = {}
    service: str | None = None
    team: str | None = None
    policy: str | None = None
    runbook: str | None = None


def open_notice(situation: Situation, notice: Notice) -> Draft:
    """A new incident, which ends when triaged or a person says so."""
    service = situation.settings.services.get(notice.service or "")
    latest = situation.latest_incident(notice.key)
    incident = Incident(
        number=situation.next_number(),
        key=notice.key,
        title=notice.title,
        severity=situation.settings.unclassified if notice.severity is None else notice.severity,
        severity_by=UNCLASSIFIED if notice.severity is None else notice.severity_by,
        opened_at=situation.now,
        plan=plan_for(situation.settings, notice.policy, notice.team, notice.service),
        service=notice.service,
        team=notice.team or (service.team if service else None),
        runbook=notice.runbook or (service.runbook if service else None),
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        previous=latest.number if latest else None,
    )
    draft = Draft(incident, opened=True)
    data: dict[str, object] = {"severity": incident.severity, "policy": incident.plan.policy}
    data |= {"reason": notice.cause.reason, **notice.data}
    text = f"{incident.severity} {notice.text or notice.title}"
    draft.say(Entry(situation.now, "incident.opened", TRIAGED, text, data))
    arm(situation, draft, notice.cause)
    return draft
