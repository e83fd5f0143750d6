"""Answers of a decision to whoever submitted its event: done, refused and why, or go."""

import msgspec

from triaged.core.records.model import Incident, Page
from triaged.core.records.practice.requests import Request
from triaged.core.records.verdicts import Refused


class Attached(msgspec.Struct, frozen=True, gc=False):
    """Answer to an alert: the incident that it belongs to, if any."""

    incident: int | None


class Acted(msgspec.Struct, frozen=True, gc=False):
    """Answer to an action: done, or done before."""

    incident: int
    paged: tuple[str, ...] = ()
    """Whom it pages: people, `channel:<name>`."""


class Silenced(msgspec.Struct, frozen=True, gc=False):
    """Answer to a change of a silence: the id of the silence that there is now."""

    id: str


class RowSaved(msgspec.Struct, frozen=True, gc=False):
    """Answer to an act on a record of the practice: its identity."""

    id: str


class DutyChanged(msgspec.Struct, frozen=True, gc=False):
    """Answer to an act on who is on call: done, or done before."""

    ids: tuple[str, ...]
    """The overrides that it made or ended, or the swap."""
    told: tuple[str, ...] = ()
    """The people who get a message about it."""


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """Answer to an action: impossible in the present state (HTTP 409)."""

    detail: str
    holder: str = ""
    """Whoever holds the incident, where that alone is why: it can be taken over."""


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Answer to an action: no such incident, person … (HTTP 404)."""

    detail: str


class RateLimited(msgspec.Struct, frozen=True, gc=False):
    """Answer to an action: too soon after the last one (HTTP 429)."""

    after_us: int
    """How long to wait."""


class Outdated(msgspec.Struct, frozen=True, gc=False):
    """Answer to a text whose author began with an older one: it is kept, and changes nothing."""

    incident: int
    revision: int
    """The revision that holds."""
    kept: str
    """The identity under which the text is kept."""


class Send(msgspec.Struct, frozen=True, gc=False):
    """Answer to a due page: go. The incident and contact are as of now."""

    page: Page
    incident: Incident
    refused: Refused | None = None
    """Not None: no attempt is worth it, and this is its verdict."""


class Go(msgspec.Struct, frozen=True, gc=False):
    """Answer to a due request to an outsider: go. It is as it was stored."""

    request: Request


class Hold(msgspec.Struct, frozen=True, gc=False):
    """Answer to a due page: not now; it stays due."""

    page: Page


class Drop(msgspec.Struct, frozen=True, gc=False):
    """Answer to a due page: nobody needs it any more."""

    page: Page


class Nothing(msgspec.Struct, frozen=True, gc=False):
    """Answer to a timer or a verdict."""


Answer = (
    Attached
    | Acted
    | Silenced
    | RowSaved
    | DutyChanged
    | Conflict
    | Outdated
    | Unknown
    | RateLimited
    | Send
    | Hold
    | Drop
    | Go
    | Nothing
)
