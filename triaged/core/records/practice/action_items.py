"""Action items: what is to be done so that an incident does not come again. Instants are µs."""

from enum import StrEnum

from triaged.core.records.practice.rows import PracticeRow

TEXT_MAX = 300
"""Characters of an item's text: a sentence, as trackers show it in a list."""


class ActionKind(StrEnum):
    """What an action item is for."""

    FIX = "fix"
    DETECT = "detect"
    PREVENT = "prevent"
    PROCESS = "process"


class Priority(StrEnum):
    """How soon an action item is due where nobody says it."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class ActionState(StrEnum):
    """How far an action item is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


UNFINISHED = frozenset({ActionState.OPEN, ActionState.IN_PROGRESS})
"""States in which somebody still has to act, and is reminded."""


class ActionItem(PracticeRow, frozen=True, gc=False):
    """An action item. It always has an owner and a due date."""

    incident: int
    kind: ActionKind
    priority: Priority
    text: str
    owner: str
    """A person's id."""
    due: str
    """The last day for it, `2026-03-06`, in the zone of the installation."""
    created_at: int
    updated_at: int
    """Instant of the last change by people or by a newer state of the tracker."""
    by: str
    """Whoever added it."""
    due_note: str = ""
    """Said of the due date where it was moved to a working day."""
    state: ActionState = ActionState.OPEN
    reason: str = ""
    """Why it was cancelled."""
    tracker: str = ""
    """The integration whose tracker has an issue for it; empty: none has."""
    tracker_ref: str = ""
    tracker_url: str = ""
    tracked_at: int = 0
    """Instant of the tracker's state that was taken over last."""
    reminders: int = 0
    """Reminders that were sent for its due date."""

    @property
    def is_unfinished(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in UNFINISHED
