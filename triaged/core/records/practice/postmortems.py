"""Postmortems and their revisions. Instants are µs."""

from enum import StrEnum
from typing import Literal

from triaged.core.records.practice.rows import PracticeRow

TEXT_MAX = 100_000
"""Characters of a postmortem's text: fifty pages. The cost of a hostile one rises faster."""

REVISIONS_MAX = 1_000
"""Revisions of one postmortem, unmerged ones included."""


class PostmortemState(StrEnum):
    """How far a postmortem is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    WAIVED = "waived"


SETTLED = frozenset({PostmortemState.PUBLISHED, PostmortemState.WAIVED})
"""States in which the incident may be closed, and nobody is reminded."""


class Postmortem(PracticeRow, frozen=True, gc=False):
    """The postmortem of an incident. `id` is `INC-12/postmortem`; its text is in its revisions."""

    incident: int
    created_at: int
    state: PostmortemState = PostmortemState.DRAFT
    due_at: int | None = None
    """Until when it is to be published; None: it is required of nobody."""
    revision: int = 0
    """The revision that holds; 0: nobody has written anything, the draft is made of facts."""
    revisions: int = 0
    """Texts that were saved, those that are kept unmerged included."""
    hash: str = ""
    """SHA-256 of the text that holds, hex."""
    updated_at: int = 0
    by: str = ""
    """Author of the revision that holds."""
    published_at: int | None = None
    published_by: str = ""
    waived_by: str = ""
    reason: str = ""
    """Why it was waived."""
    reminders: int = 0
    """Reminders that were sent so far."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is missing any more."""
        return self.state in SETTLED


class PostmortemRevision(PracticeRow, frozen=True, gc=False):
    """A text of a postmortem, kept for ever. `id` is `INC-12/postmortem/3`."""

    incident: int
    number: int
    """0 is the draft that was made of facts."""
    at: int
    by: str
    text: str
    hash: str
    base: int = 0
    """Number of the revision that its author began with."""
    status: Literal["saved", "unmerged"] = "saved"
    """`unmerged`: somebody else had saved meanwhile; the text is kept until it is merged."""


def postmortem_id(incident_id: str) -> str:
    """The identity of an incident's postmortem."""
    return f"{incident_id}/postmortem"


def revision_id(incident_id: str, number: int) -> str:
    """The identity of a revision of an incident's postmortem."""
    return f"{incident_id}/postmortem/{number}"


def unmerged_id(incident_id: str, digest: str) -> str:
    """The identity of a text that is kept beside the revisions: the same text is kept once."""
    return f"{incident_id}/postmortem/kept/{digest[:16]}"
