"""An incident, an alert's place, a page, a timeline entry as the outside sees them (JSON)."""

from collections.abc import Sequence

from msgspec import UNSET

from triaged.core.alerts.flapping import flaps
from triaged.core.muting.mute_hold import held_by
from triaged.core.records.model import ChainedEntry, Incident, Page, incident_id
from triaged.wire import instant_text, instant_text_or_none


def incident_document(
    incident: Incident, public_url: str, muted_by: Sequence[str] | None = None
) -> dict[str, object]:
    """The incident as every API answer and webhook shows it; instants are RFC 3339 UTC.

    `muted_by` is what mutes it now; None: what did when it was last looked at.
    """
    if muted_by is None:
        muted_by = held_by(incident) if incident.live else ()
    place = incident.escalation
    previous = incident.previous
    return {
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "severity_by": incident.severity_by,
        "state": incident.state,
        "phase": incident.phase,
        "kind": incident.kind,
        "service": incident.service,
        "team": incident.team,
        "policy": incident.plan.policy,
        "runbook": incident.runbook,
        "opened_at": instant_text(incident.opened_at),
        "armed_at": instant_text_or_none(incident.armed_at),
        "respond_by": instant_text_or_none(incident.respond_by),
        "acknowledged_at": instant_text_or_none(incident.acknowledged_at),
        "acknowledged_by": incident.acknowledged_by,
        "assigned_to": incident.assigned_to,
        "snoozed_until": instant_text_or_none(incident.snoozed_until),
        "resolved_at": instant_text_or_none(incident.resolved_at),
        "resolved_by": incident.resolved_by,
        "response": incident.response,
        "muted_by": list(muted_by) or None,
        "storm": None if incident.storm is None else incident_id(incident.storm),
        "bundle": _bundle(incident),
        "reopens": incident.reopens,
        "flapping": flaps(incident),
        "previous": None if previous is None else incident_id(previous),
        "alerts": {
            "firing": sum(incident.firing.values()),
            "resolved": incident.resolved,
            "truncated": incident.truncated,
        },
        "escalation": {
            "epoch": place.epoch,
            "round": place.round,
            "step": place.step,
            "next_at": instant_text_or_none(place.next_at),
        },
        "key": dict(incident.key),
        "labels": dict(incident.labels),
        "links": _links(incident, public_url),
    }


def _bundle(incident: Incident) -> dict[str, object] | None:
    """How many incidents an umbrella pages for, and the first of them."""
    if incident.bundle is UNSET:
        return None
    first = [
        {"id": incident_id(each.number), "severity": each.severity, "title": each.title}
        for each in incident.bundle.first
    ]
    return {"incidents": incident.bundle.count, "first": first}


def _links(incident: Incident, public_url: str) -> dict[str, str]:
    own = f"{public_url}/api/v1/incidents/{incident.id}"
    links = {"self": own, "timeline": f"{own}/timeline", "alerts": f"{own}/alerts"}
    if incident.runbook:
        links["runbook"] = incident.runbook
    return links


def entry_document(entry: ChainedEntry) -> dict[str, object]:
    """A timeline entry; `hash` chains it to the one before."""
    return {
        "seq": entry.seq,
        "at": instant_text(entry.at),
        "recorded_at": instant_text(entry.recorded_at),
        "kind": entry.kind,
        "actor": entry.actor,
        "text": entry.text,
        "data": entry.data,
        "hash": entry.hash,
    }


def page_document(page: Page) -> dict[str, object]:
    """An outbox row: whom, through what, how it stands."""
    return {
        "id": page.id,
        "incident": incident_id(page.incident),
        "kind": page.kind,
        "person": page.recipient.person or None,
        "contact": page.recipient.contact,
        "channel": page.channel,
        "urgency": page.urgency,
        "state": page.state,
        "due_at": instant_text(page.due_at),
        "created_at": instant_text(page.created_at),
        "sent_at": instant_text_or_none(page.sent_at),
        "epoch": page.epoch,
        "round": page.round,
        "step": page.step,
        "target": page.target,
        "attempts": page.attempts,
        "possible_duplicate": page.possible_duplicate,
        "provider_ref": page.provider_ref or None,
        "error": page.error or None,
    }
