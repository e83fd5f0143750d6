"""Both ways: messages that providers keep, and what comes back from them. Instants are µs."""

from typing import Literal

import msgspec

from triaged.core.records.pages import ReceiptState, StepId
from triaged.core.records.practice.rows import PracticeRow

Verb = Literal["acknowledge", "take_over", "escalate", "resolve", "unacknowledge", "verify"]
"""The acts that a button can have."""


class PostedMessage(PracticeRow, frozen=True, gc=False):
    """A message that a provider has, which can be edited or answered. `id` is that of its page.

    Of the messages that went to one destination the last one shows the incident; those before it
    say that there is a newer one.
    """

    incident: int
    channel: str
    destination: str
    """Address of the contact; empty: that of the channel."""
    ref: str
    """Identity at the provider: `Delivered.ref`."""
    posted_at: int
    edited: bool = False
    """Whether it shows the state of the incident, and is edited when that changes."""
    rendered: str = ""
    """Hash of what it says; empty: what it said first."""


class Edit(msgspec.Struct, frozen=True, gc=False):
    """A message that now says something else."""

    id: str
    """Identity of the `PostedMessage`."""
    ref: str
    """Its identity at the provider from now on: another one where it had to be posted anew."""
    rendered: str


class MessagesEdited(msgspec.Struct, frozen=True, gc=False):
    """Messages about an incident were edited."""

    incident: int
    edits: tuple[Edit, ...]


class Pressed(msgspec.Struct, frozen=True):
    """Somebody pressed a button of a message."""

    incident: int
    by: str
    verb: Verb
    shown: StepId
    """Where the escalation stood when the button was made."""


class ReceiptTaken(msgspec.Struct, frozen=True, gc=False):
    """A provider reports what became of a page or update that it had accepted."""

    incident: int
    page: str
    """Identity of the page."""
    state: ReceiptState
    error: str = ""
    at: int | None = None
    """Instant by the provider's word."""


class TakenCall(PracticeRow, frozen=True, gc=False):
    """That a call of a provider was taken: it may come again. `id` is `<channel>/<call>`."""

    incident: None
    at: int


TwoWayEvent = MessagesEdited | Pressed | ReceiptTaken
"""What comes back from providers. Each is about one incident."""
