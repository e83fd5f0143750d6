"""Self alerts: troubles of triaged itself, each an incident for as long as it lasts."""

from triaged.core.alerts.grouping import resolve
from triaged.core.alerts.reopening import come_back, reopens
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Attached
from triaged.core.records.effects import Decision
from triaged.core.records.events import SelfAlertFired, SelfAlertResolved
from triaged.core.records.model import Key, Reason
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident


def self_alert_key(name: str) -> Key:
    """The key of the incident about a self alert: one for each name."""
    return (("triaged", name),)


def self_alert_fired(situation: Situation, event: SelfAlertFired) -> Decision:
    """Open the incident of a self alert, or re-open the last one within `reopen_within`.

    Most are SEV-1: alerts that cannot reach triaged reach nobody.
    """
    key = self_alert_key(event.name)
    live = situation.live_incident(key)
    if live is not None:
        return Decision((), Attached(live.number))
    latest = situation.latest_incident(key)
    if latest is not None and reopens(situation, latest):
        draft = Draft(latest)
        if not come_back(situation, draft, Reason.OWN_TROUBLE):
            arm(situation, draft, Cause(Reason.OWN_TROUBLE, event.found_at))
    else:
        cause = Cause(Reason.OWN_TROUBLE, event.found_at)
        wanted = SystemIncident(
            key, event.title, cause, event.text, event.severity, team=event.team
        )
        draft = open_system_incident(situation, wanted)
    return Decision(draft.effects(), Attached(draft.incident.number))


def self_alert_resolved(situation: Situation, event: SelfAlertResolved) -> Decision:
    """Resolve the incident of a self alert, if one is open."""
    live = situation.live_incident(self_alert_key(event.name))
    if live is None:
        return Decision()
    draft = Draft(live)
    resolve(situation, draft, TRIAGED, f"resolved: {event.text}")
    return Decision(draft.effects(), Attached(live.number))
