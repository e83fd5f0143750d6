"""Changes that people made, as hints: written as they are reported, found by service and time."""

from collections.abc import Iterable, Sequence

import msgspec

from triaged.core.records.changes import Change, completed
from triaged.store.database.base import Bulk, Reader, Transaction
from triaged.wire import encode

LASTS_MAX_US = 86_400_000_000
"""A change that began longer ago is not looked at, however late it ended: a day's rollout is rare
and a look further back would read rows that hardly ever matter."""

KNOWN = Bulk(
    """WITH v (source, id) AS ({rows}) SELECT {columns} FROM v CROSS JOIN changes c
       WHERE c.source = v.source AND c.id = v.id""",
    ("text", "text"),
    ("c.body",),
    locks="c",
)
SAVE = Bulk(
    """INSERT INTO changes (source, id, service, at, body)
       {rows}
       ON CONFLICT (source, id) DO UPDATE SET service = excluded.service, at = excluded.at,
           body = excluded.body""",
    ("text", "text", "text", "bigint", "text"),
)
NEAR = Bulk(
    """WITH v (service, first, last, most) AS ({rows}) SELECT {columns} FROM (
           SELECT c.body FROM v CROSS JOIN changes c
           WHERE c.service = v.service AND c.at >= v.first AND c.at <= v.last
           ORDER BY c.at DESC LIMIT (SELECT MAX(most) FROM v)) near""",
    ("text", "bigint", "bigint", "bigint"),
    ("near.body",),
)
_decode = msgspec.json.Decoder(Change).decode


async def save(tx: Transaction, reported: Iterable[Change]) -> None:
    """Write changes; what is known of one already is completed."""
    told: dict[tuple[str, str], Change] = {}
    for change in reported:
        identity = (change.source, change.id)
        told[identity] = completed(told[identity], change) if identity in told else change
    for (body,) in await tx.fetch_bulk(KNOWN, sorted(told)):
        known = _decode(body)
        told[known.source, known.id] = completed(known, told[known.source, known.id])
    rows = [(c.source, c.id, c.service, c.at, encode(c).decode()) for c in told.values()]
    await tx.write(SAVE, sorted(rows))


async def near(
    tx: Reader, services: Sequence[str], window: tuple[int, int], limit: int
) -> list[Change]:
    """Changes of these services under way within `window` (instants), the last begun first."""
    since, until = window
    rows = [(service, since - LASTS_MAX_US, until, 4 * limit) for service in sorted(services)]
    found = [_decode(row[0]) for row in await tx.fetch_bulk(NEAR, rows)]
    in_time = [c for c in found if max(c.at, c.ended_at or c.at) >= since]
    return sorted(in_time, key=lambda c: (-c.at, c.source, c.id))[:limit]
