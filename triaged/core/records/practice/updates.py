"""Internal updates: what the team tells those who wait, and until when. Instants are µs."""

from triaged.core.records.practice.rows import PracticeRow


class IncidentUpdate(PracticeRow, frozen=True, gc=False):
    """An update as it was sent. `id` is `INC-12/update/3`."""

    incident: int
    number: int
    at: int
    by: str
    condition: str
    """The word behind `Status:`."""
    impact: str
    theory: str
    actions: str
    needs: str = ""
    next_update_at: int | None = None
    """When the next one is promised; None: none was."""
    due_at: int | None = None
    """When this one was due; None: none was promised."""
    text: str = ""
    """The form as it was sent."""
