"""Derivation of the status page from incidents, maintenance and components.

It proposes; a human confirms by publishing. Only maintenance sets a component by itself, and
`auto` where the operators have switched it on.
"""

from collections.abc import Iterable, Mapping

import msgspec

from triaged.core.records.model import Incident, Severity
from triaged.core.records.practice.status import (
    ENDED,
    Component,
    ComponentStatus,
    Impact,
    Maintenance,
    PostStatus,
    PublicIncident,
)
from triaged.core.records.practice.status_settings import StatusPage

BY_SEVERITY: Mapping[Severity, ComponentStatus] = {
    Severity.SEV1: ComponentStatus.MAJOR_OUTAGE,
    Severity.SEV2: ComponentStatus.PARTIAL_OUTAGE,
    Severity.SEV3: ComponentStatus.DEGRADED_PERFORMANCE,
}
"""What an incident proposes for the components of its service; SEV-4 proposes nothing."""

RANK: Mapping[ComponentStatus, int] = {status: rank for rank, status in enumerate(ComponentStatus)}

IMPACTS: Mapping[ComponentStatus, Impact] = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.UNDER_MAINTENANCE: Impact.MAINTENANCE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}
"""The impact of a public incident by the worst status of its components."""

AS_BAD_AS: Mapping[Impact, ComponentStatus] = {impact: status for status, impact in IMPACTS.items()}

VERDICTS: Mapping[ComponentStatus, str] = {
    ComponentStatus.OPERATIONAL: "All Systems Operational",
    ComponentStatus.UNDER_MAINTENANCE: "Service Under Maintenance",
    ComponentStatus.DEGRADED_PERFORMANCE: "Partially Degraded Service",
    ComponentStatus.PARTIAL_OUTAGE: "Partial System Outage",
    ComponentStatus.MAJOR_OUTAGE: "Major System Outage",
}

LESS: Mapping[Impact, Impact] = {
    Impact.CRITICAL: Impact.MAJOR,
    Impact.MAJOR: Impact.MINOR,
}
"""The indicator of the page where only some of the components are so bad."""


class Indicator(msgspec.Struct, frozen=True):
    """The state of the whole page, in Statuspage's word and in a sentence."""

    indicator: Impact
    description: str


class Proposal(msgspec.Struct, frozen=True):
    """A status that a human may confirm for a component, and why."""

    component: str
    status: ComponentStatus
    reason: str
    incidents: tuple[int, ...] = ()


WEIGHT: Mapping[Impact, int] = {impact: rank for rank, impact in enumerate(Impact)}


def weight(impact: Impact) -> int:
    """How bad an impact is, for comparing two."""
    return WEIGHT[impact]


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """The worst of these; operational where there are none."""
    return max(statuses, key=RANK.__getitem__, default=ComponentStatus.OPERATIONAL)


def status_of(component: Component | None) -> ComponentStatus:
    """How a component is."""
    last = None if component is None else component.now
    return ComponentStatus.OPERATIONAL if last is None else last.status


def impact_of(statuses: Iterable[ComponentStatus]) -> Impact:
    """The impact of an incident with components of these statuses."""
    return IMPACTS[worst(statuses)]


def indicator(statuses: Iterable[ComponentStatus], impacts: Iterable[Impact]) -> Indicator:
    """The state of the page: its worst component, or the worst of its open incidents.

    Where all components are down or partly down it is one worse than where some are.
    """
    every = list(statuses)
    bad = worst([*every, *(AS_BAD_AS[impact] for impact in impacts)])
    found = IMPACTS[bad]
    if any(RANK[one] < RANK[bad] for one in every):
        found = LESS.get(found, found)
    return Indicator(found, VERDICTS[bad])


def wanted(page: StatusPage, incident: Incident) -> dict[str, ComponentStatus]:
    """The statuses that an open incident proposes, by component; nothing for a drill."""
    status = BY_SEVERITY.get(incident.severity)
    if status is None or incident.kind == "drill" or not incident.live:
        return {}
    return {one.key: status for one in page.of_service(incident.service)}


def proposals(
    page: StatusPage,
    components: Mapping[str, Component],
    incidents: Iterable[Incident],
    maintenance: Iterable[Maintenance],
) -> list[Proposal]:
    """What each component would be that is not as its open incidents and maintenance say."""
    causes: dict[str, list[Incident]] = {}
    for incident in incidents:
        for key in wanted(page, incident):
            causes.setdefault(key, []).append(incident)
    at_work = {key for one in maintenance if is_in_progress(one) for key in one.components}
    found = []
    for component in page.components:
        of_it = causes.get(component.key, [])
        proposed = _proposed(component.key, of_it, at_work=component.key in at_work)
        if proposed.status is not status_of(components.get(component.key)):
            found.append(proposed)
    return found


def _proposed(key: str, incidents: list[Incident], *, at_work: bool) -> Proposal:
    status = worst(BY_SEVERITY[one.severity] for one in incidents)
    if status is not ComponentStatus.OPERATIONAL:
        of_it = [one for one in incidents if BY_SEVERITY[one.severity] is status]
        names = ", ".join(f"{one.id} ({one.severity})" for one in of_it)
        return Proposal(key, status, f"{names} open", tuple(one.number for one in of_it))
    if at_work:
        return Proposal(key, ComponentStatus.UNDER_MAINTENANCE, "maintenance is in progress")
    return Proposal(key, status, "no incident is open, and no maintenance in progress")


def is_in_progress(maintenance: Maintenance) -> bool:
    """Whether the work is going on, or being verified."""
    return maintenance.status in (PostStatus.IN_PROGRESS, PostStatus.VERIFYING)


def is_open(incident: PublicIncident) -> bool:
    """Whether the public still waits for its end."""
    return incident.status not in ENDED
