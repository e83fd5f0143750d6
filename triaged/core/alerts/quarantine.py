"""Bodies that could not be used: they are kept and counted, and an incident tells a person."""

from msgspec.structs import replace

from triaged.core.alerts.reopening import reopens
from triaged.core.records.answers import Attached
from triaged.core.records.effects import Decision, Effect, Quarantine
from triaged.core.records.events import BodyQuarantined
from triaged.core.records.model import Key, Reason
from triaged.core.response.escalation import Cause
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident


def quarantine_key(source: str, reason: str) -> Key:
    """The key of the incident about a source's unusable bodies: one for each reason."""
    return (("quarantine", source), ("reason", reason))


def quarantine(situation: Situation, event: BodyQuarantined) -> Decision:
    """Keep the body. The first of its (source, reason) opens an incident; the rest is counted.

    A sender repeats such a body every few minutes for ever: while the incident is open, and for
    `reopen_within` after somebody resolved it, nothing pages.
    """
    event = replace(event, detail=event.detail.replace("\0", ""))  # a text, and shown as one
    said = (event.source, event.reason, event.detail)
    kept = Quarantine(*said, event.body, event.headers, event.received_at, event.alerts)
    key = quarantine_key(event.source, event.reason)
    live = situation.live_incident(key)
    if live is not None:
        return Decision((kept,), Attached(live.number))
    latest = situation.latest_incident(key)
    if latest is not None and reopens(situation, latest):
        return Decision((kept,), Attached(latest.number))
    wanted = SystemIncident(
        key,
        title=f"{event.source} sends what cannot be used: {event.reason.replace('_', ' ')}",
        cause=Cause(Reason.QUARANTINE, event.received_at),
        text=f"{event.detail}; see: triaged quarantine list",
        data={"source": event.source},
    )
    draft = open_system_incident(situation, wanted)
    effects: tuple[Effect, ...] = (kept, *draft.effects())
    return Decision(effects, Attached(draft.incident.number))
