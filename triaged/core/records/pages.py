"""Pages and updates as rows of the outbox, and the joins that a holder is still to hear of.

Instants are µs.
"""

from enum import StrEnum
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from triaged.core.records.severity import Severity


class Recipient(msgspec.Struct, frozen=True, gc=False, order=True):
    """Somebody, through something. `person` is empty for a page straight to a channel."""

    person: str
    contact: str
    """The person's contact, or the channel's name where there is no person."""


HOLDER = "holder"
"""The target of a page to whoever has acknowledged the incident."""


class StepId(msgspec.Struct, frozen=True, gc=False):
    """One firing of one step of an incident's plan; prints as `1/1/2`."""

    epoch: int
    round: int
    step: int

    def __str__(self) -> str:
        return f"{self.epoch}/{self.round}/{self.step}"


class PageState(StrEnum):
    """A page is `due` until the provider has spoken or nobody needs it any more."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class PageKind(StrEnum):
    """A page wants an answer; an update informs."""

    PAGE = "page"
    UPDATE = "update"


class ReceiptState(StrEnum):
    """How far a message has come, by its provider."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Page(msgspec.Struct, frozen=True, gc=False):
    """An outbox row: one message to one recipient. `id` is its deterministic identity."""

    id: str
    incident: int
    kind: PageKind
    recipient: Recipient
    channel: str
    urgency: Literal["page", "notify"]
    severity: Severity
    due_at: int
    """Instant at which it may go out (next); moved by retries and holds."""
    created_at: int
    received_at: int
    """Arrival of the alert or action that caused it."""
    epoch: int
    round: int
    step: int
    target: str = ""
    subject: str = ""
    """For an update: what happened, in a sentence."""
    state: PageState = PageState.DUE
    attempts: int = 0
    """Claims so far."""
    answered: int = 0
    """The last attempt that is known to have ended; an older one may have reached the provider."""
    token: int = 0
    """The fence: raised by each claim; a verdict must carry the current one."""
    lease_until: int = 0
    possible_duplicate: bool = False
    sent_at: int | None = None
    provider_ref: str = ""
    error: str = ""
    fallback: int = 0
    """Number of contacts that failed before this one was started."""
    passed_on: bool = False
    """Its successor has been started, while it is still being tried."""
    tried_at: int | None = None
    """Beginning of the first attempt that failed or took long; None: there was none."""
    addresses: tuple[str, ...] = ()
    """Those of the contact's addresses that are still to get it; empty: all."""
    rest: bool = False
    """Other addresses of the contact have it: nobody is paged in its place."""
    test: bool = False
    """It tests a contact: it wants no answer, has no successor and is in no statistics."""

    drill: bool = False
    """It belongs to a drill: it says so, and is in no statistics."""
    text: str | UnsetType = UNSET
    """For an update that is a text of its own: the text."""
    private: bool | UnsetType = UNSET
    """True for an update whose sentence is for its reader alone, and on no timeline."""
    wanted: str | UnsetType = UNSET
    """For a page that asks for more than an acknowledgement: what it wants, such as
    `update:<deadline in µs>`. It is needed until that is done (`core/practice/wanted.py`)."""
    receipt: ReceiptState | UnsetType = UNSET
    """What the provider reported since it accepted the message; no acknowledgement."""

    @property
    def step_id(self) -> StepId:
        """The firing that it belongs to."""
        return StepId(self.epoch, self.round, self.step)


def incident_of(page_id: str) -> int:
    """The number of the incident whose page has this identity: it begins with `INC-12/`."""
    return int(page_id.partition("/")[0].rpartition("-")[2])


def recipient_of(page_id: str) -> Recipient:
    """Whom the page with this identity is for: it ends in `/alice/mail`."""
    _, person, contact = page_id.rsplit("/", 2)
    return Recipient(person, contact)


class Joins(msgspec.Struct, frozen=True, gc=False):
    """Alerts that joined an acknowledged incident since its holder last heard of joins."""

    first: tuple[str, ...] = ()
    """Alerts that joined, in words; of many only the first."""
    count: int = 0
    pages: bool = False
    """One of them brings an object that the incident has not had, late: it pages the holder."""
    told_at: int | None = None
    """When the holder heard of joins last."""
