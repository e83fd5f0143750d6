"""The timeline: append-only, each entry chained to the one before by its hash."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from triaged.core.records.model import ChainedEntry, Entry, Incident
from triaged.store.database.base import Bulk, Reader, Writer

APPEND = Bulk(
    """INSERT INTO timeline (incident, seq, at, recorded_at, kind, actor, text, data, hash)
       {rows}""",
    ("bigint", "bigint", "bigint", "bigint", "text", "text", "text", "text", "text"),
)
_canonical = msgspec.json.Encoder(order="deterministic").encode


def hash_of(previous: str, entry: ChainedEntry) -> str:
    """SHA-256 of the hash before (hex, empty for the first) and the canonical entry, hex."""
    content = (
        entry.incident,
        entry.seq,
        entry.at,
        entry.recorded_at,
        entry.kind,
        entry.actor,
        entry.text,
        entry.data,
    )
    return hashlib.sha256(bytes.fromhex(previous) + _canonical(content)).hexdigest()


def chain(
    incident: Incident, entries: Sequence[Entry], now: int
) -> tuple[Incident, list[ChainedEntry]]:
    """Entries in their places, and the incident that knows the last one."""
    seq, last = incident.entries, incident.chain
    chained = []
    for entry in entries:
        seq += 1
        open_entry = ChainedEntry(
            incident.number, seq, entry.at, now, entry.kind, entry.actor, entry.text, entry.data, ""
        )
        last = hash_of(last, open_entry)
        chained.append(msgspec.structs.replace(open_entry, hash=last))
    return msgspec.structs.replace(incident, entries=seq, chain=last), chained


async def append(tx: Writer, entries: Iterable[ChainedEntry]) -> None:
    """Write entries that have their places."""
    rows = [
        (
            e.incident,
            e.seq,
            e.at,
            e.recorded_at,
            e.kind,
            e.actor,
            e.text,
            _canonical(e.data).decode(),
            e.hash,
        )
        for e in entries
    ]
    await tx.write(APPEND, sorted(rows))


async def of(tx: Reader, number: int, after_seq: int, limit: int) -> list[ChainedEntry]:
    """An incident's entries with `seq` above `after_seq`, in order."""
    rows = await tx.fetch(
        """SELECT incident, seq, at, recorded_at, kind, actor, text, data, hash FROM timeline
           WHERE incident = $1 AND seq > $2 ORDER BY seq LIMIT $3""",
        number,
        after_seq,
        limit,
    )
    decode = msgspec.json.decode
    return [
        ChainedEntry(number, seq, at, recorded_at, kind, actor, text, decode(data), digest)
        for number, seq, at, recorded_at, kind, actor, text, data, digest in rows
    ]
