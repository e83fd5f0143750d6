"""Bodies that could not be used, verbatim; the same one again only raises its count."""

import hashlib
from collections.abc import Iterable

import msgspec

from triaged.core.records.effects import Quarantine
from triaged.store.database.base import Bulk, Reader, Row, Transaction, Writer
from triaged.store.database.listing import Where
from triaged.wire import encode

KEEP = Bulk(
    """INSERT INTO quarantine (id, source, reason, detail, body, headers, received_at, last_at,
           count)
       {rows}
       ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at,
           count = quarantine.count + excluded.count""",
    ("text", "text", "text", "text", "bytea", "text", "bigint", "bigint", "bigint"),
)
COLUMNS = "id, source, reason, detail, body, headers, received_at, last_at, count"
DETAIL_MAX = 1000


class Kept(msgspec.Struct, frozen=True):
    """A body in quarantine."""

    id: str
    source: str
    reason: str
    detail: str
    body: bytes
    headers: dict[str, str]
    received_at: int
    last_at: int
    count: int


def quarantine_id(source: str, reason: str, body: bytes) -> str:
    """The identity of a body: 128 bits of SHA-256 over what it is, for whom and why."""
    digest = hashlib.sha256(encode((source, reason)) + body)
    return digest.hexdigest()[:32]


async def keep(tx: Writer, effects: Iterable[Quarantine]) -> None:
    """Write bodies."""
    rows: dict[str, list[object]] = {}
    for effect in effects:
        identity = quarantine_id(effect.source, effect.reason, effect.body)
        if identity in rows:
            rows[identity][7] = effect.received_at
            rows[identity][8] = int(str(rows[identity][8])) + 1
            continue
        rows[identity] = [
            identity,
            effect.source,
            effect.reason,
            effect.detail[:DETAIL_MAX].replace("\0", ""),
            effect.body,
            encode(effect.headers).decode().replace("\\u0000", ""),
            effect.received_at,
            effect.received_at,
            1,
        ]
    await tx.write(KEEP, [tuple(rows[identity]) for identity in sorted(rows)])


async def find(tx: Reader, cursor: str | None, limit: int) -> tuple[list[Kept], str | None]:
    """The bodies in quarantine, the last seen first, and the cursor of those that follow."""
    asked = Where("last_at", ("id",), cursor, limit)
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM quarantine {asked.sql()}", *asked.arguments)
    return asked.page([_kept(row) for row in rows], lambda kept: (kept.last_at, kept.id))


async def fetch(tx: Reader, identity: str) -> Kept | None:
    """One body."""
    row = await tx.fetch_one(f"SELECT {COLUMNS} FROM quarantine WHERE id = $1", identity)
    return None if row is None else _kept(row)


async def drop(tx: Transaction, identity: str) -> bool:
    """Forget one body; whether it was there."""
    return await tx.execute("DELETE FROM quarantine WHERE id = $1", identity) > 0


def _kept(row: Row) -> Kept:
    identity, source, reason, detail, body, headers, received_at, last_at, count = row
    heads = msgspec.json.decode(headers, type=dict[str, str])
    return Kept(identity, source, reason, detail, bytes(body), heads, received_at, last_at, count)
