"""Incidents, pages and timeline entries as JSON shows them: in answers, webhooks and exports.

Each shape is one struct, which is both what is encoded and what the OpenAPI document describes.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from triaged.core.records.model import (
    Incident,
    IncidentKind,
    Page,
    PageKind,
    PageState,
    Phase,
    Response,
    Severity,
    State,
    incident_id,
)
from triaged.core.records.practice.postmortems import PostmortemState
from triaged.core.text.facts import Facts, Paged
from triaged.core.text.work_document import RoleDocument, lineage_fields, work_fields
from triaged.wire import Instant, instant_text, instant_text_or_none


class AlertCounts(msgspec.Struct, frozen=True):
    """The numbers of an incident's alerts by state."""

    firing: int
    resolved: int
    truncated: int
    """Alerts that the sender left out of its message."""


class EscalationPosition(msgspec.Struct, frozen=True):
    """The step that escalation has reached, and when the next one is due."""

    epoch: int
    round: int
    step: int
    next_at: Instant | None
    exhausted: bool
    """All rounds are over, and nobody has answered."""


class BundledDocument(msgspec.Struct, frozen=True):
    """An incident under an umbrella, as it was when it was bundled."""

    id: str
    severity: Severity
    title: str


class BundleDocument(msgspec.Struct, frozen=True):
    """The number of incidents that an umbrella pages for, and the first of them."""

    incidents: int
    first: list[BundledDocument]


class AlertInShort(msgspec.Struct, frozen=True):
    """An alert of the incident, by what sets it apart."""

    labels: Mapping[str, str]
    """Labels that not all alerts of the incident share, without those of the scrape."""
    summary: str
    """Empty where all alerts say the same."""
    state: Literal["firing", "resolved"]
    since: Instant


class WhatDocument(msgspec.Struct, frozen=True):
    """What is wrong, in the words of the alerts or of whoever declared it."""

    summary: str
    description: str
    where: Mapping[str, str]
    """Labels that all alerts share, without those of the scrape."""
    alerts: list[AlertInShort]
    """The first five, those that fire first."""
    more: int
    """Further alerts that fire."""


class UrlsDocument(msgspec.Struct, frozen=True):
    """Addresses that the first alert and the rules give; null: nobody gave one."""

    source: str | None
    dashboard: str | None
    panel: str | None
    runbook: str | None
    silence: str | None


class PagedDocument(msgspec.Struct, frozen=True):
    """Somebody who was paged since the escalation last began."""

    whom: str
    contact: str
    at: Instant
    sent: bool
    """False: it is still being tried."""


class UpcomingDocument(msgspec.Struct, frozen=True):
    """Who is paged next if nobody answers."""

    whom: list[str]
    at: Instant


class MissingLink(msgspec.Struct, frozen=True):
    """Something at a third party that the incident should have and does not have yet."""

    request: str
    """The request that asks for it."""
    kind: str
    """`room.create`, `tracker.issue` …"""
    state: Literal["pending", "failed"]
    """`failed`: it is not tried again unless somebody says so."""
    error: str | None


class IncidentDocument(msgspec.Struct, frozen=True):
    """An incident."""

    id: str
    title: str
    severity: Severity
    severity_by: str
    state: State
    phase: Phase
    kind: IncidentKind
    service: str | None
    team: str | None
    policy: str
    runbook: str | None
    opened_at: Instant
    armed_at: Instant | None
    respond_by: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    holder: str | None
    """Whoever has acknowledged it, while the acknowledgement lasts."""
    acknowledged_until: Instant | None
    """When the acknowledgement or snooze ends unless it is renewed: it then pages again."""
    assigned_to: str | None
    snoozed_until: Instant | None
    resolved_at: Instant | None
    resolved_by: str | None
    response: Response
    muted_by: list[str] | None
    """`silence:<id>`, `maintenance:<name>`, `suppress:<name>`."""
    storm: str | None
    """The umbrella that pages for this incident, or did."""
    bundle: BundleDocument | None
    """Set for an umbrella: the incidents that it pages for."""
    reopens: int
    flapping: bool
    """True: the incident came back so often that it is held open until it has been quiet."""
    previous: str | None
    alerts: AlertCounts
    escalation: EscalationPosition
    key: Mapping[str, str]
    labels: Mapping[str, str]
    links: Mapping[str, str]
    text: str
    """What whoever declared it knew, or what triaged says of its own trouble."""
    what: WhatDocument | None = None
    """Null in lists and events, as are `urls`, `recipients` and `next`."""
    urls: UrlsDocument | None = None
    recipients: list[PagedDocument] | None = None
    """Who was paged since the escalation last began, the last one first."""
    next: UpcomingDocument | None = None
    """Null, too, where nobody is paged next."""
    declared_at: Instant | None = None
    """When somebody declared it or took command."""
    next_update_at: Instant | None = None
    """When the next internal update is due."""
    updates: int = 0
    """Internal updates so far."""
    postmortem: PostmortemState | None = None
    """How far its postmortem is; null: nobody has begun it, and it is not asked for yet."""
    action_items: int = 0
    """Its action items that are neither done nor cancelled."""
    roles: list[RoleDocument] = []
    """Who holds which role now."""
    missing: list[MissingLink] | None = None
    """Rooms, issues and the like that are asked for and not there. Null in lists and events."""
    merged_into: str | None = None
    """The incident that has taken it in: act on that."""
    merged: list[str] = []
    """The incidents that it has taken in."""
    split_from: str | None = None
    split_off: list[str] = []
    """The incidents that alerts of this one have got of their own."""
    paged: list[str] | UnsetType = UNSET
    """In the answer to an action: whom it pages, people or `channel:<name>`."""


class ShortenedIncident(IncidentDocument, frozen=True):
    """An incident without the parts whose size a stranger decides."""

    shortened: Literal[True] = True


class PageDocument(msgspec.Struct, frozen=True):
    """A page or an update: its recipient, its channel and the state of its delivery."""

    id: str
    incident: str
    kind: PageKind
    person: str | None
    contact: str
    channel: str
    urgency: Literal["page", "notify"]
    state: PageState
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


def incident_document(
    incident: Incident,
    public_url: str,
    muted_by: Sequence[str] | None = None,
    facts: Facts | None = None,
) -> IncidentDocument:
    """The incident as every answer and webhook shows it.

    `muted_by` names what mutes it now; None: what muted it when it was last examined.
    """
    if muted_by is None:
        muted_by = incident.held_by if incident.live else ()
    return IncidentDocument(
        id=incident.id,
        title=incident.title,
        severity=incident.severity,
        severity_by=incident.severity_by,
        state=incident.state,
        phase=incident.phase,
        kind=incident.kind,
        service=incident.service,
        team=incident.team,
        policy=incident.plan.policy,
        runbook=incident.runbook,
        opened_at=instant_text(incident.opened_at),
        armed_at=instant_text_or_none(incident.armed_at),
        respond_by=instant_text_or_none(incident.respond_by),
        acknowledged_at=instant_text_or_none(incident.acknowledged_at),
        acknowledged_by=incident.acknowledged_by,
        holder=incident.holder,
        acknowledged_until=instant_text_or_none(
            incident.acknowledged_until if incident.holder else None
        ),
        assigned_to=incident.assigned_to,
        snoozed_until=instant_text_or_none(incident.snoozed_until if incident.holder else None),
        resolved_at=instant_text_or_none(incident.resolved_at),
        resolved_by=incident.resolved_by,
        response=incident.response,
        muted_by=list(muted_by) or None,
        storm=None if incident.storm is None else incident_id(incident.storm),
        bundle=_bundle(incident),
        reopens=incident.reopens,
        flapping=incident.flaps,
        previous=None if incident.previous is None else incident_id(incident.previous),
        alerts=AlertCounts(sum(incident.firing.values()), incident.resolved, incident.truncated),
        escalation=_position(incident),
        key=dict(incident.key),
        labels=incident.labels,
        links=_links(incident, public_url),
        text=incident.text,
        what=None if facts is None else _what(facts),
        urls=None if facts is None else UrlsDocument(*msgspec.structs.astuple(facts.urls)),
        recipients=None if facts is None else [_paged(one) for one in facts.paged],
        next=None if facts is None else _next(facts),
        **work_fields(incident),
        **lineage_fields(incident),
    )


def _position(incident: Incident) -> EscalationPosition:
    place = incident.escalation
    next_at = instant_text_or_none(place.next_at)
    return EscalationPosition(place.epoch, place.round, place.step, next_at, incident.is_exhausted)


def _what(facts: Facts) -> WhatDocument:
    return WhatDocument(
        summary=facts.summary or facts.incident.title,
        description=facts.description,
        where=facts.where,
        alerts=[
            AlertInShort(
                one.labels,
                one.summary,
                "firing" if one.firing else "resolved",
                instant_text(one.since),
            )
            for one in facts.alerts
        ],
        more=facts.more,
    )


def _paged(paged: Paged) -> PagedDocument:
    return PagedDocument(paged.whom, paged.by, instant_text(paged.at), paged.is_sent)


def _next(facts: Facts) -> UpcomingDocument | None:
    upcoming = facts.upcoming
    if upcoming is None or facts.incident.state is not State.OPEN:
        return None
    return UpcomingDocument(list(upcoming.whom), instant_text(upcoming.at))


def shortened(document: IncidentDocument, title: str) -> ShortenedIncident:
    """The document with this title and without what strangers wrote; `shortened` says so."""
    values = {name: getattr(document, name) for name in IncidentDocument.__struct_fields__}
    few: dict[str, object] = {
        "title": title,
        "text": "",
        "labels": {},
        "key": {},
        "what": None,
        "urls": None,
    }
    return ShortenedIncident(**{**values, **few})


def _bundle(incident: Incident) -> BundleDocument | None:
    if incident.bundle is UNSET:
        return None
    first = [
        BundledDocument(incident_id(each.number), each.severity, each.title)
        for each in incident.bundle.first
    ]
    return BundleDocument(incident.bundle.count, first)


def _links(incident: Incident, public_url: str) -> dict[str, str]:
    own = f"{public_url}/api/v1/incidents/{incident.id}"
    links = {"self": own, "timeline": f"{own}/timeline", "alerts": f"{own}/alerts"}
    if incident.runbook:
        links["runbook"] = incident.runbook
    return links


def page_document(page: Page) -> PageDocument:
    """A row of the outbox."""
    return PageDocument(
        id=page.id,
        incident=incident_id(page.incident),
        kind=page.kind,
        person=page.recipient.person or None,
        contact=page.recipient.contact,
        channel=page.channel,
        urgency=page.urgency,
        state=page.state,
        due_at=instant_text(page.due_at),
        created_at=instant_text(page.created_at),
        sent_at=instant_text_or_none(page.sent_at),
        epoch=page.epoch,
        round=page.round,
        step=page.step,
        target=page.target,
        attempts=page.attempts,
        possible_duplicate=page.possible_duplicate,
        provider_ref=page.provider_ref or None,
        error=page.error or None,
    )
