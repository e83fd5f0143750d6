"""The words of incidents that are over, so that similar ones are found (docs/decisions/0015).

They are read after the fact and in batches, never by what takes alerts.
"""

from collections.abc import Sequence

import msgspec

from triaged.core.records.model import Incident, State
from triaged.core.text.learning.similarity import incident_words, likeness, weight_of
from triaged.store.database.base import Bulk, Database, Reader, Transaction
from triaged.store.tables.incidents import OVER_SQL, decoded

BATCH = 100
"""Incidents whose words are written in one transaction: ingest waits for it, some 10 ms."""

BATCHES_MAX = 40
"""In one go: 4,000 incidents; the rest of a storm is read at the next."""

OVERLAP_US = 60_000_000
"""Replicas commit side by side: one that was slower wrote an earlier time later."""

HITS_MAX = 200
"""Incidents looked at for each word, the newest: a word that more have tells little."""

NOTES_MAX = 50

UNREAD = f"""SELECT i.changed_at, i.body FROM incidents i
    LEFT JOIN incidents_read r ON r.incident = i.number
    WHERE i.{OVER_SQL} AND i.changed_at >= $1 AND (i.changed_at > $1 OR i.number > $2)
        AND (r.changed_at IS NULL OR r.changed_at < i.changed_at)
    ORDER BY i.changed_at, i.number LIMIT $3"""
FORGET = Bulk(
    "WITH v (incident) AS ({rows}) DELETE FROM incident_words WHERE incident IN "
    "(SELECT incident FROM v)",
    ("bigint",),
)
ADD = Bulk("INSERT INTO incident_words (word, incident) {rows}", ("text", "bigint"))
MARK = Bulk(
    """INSERT INTO incidents_read (incident, changed_at) {rows}
       ON CONFLICT (incident) DO UPDATE SET changed_at = excluded.changed_at""",
    ("bigint", "bigint"),
)
NOTES = Bulk(
    """WITH v (incident) AS ({rows}) SELECT {columns} FROM v CROSS JOIN timeline t
       WHERE t.incident = v.incident AND t.kind = 'note'""",
    ("bigint",),
    ("t.incident", "t.seq", "t.text"),
)


class SimilarIncident(msgspec.Struct, frozen=True):
    """An incident of the past that shares words with another."""

    incident: Incident
    score: float
    """From 0 to 1: how much of the words' weight is shared."""
    shared: tuple[str, ...]
    """The telling ones first."""
    notes: tuple[str, ...]


async def read(database: Database) -> int:
    """Read the words of incidents that are over and were changed since; how many were read."""
    async with database.reading() as tx:
        row = await tx.fetch_one("SELECT MAX(changed_at) FROM incidents_read")
    place = ((row[0] if row and row[0] else OVERLAP_US) - OVERLAP_US, 0)
    total = 0
    for _ in range(BATCHES_MAX):
        async with database.transaction() as tx:
            await tx.lock_keys(["incident_words"])
            rows = await tx.fetch(UNREAD, *place, BATCH)
            found = [(at, incident) for (at, body) in rows for incident in decoded([(body,)])]
            await _write(tx, found)
        total += len(found)
        if len(found) < BATCH:
            break
        place = (found[-1][0], found[-1][1].number)
    return total


async def _write(tx: Transaction, found: Sequence[tuple[int, Incident]]) -> None:
    numbers = [(incident.number,) for _, incident in found]
    notes = await notes_of(tx, [number for (number,) in numbers])
    words = [
        (word, incident.number)
        for _, incident in found
        if incident.kind == "incident" and incident.state is not State.MERGED
        for word in incident_words(incident, notes.get(incident.number, ()))
    ]
    await tx.write(FORGET, sorted(numbers))
    await tx.write(ADD, sorted(words))
    await tx.write(MARK, sorted((incident.number, at) for at, incident in found))


async def notes_of(tx: Reader, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The notes of people on the timelines of these incidents, in order; the last 50 of each."""
    found: dict[int, list[str]] = {}
    rows = await tx.fetch_bulk(NOTES, [(number,) for number in sorted(numbers)])
    for number, _, text in sorted(rows):
        found.setdefault(number, []).append(text)
    return {number: tuple(notes[-NOTES_MAX:]) for number, notes in found.items()}


async def similar(
    tx: Reader, incident: Incident, least: float, limit: int
) -> list[SimilarIncident]:
    """Incidents that are over and share two words or more with `incident`, the likest first."""
    own = await notes_of(tx, [incident.number])
    words = incident_words(incident, own.get(incident.number, ()))
    row = await tx.fetch_one("SELECT MIN(incident), MAX(incident) FROM incidents_read")
    if row is None or row[0] is None or not words:
        return []
    total = row[1] - row[0] + 1
    weights: dict[str, float] = {}
    sharing: dict[int, list[str]] = {}
    for word in words:
        hits = await _hits(tx, word, incident.number)
        weights[word] = weight_of(_frequency(hits, total), total)
        for number in hits:
            sharing.setdefault(number, []).append(word)
    scores = {
        number: score
        for number, shared in sharing.items()
        if len(shared) > 1 and (score := likeness(weights, shared)) >= least
    }
    best = sorted(scores, key=lambda number: (-scores[number], -number))[:limit]
    return await _described(tx, best, scores, (sharing, weights))


async def _hits(tx: Reader, word: str, but: int) -> list[int]:
    rows = await tx.fetch(
        """SELECT incident FROM incident_words WHERE word = $1 AND incident <> $2
           ORDER BY incident DESC LIMIT $3""",
        word,
        but,
        HITS_MAX,
    )
    return [number for (number,) in rows]


def _frequency(hits: Sequence[int], total: int) -> float:
    """Number of incidents with the word; a large one is estimated from the newest of them."""
    if len(hits) < HITS_MAX:
        return len(hits)
    return len(hits) * total / (hits[0] - hits[-1] + 1)


async def _described(
    tx: Reader,
    numbers: Sequence[int],
    scores: dict[int, float],
    found: tuple[dict[int, list[str]], dict[str, float]],
) -> list[SimilarIncident]:
    sharing, weights = found
    rows = []
    for number in numbers:
        rows += await tx.fetch(
            f"SELECT body FROM incidents WHERE number = $1 AND {OVER_SQL}", number
        )
    notes = await notes_of(tx, numbers)
    return [
        SimilarIncident(
            incident,
            scores[incident.number],
            tuple(sorted(sharing[incident.number], key=lambda word: -weights[word])),
            notes.get(incident.number, ()),
        )
        for incident in decoded(rows)
    ]
