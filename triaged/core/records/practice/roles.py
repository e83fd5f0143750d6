"""The roles in an incident, and the periods in which people hold them. Instants are µs."""

from enum import StrEnum

import msgspec

from triaged.core.records.practice.rows import PracticeRow


class Role(StrEnum):
    """A role in the response to an incident."""

    INCIDENT_COMMANDER = "incident_commander"
    TECHNICAL_LEAD = "technical_lead"
    COMMUNICATIONS_LEAD = "communications_lead"
    SCRIBE = "scribe"
    SUBJECT_MATTER_EXPERT = "subject_matter_expert"


REQUIRED = (Role.INCIDENT_COMMANDER, Role.TECHNICAL_LEAD, Role.COMMUNICATIONS_LEAD)
"""The roles that somebody must hold where a severity requires roles."""


class HeldRole(msgspec.Struct, frozen=True, gc=False):
    """A role that a person holds now. Only subject-matter experts may be several."""

    role: Role
    person: str
    since: int


class RolePeriod(PracticeRow, frozen=True, gc=False):
    """A period in which a person held a role. `id` is `INC-12/technical_lead/bob/<from>`."""

    incident: int
    role: Role
    person: str
    begins_at: int
    by: str
    """Whoever assigned it."""
    note: str = ""
    """The note at the hand-over."""
    override: str = ""
    """Why a person is commander and technical lead at once; empty: the person is not."""
    ends_at: int | None = None
    ended_by: str = ""
