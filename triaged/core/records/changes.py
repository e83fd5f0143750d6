"""Changes that people made: deployments, configuration, flags. They are hints only."""

import msgspec


class Change(msgspec.Struct, frozen=True, gc=False):
    """One change as a sender reported it. Identity is (source, id); later reports complete it."""

    source: str
    id: str
    service: str
    at: int
    """Instant at which it began."""
    said_at: int
    """Instant of the sender's report: the latest one of a change tells its state."""
    title: str
    ended_at: int | None = None
    """Instant at which it was done, or had failed."""
    kind: str = "deployment"
    status: str = ""
    """In the sender's word."""
    environment: str = ""
    version: str = ""
    author: str = ""
    url: str = ""
    """Address at the sender: text of a stranger, never a trusted link."""


def completed(known: Change, told: Change) -> Change:
    """A change of which more was told: it began at the earlier time, is as was said last."""
    last, first = (told, known) if told.said_at >= known.said_at else (known, told)
    ended_at = first.ended_at if last.ended_at is None else last.ended_at
    return msgspec.structs.replace(last, at=min(known.at, told.at), ended_at=ended_at)
