"""Events of the practice: what people do beyond paging. Each names its actor in `by`."""

import msgspec

from triaged.core.records.practice.learning_events import LearningEvent
from triaged.core.records.practice.roles import Role


class RoleAssigned(msgspec.Struct, frozen=True):
    """Somebody gives a role in an incident to a person."""

    incident: int
    by: str
    role: Role
    person: str
    note: str = ""
    """What the next holder needs to know."""
    override: str = ""
    """Why one person shall command and lead the investigation at once."""


class RoleReleased(msgspec.Struct, frozen=True):
    """Somebody ends a person's role; `person` may be left out where one person holds it."""

    incident: int
    by: str
    role: Role
    person: str = ""
    note: str = ""


class UpdatePosted(msgspec.Struct, frozen=True):
    """Somebody tells those who wait how the incident stands."""

    incident: int
    by: str
    impact: str
    theory: str
    actions: str
    condition: str = ""
    """The word behind `Status:`; empty: that of the phase."""
    needs: str = ""
    next_update_at: int | None = None
    """The time that is promised for the next update; None: after the severity's `update_every`."""


class UpdateSnoozed(msgspec.Struct, frozen=True):
    """Somebody moves the deadline of the next update, and of that one alone."""

    incident: int
    by: str
    until: int


PracticeEvent = RoleAssigned | RoleReleased | UpdatePosted | UpdateSnoozed | LearningEvent
