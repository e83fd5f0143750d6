"""Events of the practice: what people do beyond paging. Each names its actor in `by`."""

import msgspec

from triaged.core.records.practice.drills import DrillEvent
from triaged.core.records.practice.learning_events import LearningEvent
from triaged.core.records.practice.notes import Marker, Message
from triaged.core.records.practice.reports import ReportEvent
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status_events import StatusEvent


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


class EntryCorrected(msgspec.Struct, frozen=True):
    """Somebody says what a timeline entry should have said; the entry itself stays."""

    incident: int
    by: str
    seq: int
    text: str


class EntryMarked(msgspec.Struct, frozen=True):
    """Somebody says what a timeline entry was for the course of the incident."""

    incident: int
    by: str
    seq: int
    marker: Marker


class MessagesImported(msgspec.Struct, frozen=True):
    """Somebody brings messages from elsewhere to the timeline."""

    incident: int
    by: str
    messages: tuple[Message, ...]


class ItemTicked(msgspec.Struct, frozen=True):
    """Somebody ticks an item of the checklist, or takes the tick back."""

    incident: int
    by: str
    item: str
    is_done: bool = True


class Merged(msgspec.Struct, frozen=True):
    """Somebody says that an incident is part of another, which goes on for both."""

    incident: int
    by: str
    into: int
    note: str = ""


class SplitOff(msgspec.Struct, frozen=True):
    """Somebody says that some alerts of an incident are another trouble."""

    incident: int
    by: str
    alerts: tuple[tuple[str, str], ...]
    """(source, fingerprint) of each."""
    title: str = ""
    """The title of the new incident; empty: that of the old one."""
    note: str = ""


PracticeEvent = (
    RoleAssigned
    | RoleReleased
    | UpdatePosted
    | UpdateSnoozed
    | EntryCorrected
    | EntryMarked
    | MessagesImported
    | ItemTicked
    | Merged
    | SplitOff
    | LearningEvent
    | StatusEvent
    | DrillEvent
    | ReportEvent
)
