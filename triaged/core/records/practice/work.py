"""How far the work on an incident is: what the incident's row holds of the practice."""

import msgspec

from triaged.core.records.practice.postmortems import PostmortemState
from triaged.core.records.practice.roles import HeldRole


class Work(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The work of people on an incident, which begins when one acknowledges or declares it.

    Instants are µs. Periods, texts and everything that is over have tables of their own.
    """

    phase_at: int
    """Since when it is in its phase."""
    declared_at: int | None = None
    """When somebody declared it or took command; updates are due from then on."""
    roles: tuple[HeldRole, ...] = ()
    """Who holds which role now, in the order of the roles."""
    next_update_at: int | None = None
    """When the next internal update is due; None: none was promised."""
    updates: int = 0
    """Internal updates so far."""
    postmortem: PostmortemState | None = None
    """How far its postmortem is; None: nobody has begun it, and it is not asked for yet."""
    action_items: int = 0
    """Its action items that are neither done nor cancelled."""
    debugged_at: tuple[int, ...] = ()
    """When the commander last wrote a hypothesis or a fix; the newest few."""
    nudged_at: int | None = None
    """When the commander was last asked to hand over one of the two."""
    ticked: tuple[str, ...] = ()
    """Items of the checklist that people have ticked."""
