"""Silences: a document, and the columns that SQL asks for."""

from collections.abc import Collection, Iterable

import msgspec

from triaged.core.records.silences import Silence
from triaged.store.database.base import Ask, Bulk, Reader, Row, Writer
from triaged.store.database.listing import Where
from triaged.wire import encode

SAVE = Bulk(
    """INSERT INTO silences (id, starts_at, ends_at, updated_at, body) {rows}
       ON CONFLICT (id) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at,
           updated_at = excluded.updated_at, body = excluded.body""",
    ("text", "bigint", "bigint", "bigint", "text"),
)
ACTIVE = Bulk(
    """WITH v (now) AS ({rows}) SELECT {columns} FROM v CROSS JOIN silences s
       WHERE s.ends_at > v.now AND s.starts_at <= v.now""",
    ("bigint",),
    ("s.body",),
)
BY_ID = Bulk(
    """WITH v (id) AS ({rows}) SELECT {columns} FROM v CROSS JOIN silences s WHERE s.id = v.id""",
    ("text",),
    ("s.body",),
    locks="s",
    order="s.id",
)
OTHERS = {
    "active": "(starts_at > {} OR ends_at <= {})",
    "pending": "(starts_at <= {} OR ends_at <= {})",
    "expired": "ends_at > {}",
}
"""By state: what holds for silences in the others."""

_decode = msgspec.json.Decoder(Silence).decode


def ask_active(now: int) -> Ask:
    """The query for the silences that mute at an instant."""
    return ACTIVE, [(now,)]


def ask_ids(ids: Iterable[str]) -> Ask:
    """The query for the silences with these identities."""
    return BY_ID, [(one,) for one in sorted(ids)]


def decoded(rows: Iterable[Row]) -> list[Silence]:
    """The silences that were found."""
    return [_decode(row[0]) for row in rows]


class SilenceFilter(msgspec.Struct, frozen=True):
    """Which silences to list, by how they stand at `now`; no states means any."""

    now: int
    states: Collection[str] = ()
    cursor: str | None = None
    limit: int = 100


async def find(tx: Reader, wanted: SilenceFilter) -> tuple[list[Silence], str | None]:
    """Silences, the ones that end last first, and the cursor of what follows, if anything does."""
    asked = Where("ends_at", ("id",), wanted.cursor, wanted.limit)
    for state, condition in OTHERS.items():
        if wanted.states and state not in wanted.states:
            asked.add(condition, wanted.now)
    rows = await tx.fetch(f"SELECT body FROM silences {asked.sql()}", *asked.arguments)
    return asked.page(decoded(rows), lambda silence: (silence.ends_at, silence.id))


async def fetch(tx: Reader, identity: str) -> Silence | None:
    """The silence with this identity."""
    row = await tx.fetch_one("SELECT body FROM silences WHERE id = $1", identity)
    return None if row is None else _decode(row[0])


async def extent(tx: Reader, now: int) -> tuple[int, int]:
    """The number of silences that have not ended at `now`, and the size of their patterns."""
    rows = await tx.fetch("SELECT body FROM silences WHERE ends_at > $1", now)
    return len(rows), sum(silence.size for silence in decoded(rows))


async def save(tx: Writer, silences: Iterable[Silence]) -> None:
    """Write silences as they are now."""
    rows = [(s.id, s.starts_at, s.ends_at, s.updated_at, encode(s).decode()) for s in silences]
    await tx.write(SAVE, sorted(rows))
