"""Wishes of pages of the practice, and whether they are met, by the row of the incident."""

from triaged.core.practice.work import holder_of, work_of
from triaged.core.records.model import Incident, Reason
from triaged.core.records.practice.roles import Role

ROLES = "roles:"
"""Somebody to hold these roles, with commas."""

UPDATE = "update:"
"""The update that was due at this instant, in µs."""


def roles_wanted(empty: list[Role]) -> str:
    """What the page of empty roles wants."""
    return ROLES + ",".join(empty)


def update_wanted(deadline: int) -> str:
    """What the page of a late update wants."""
    return f"{UPDATE}{deadline}"


def why_not_wanted(wanted: str, incident: Incident) -> Reason | None:
    """Why nobody needs the page any more that wants this; None: it is needed."""
    if not incident.live:
        return Reason.RESOLVED
    if wanted.startswith(ROLES):
        roles = [Role(name) for name in wanted.removeprefix(ROLES).split(",")]
        held = all(holder_of(incident, role) is not None for role in roles)
        return Reason.DONE if held else None
    deadline = int(wanted.removeprefix(UPDATE))
    return None if work_of(incident).next_update_at == deadline else Reason.DONE
