"""The work on an incident as JSON shows it: roles, the next update, merges and splits."""

from typing import Any

import msgspec

from triaged.core.practice.work import work_of
from triaged.core.records.model import Incident, incident_id
from triaged.core.records.practice.roles import Role
from triaged.wire import Instant, instant_text, instant_text_or_none


class RoleDocument(msgspec.Struct, frozen=True):
    """A role that a person holds."""

    role: Role
    person: str
    since: Instant


def work_fields(incident: Incident) -> dict[str, Any]:
    """The fields of an incident's document that tell of the work on it."""
    work = work_of(incident)
    return {
        "declared_at": instant_text_or_none(work.declared_at),
        "next_update_at": instant_text_or_none(work.next_update_at),
        "updates": work.updates,
        "postmortem": work.postmortem,
        "action_items": work.action_items,
        "roles": [RoleDocument(r.role, r.person, instant_text(r.since)) for r in work.roles],
    }


def lineage_fields(incident: Incident) -> dict[str, Any]:
    """The fields of an incident's document that tell what was merged with it or split off it."""
    lineage = incident.lineage
    return {
        "merged_into": None if lineage.merged_into is None else incident_id(lineage.merged_into),
        "merged": [incident_id(number) for number in lineage.merged],
        "split_from": None if lineage.split_from is None else incident_id(lineage.split_from),
        "split_off": [incident_id(number) for number in lineage.split_off],
    }
