"""Calendar feeds: what their bodies hold, and how reading each has gone. Instants are µs."""

import msgspec

from triaged.core.records.duty.overrides import FeedShift, Layer


class RefusedEvent(msgspec.Struct, frozen=True):
    """An event of a feed that puts nobody on call, because it cannot be read with certainty."""

    uid: str
    summary: str
    why: str


class FeedReading(msgspec.Struct, frozen=True, tag="reading"):
    """A feed that could be read."""

    shifts: tuple[FeedShift, ...]
    """Within the window that was asked for, in order of their starts."""
    events: int = 0
    """Events that were accepted, whether or not they take place in the window."""
    refused: tuple[RefusedEvent, ...] = ()
    refused_number: int = 0
    """Refused events in all: `refused` holds the first of them."""
    notes: tuple[str, ...] = ()
    """Warnings about what was accepted, a sentence each."""


class UnreadableFeed(msgspec.Struct, frozen=True, tag="unreadable"):
    """A body that is no calendar, or one beyond the limits: nothing of it is used."""

    why: str


class FeedState(msgspec.Struct, frozen=True):
    """How reading a feed has gone so far."""

    name: str
    schedule: str
    layer: Layer
    every_us: int
    since_at: int
    """When the daemon first knew of it."""
    tried_at: int | None = None
    ok_at: int | None = None
    """When it was read last without a failure, changed or not."""
    error: str = ""
    """Why the last try failed; empty: it did not."""
    etag: str = ""
    modified: str = ""
    """The Last-Modified of the last good copy, as it came."""
    digest: str = ""
    """Of the body of the last good copy, and of what it was read with."""
    whole_at: int = 0
    """When the body was read last, not only asked for: the window of shifts moves on."""
    events: int = 0
    future: int = 0
    """Shifts that had not ended when it was read."""
    last_end_at: int | None = None
    """The end of the last known shift."""
    refused: tuple[RefusedEvent, ...] = ()
    refused_number: int = 0
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Names of its shifts that nobody has."""
    shrank_from: int = 0
    """Future shifts before the copy that has fewer than half of them; 0: it did not shrink."""
    alerts: tuple[str, ...] = ()
    """Self alerts about it that fire."""


class Fetched(msgspec.Struct, frozen=True):
    """A body that a feed's source has given."""

    body: bytes
    etag: str = ""
    modified: str = ""


class NotModified(msgspec.Struct, frozen=True):
    """The source says that the last copy is the newest."""


class NotFetched(msgspec.Struct, frozen=True):
    """No body came; `why` never holds the address, whose path is a secret."""

    why: str


FetchOutcome = Fetched | NotModified | NotFetched
