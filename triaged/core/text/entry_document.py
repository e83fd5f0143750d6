"""Timeline entries as JSON shows them."""

from typing import Any

import msgspec

from triaged.core.records.model import ChainedEntry
from triaged.wire import Instant, instant_text


class EntryDocument(msgspec.Struct, frozen=True):
    """A timeline entry; `hash` chains it to the one before."""

    seq: int
    at: Instant
    recorded_at: Instant
    kind: str
    actor: str
    text: str
    data: dict[str, Any]
    hash: str


def entry_document(entry: ChainedEntry) -> EntryDocument:
    """A timeline entry in its place in the chain."""
    return EntryDocument(
        seq=entry.seq,
        at=instant_text(entry.at),
        recorded_at=instant_text(entry.recorded_at),
        kind=entry.kind,
        actor=entry.actor,
        text=entry.text,
        data=entry.data,
        hash=entry.hash,
    )
