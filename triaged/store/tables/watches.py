"""Expectations and how they stand: a row for each, few in all."""

from collections.abc import Iterable

from triaged.core.records.expectations import Watch
from triaged.core.records.timers import ExpectDue
from triaged.core.view import AlertId
from triaged.store.database.base import Bulk, Reader, Row, Transaction, Writer

SAVE = Bulk(
    """INSERT INTO expectations (name, since_at, due_at, seen_at, source, fingerprint, overdue)
       {rows}
       ON CONFLICT (name) DO UPDATE SET since_at = excluded.since_at, due_at = excluded.due_at,
           seen_at = excluded.seen_at, source = excluded.source,
           fingerprint = excluded.fingerprint, overdue = excluded.overdue""",
    ("text", "bigint", "bigint", "bigint", "text", "text", "bigint"),
)
DROP = Bulk(
    """WITH v (name) AS ({rows}) DELETE FROM expectations WHERE name IN (SELECT name FROM v)""",
    ("text",),
)
SEEN = """SELECT a.source, a.fingerprint, a.last_seen_at FROM expectations e
          JOIN alerts a ON a.source = e.source AND a.fingerprint = e.fingerprint"""


async def every(tx: Reader) -> dict[str, Watch]:
    """All of them, by name."""
    rows = await tx.fetch(
        "SELECT name, since_at, due_at, seen_at, source, fingerprint, overdue FROM expectations"
    )
    return {row[0]: _watch(row) for row in rows}


def _watch(row: Row) -> Watch:
    name, since_at, due_at, seen_at, source, fingerprint, overdue = row
    return Watch(name, since_at, due_at, seen_at, source, fingerprint, bool(overdue))


async def seen(tx: Reader) -> dict[AlertId, int]:
    """The instants at which the alerts that last met expectations were last seen."""
    return {(source, fingerprint): at for source, fingerprint, at in await tx.fetch(SEEN)}


async def save(tx: Writer, watches: Iterable[Watch], dropped: Iterable[str]) -> None:
    """Write and remove; a name is in one of them."""
    await tx.write(DROP, sorted((name,) for name in dropped))
    rows = [
        (w.name, w.since_at, w.due_at, w.seen_at, w.source, w.fingerprint, int(w.overdue))
        for w in watches
    ]
    await tx.write(SAVE, sorted(rows, key=lambda row: str(row[0])))


async def due(tx: Reader, now: int, limit: int) -> list[ExpectDue]:
    """The expectations whose checks are due, the longest due first, then by name."""
    rows = await tx.fetch(
        "SELECT name, due_at FROM expectations WHERE due_at <= $1 ORDER BY due_at, name LIMIT $2",
        now,
        limit,
    )
    return [ExpectDue(name, due_at) for name, due_at in rows]


async def next_due(tx: Reader) -> int | None:
    """The instant of the next check."""
    row = await tx.fetch_one("SELECT MIN(due_at) FROM expectations")
    return None if row is None else row[0]


async def postpone(tx: Transaction, timer: ExpectDue, due_at: int) -> None:
    """Look again later: deciding it failed."""
    await tx.execute("UPDATE expectations SET due_at = $1 WHERE name = $2", due_at, timer.name)
