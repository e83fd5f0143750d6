"""Storms: the counts of each team and policy, and the incidents that wait under each umbrella."""

from collections.abc import Iterable

import msgspec

from triaged.core.records.storms import Storm
from triaged.core.time.durations import DAY
from triaged.store.database.base import Bulk, Reader, Writer
from triaged.wire import encode

SAVE = Bulk(
    """INSERT INTO storms (team, last_at, body) {rows}
       ON CONFLICT (team) DO UPDATE SET last_at = excluded.last_at, body = excluded.body""",
    ("text", "bigint", "text"),
)
BY_GROUP = Bulk(
    "WITH v (team) AS ({rows}) SELECT {columns} FROM v JOIN storms s ON s.team = v.team",
    ("text",),
    ("s.body",),
)
WAITING = Bulk(
    "WITH v (umbrella) AS ({rows}) SELECT {columns} FROM v",
    ("bigint",),
    (
        "v.umbrella",
        """(SELECT COUNT(*) FROM timers t
            WHERE t.kind = 'storm' AND t.umbrella = v.umbrella AND t.incident <> t.umbrella)""",
    ),
)
WAKE = Bulk(
    """WITH v (umbrella, now) AS ({rows}) UPDATE timers SET due_at = v.now
       FROM v WHERE timers.kind = 'storm' AND timers.umbrella = v.umbrella
           AND timers.incident <> timers.umbrella AND timers.due_at > v.now""",
    ("bigint", "bigint"),
)
FORGET = Bulk(
    "WITH v (at) AS ({rows}) DELETE FROM storms WHERE last_at < (SELECT MAX(at) FROM v)",
    ("bigint",),
)
KEPT_US = DAY
"""Names of teams come from labels: what opened nothing for a day counts nothing any more."""

_decode = msgspec.json.Decoder(Storm).decode


async def of_groups(tx: Reader, groups: Iterable[str]) -> dict[str, Storm]:
    """The storms of these groups, by group; absent where nothing was counted."""
    rows = await tx.fetch_bulk(BY_GROUP, [(group,) for group in sorted(groups)])
    return {storm.group: storm for storm in (_decode(row[0]) for row in rows)}


async def waiting(tx: Reader, umbrellas: Iterable[int]) -> dict[int, int]:
    """The number of incidents that wait under each umbrella."""
    rows = await tx.fetch_bulk(WAITING, [(number,) for number in sorted(umbrellas)])
    return dict((umbrella, number) for umbrella, number in rows)  # noqa: C402 - types the pair


async def save(tx: Writer, storms: Iterable[Storm], woken: Iterable[int], now: int) -> None:
    """Write the counts; make the checks of incidents under the `woken` umbrellas due at once."""
    await tx.write(FORGET, [(now - KEPT_US,)])
    rows = [(s.group, s.opened[-1] if s.opened else now, encode(s).decode()) for s in storms]
    await tx.write(SAVE, sorted(rows))
    await tx.write(WAKE, [(umbrella, now) for umbrella in sorted(woken)])
