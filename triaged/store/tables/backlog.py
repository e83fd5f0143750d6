"""Bodies that were accepted and are not decided yet, verbatim, in the order in which they came."""

import zlib
from collections.abc import Iterable, Sequence

import msgspec

from triaged.store.database.base import Bulk, Reader, Row, Writer
from triaged.store.database.readable import readable

KEEP = Bulk(
    "INSERT INTO backlog (id, received_at, alerts, body_bytes, bodies) {rows}",
    ("bigint", "bigint", "bigint", "bigint", "bytea"),
)
DROP = Bulk(
    "WITH v (id) AS ({rows}) DELETE FROM backlog WHERE id IN (SELECT id FROM v)", ("bigint",)
)
EXTENT = """SELECT COUNT(*), COALESCE(SUM(alerts), 0), COALESCE(SUM(body_bytes), 0),
    COALESCE(MAX(id), 0), MIN(received_at) FROM backlog"""
OLDEST = """SELECT id, alerts, body_bytes, bodies, received_at FROM backlog
    WHERE id > $1 ORDER BY id LIMIT $2"""

UNREADABLE = "unreadable"
"""Stands for the source of a pack that cannot be read: none has this name, so that it goes to
quarantine, as it is, and nothing waits behind it."""

FAST = 1
"""zlib's level: alerts of a storm are alike, and shrink to a tenth at the first."""


class Body(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A body as it came in; no header of it holds a secret."""

    source: str
    received_at: int
    headers: dict[str, str]
    body: bytes
    caller: str = ""


class Pack(msgspec.Struct, frozen=True, gc=False):
    """Bodies that are written together, and together forgotten. `id` grows with each pack."""

    id: int
    bodies: Sequence[Body]
    alerts: int
    body_bytes: int


class Extent(msgspec.Struct, frozen=True):
    """Numbers of the packs, alerts and bytes that wait."""

    packs: int
    alerts: int
    body_bytes: int
    last_id: int
    oldest_at: int | None
    """The instant at which the first of these bodies came in."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Body]).decode


def rows_of(packs: Iterable[Pack]) -> list[Row]:
    """The rows for `keep`: MessagePack, compressed, which takes longer than the writing."""
    return [
        (
            pack.id,
            pack.bodies[0].received_at,
            pack.alerts,
            pack.body_bytes,
            zlib.compress(_encode(pack.bodies), FAST),
        )
        for pack in packs
    ]


async def keep(tx: Writer, rows: Sequence[Row]) -> None:
    """Write packs; `rows` by id."""
    await tx.write(KEEP, rows)


async def drop(tx: Writer, ids: Iterable[int]) -> None:
    """Forget packs: what they held is decided."""
    await tx.write(DROP, [(one,) for one in ids])


async def oldest(tx: Reader, after: int, limit: int) -> list[Pack]:
    """The next packs behind the one with the id `after`; what cannot be read is one body."""
    found, torn = readable("backlog", await tx.fetch(OLDEST, after, limit), _pack)
    found += [
        Pack(number, [Body(UNREADABLE, received_at, {}, bytes(bodies))], alerts, body_bytes)
        for number, alerts, body_bytes, bodies, received_at in torn
    ]
    return sorted(found, key=lambda pack: pack.id)


def _pack(row: Row) -> Pack:
    number, alerts, body_bytes, bodies, _ = row
    return Pack(number, _decode(zlib.decompress(bodies)), alerts, body_bytes)


async def extent(tx: Reader) -> Extent:
    """Numbers of the packs, alerts and bytes that wait."""
    row = await tx.fetch_one(EXTENT)
    return Extent(0, 0, 0, 0, None) if row is None else Extent(*row)
