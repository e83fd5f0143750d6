"""The work on an incident: its beginning, and what every act of the practice does to it."""

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.model import Incident
from triaged.core.records.practice.roles import HeldRole, Role
from triaged.core.records.practice.work import Work
from triaged.core.situation import Situation


def work_of(incident: Incident) -> Work:
    """The work on an incident; one on which nobody has worked is in its phase from the opening."""
    return Work(incident.opened_at) if incident.work is UNSET else incident.work


def change_work(draft: Draft, **fields: object) -> None:
    """Give fields of the work new values."""
    draft.change(work=replace(work_of(draft.incident), **fields))


def declare_work(situation: Situation, draft: Draft) -> None:
    """Somebody takes the incident in hand: from now on its roles and updates are watched."""
    if work_of(draft.incident).declared_at is None:
        change_work(draft, declared_at=situation.now)


def holder_of(incident: Incident, role: Role) -> str | None:
    """The person who holds a role; the first of several."""
    return next((held.person for held in holders(incident) if held.role is role), None)


def holders(incident: Incident) -> tuple[HeldRole, ...]:
    """Who holds which role, in the order of the roles."""
    return work_of(incident).roles
