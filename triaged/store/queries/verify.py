"""Are the timelines what they were? Each entry's hash covers it and the one before."""

import msgspec

from triaged.core.records.model import incident_id
from triaged.errors import Problem
from triaged.store.database.base import Database, Reader
from triaged.store.tables import timeline

AT_ONCE = 200


class Verified(msgspec.Struct, frozen=True):
    """The number of checked incidents and entries, and the problems that were found."""

    incidents: int
    entries: int
    problems: tuple[Problem, ...]


async def verify(database: Database) -> Verified:
    """Check every chain of every incident."""
    problems: list[Problem] = []
    incidents = entries = last = 0
    while True:
        async with database.reading() as tx:
            rows = await tx.fetch(
                """SELECT number, body FROM incidents WHERE number > $1
                   ORDER BY number LIMIT $2""",
                last,
                AT_ONCE,
            )
            for number, body in rows:
                head = msgspec.json.decode(body)
                found, count = await _chain(tx, number, str(head["chain"]))
                problems += found
                entries += count
        if not rows:
            return Verified(incidents, entries, tuple(problems))
        incidents += len(rows)
        last = rows[-1][0]


async def _chain(tx: Reader, number: int, head: str) -> tuple[list[Problem], int]:
    """The first thing that is wrong with an incident's chain, and how long it is."""
    where, previous, seq = incident_id(number), "", 0
    while found := await timeline.of(tx, number, seq, 1000):
        for entry in found:
            seq += 1
            if entry.seq != seq:
                return [Problem(where, f"entry {seq} is missing")], seq
            previous = timeline.hash_of(previous, entry)
            if previous != entry.hash:
                return [Problem(where, f"entry {seq} was changed")], seq
    if previous != head:
        return [Problem(where, f"entries after {seq} are missing")], seq
    return [], seq
