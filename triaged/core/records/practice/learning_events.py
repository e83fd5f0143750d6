"""Events of learning: postmortems and action items. Instants are µs."""

from datetime import date

import msgspec

from triaged.core.records.practice.action_items import ActionKind, ActionState, Priority


class PostmortemSaved(msgspec.Struct, frozen=True, gc=False):
    """Somebody saves a text of a postmortem, made from the revision `base`."""

    incident: int
    by: str
    text: str
    base: int
    facts: str
    """The draft made of facts, kept as revision 0 when the first text is saved."""
    missing: tuple[str, ...] = ()
    """Sections that are not written yet; a published postmortem loses none."""


class PostmortemReviewed(msgspec.Struct, frozen=True, gc=False):
    """Somebody asks others to read the postmortem."""

    incident: int
    by: str
    revision: int
    """The revision that the caller has examined."""
    missing: tuple[str, ...] = ()
    """What the text of that revision lacks, in words."""


class PostmortemPublished(msgspec.Struct, frozen=True, gc=False):
    """Somebody publishes the postmortem."""

    incident: int
    by: str
    revision: int
    missing: tuple[str, ...] = ()


class PostmortemWaived(msgspec.Struct, frozen=True, gc=False):
    """An admin decides that the incident needs no postmortem."""

    incident: int
    by: str
    reason: str


class ActionItemAdded(msgspec.Struct, frozen=True, gc=False):
    """Somebody adds an action item."""

    incident: int
    by: str
    new_id: str
    kind: ActionKind
    priority: Priority
    text: str
    owner: str
    due: date | None = None
    """None: by its priority."""
    done: bool = False
    """It was done before it was written down here."""


class ActionItemChanged(msgspec.Struct, frozen=True, gc=False):
    """Somebody changes an action item; what is None stays as it is."""

    id: str
    incident: int
    by: str
    state: ActionState | None = None
    reason: str = ""
    owner: str | None = None
    due: date | None = None


class ActionItemTracked(msgspec.Struct, frozen=True, gc=False):
    """A tracker has an issue for an action item, or the state of the issue was read."""

    id: str
    incident: int
    tracker: str
    ref: str
    url: str
    state: ActionState | None
    """None: the issue was made, and nothing is known of its state."""
    at: int
    """Instant of the state in the tracker: an older one never overwrites a newer one."""


LearningEvent = (
    PostmortemSaved
    | PostmortemReviewed
    | PostmortemPublished
    | PostmortemWaived
    | ActionItemAdded
    | ActionItemChanged
    | ActionItemTracked
)
