"""Requests to outsiders and third parties: the outbox below that of pages. Instants are µs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from triaged.core.records.practice.rows import PracticeRow


class RequestState(StrEnum):
    """State of a request."""

    DUE = "due"
    """It goes out at its time, or is under way."""
    SENT = "sent"
    """The third party has done it."""
    FAILED = "failed"
    """It was refused, or given up; a person can have it tried again."""
    SUPERSEDED = "superseded"
    """A newer one with the same topic goes in its place, or nobody needs it any more."""


EDIT = "message.update"
"""The edit of a message about an incident: its failure is no news, and it is tried a few times."""

CONFIRM = "message.confirm"
"""The question to a provider that queues messages what became of one."""

KINDS = (
    CONFIRM,
    EDIT,
    "room.create",
    "statuspage.incident",
    "subscriber.confirm",
    "subscriber.hook",
    "subscriber.mail",
    "tracker.changes",
    "tracker.issue",
)
"""Every kind, for the metrics."""

RETRIED = "retried"
COUNTED_AS = tuple(
    (kind, outcome)
    for kind in KINDS
    for outcome in (RequestState.SENT, RequestState.FAILED, RequestState.SUPERSEDED, RETRIED)
)
"""Kinds, and what a change of a request is counted as."""


class Request(PracticeRow, frozen=True, gc=False):
    """A request to somebody who is paged by nobody: a tracker, a subscriber, a public page.

    `id` is derived from what it is about, so that a decision that is made twice asks once.
    """

    kind: str
    """`<subject>.<what>`, such as `tracker.issue`; the subject is a module of
    `delivery/request_kinds`."""
    lane: str
    """Requests of one lane share a rate, a width and a breaker: `integration/<name>`,
    `subscriber.mail` …"""
    created_at: int
    due_at: int
    gives_up_at: int
    """It is not tried after this instant."""
    body: Mapping[str, Any] = {}
    """What its kind needs: a JSON object."""
    target: str = ""
    """The destination within the lane, to which the breaker counts failures: an address, a host."""
    topic: str = ""
    """Of two that wait with the same topic only the newer one goes; empty: each goes."""
    state: RequestState = RequestState.DUE
    lease_until: int = 0
    token: int = 0
    """Rises with each claim: the verdict on an older one does not count."""
    attempts: int = 0
    answered: int = 0
    """The last attempt whose end is known."""
    maybe_since: int | None = None
    """The first attempt that may have been accepted without our knowledge; None: there is none."""
    error: str = ""
    result: Mapping[str, str] = {}
    """What the third party gave: `ref`, `url` …"""
    ended_at: int | None = None

    @property
    def waits(self) -> bool:
        """True until it has ended, also while an attempt is under way."""
        return self.state is RequestState.DUE

    @property
    def outcome(self) -> str | None:
        """What its last change came to, for counting: `retried` waits for another attempt."""
        if not self.waits:
            return self.state
        if self.error and self.answered:
            return RETRIED
        return RequestState.SENT if self.ended_at is not None and not self.attempts else None


class Earlier(msgspec.Struct, frozen=True, gc=False):
    """What earlier requests with the same topic have come to."""

    result: Mapping[str, str] = {}
    """Of those that were sent, newer ones first."""
    maybe_since: int | None = None
    """The first attempt of any of them that may have been accepted without our knowledge."""


class Done(msgspec.Struct, frozen=True, gc=False):
    """The third party has done what was asked."""

    result: Mapping[str, str] = {}
    again_at: int | None = None
    """When to ask the same again; None: never."""
    forget: bool = False
    """Whether the body of the request is of no further use: it may hold what people told us."""
