"""When each sender of a source was last heard, and the unknown end of it that is watched."""

from collections.abc import Iterable, Mapping

from triaged.core.records.reports import UnknownEnd
from triaged.store.database.base import Bulk, Reader, Writer

HEARD = Bulk(
    """INSERT INTO senders (source, sender, heard_at) {rows}
       ON CONFLICT (source, sender) DO UPDATE SET heard_at = excluded.heard_at
           WHERE excluded.heard_at > senders.heard_at""",
    ("text", "text", "bigint"),
)
UNKNOWN_END = Bulk(
    """WITH v (source, sender, fingerprint, ends_at, at) AS ({rows})
       UPDATE senders SET unknown_fingerprint = v.fingerprint, unknown_ends_at = v.ends_at,
           unknown_at = v.at
       FROM v WHERE senders.source = v.source AND senders.sender = v.sender""",
    ("text", "text", "text", "bigint", "bigint"),
)
UNKNOWN_ENDS = Bulk(
    """WITH v (source, sender) AS ({rows}) SELECT {columns} FROM v CROSS JOIN senders s
       WHERE s.source = v.source AND s.sender = v.sender AND s.unknown_at > 0""",
    ("text", "text"),
    ("s.source", "s.sender", "s.unknown_fingerprint", "s.unknown_ends_at", "s.unknown_at"),
)
Sender = tuple[str, str]
"""(source, sender)."""


async def heard(tx: Reader) -> dict[Sender, int]:
    """(source, sender) → when it was last heard."""
    rows = await tx.fetch("SELECT source, sender, heard_at FROM senders")
    return {(source, sender): at for source, sender, at in rows}


async def last_heard(tx: Reader) -> int | None:
    """The instant at which any sender was last heard; None: none ever was."""
    row = await tx.fetch_one("SELECT MAX(heard_at) FROM senders")
    return None if row is None else row[0]


async def save(tx: Writer, heard_at: Mapping[Sender, int]) -> None:
    """Write when senders were heard."""
    await tx.write(HEARD, sorted((*sender, at) for sender, at in heard_at.items()))


async def unknown_ends(tx: Reader, wanted: Iterable[Sender]) -> dict[Sender, UnknownEnd]:
    """(source, sender) → the end that is watched; those of which none is are absent."""
    rows = await tx.fetch_bulk(UNKNOWN_ENDS, sorted(wanted))
    return {(row[0], row[1]): UnknownEnd(*row) for row in rows}


async def save_unknown_ends(tx: Writer, ends: Iterable[UnknownEnd]) -> None:
    """Write the ends that are watched, of senders whose rows are there."""
    rows = [(e.source, e.sender, e.fingerprint, e.ends_at, e.received_at) for e in ends]
    await tx.write(UNKNOWN_END, sorted(rows))
