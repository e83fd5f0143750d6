"""Timelines and postmortems: whether they are what they were.

The hash of each entry covers it and the one before; entries hold the hashes of saved texts.
"""

import msgspec

from triaged.core.practice.learning.postmortem_export import text_hash
from triaged.core.records.model import ChainedEntry, incident_id
from triaged.core.records.practice.postmortems import revision_id
from triaged.errors import Problem
from triaged.store.database.base import Database, Reader
from triaged.store.tables import timeline
from triaged.store.tables.practice_rows import postmortems

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
                texts: dict[str, str] = {}
                found, count = await _chain(tx, number, str(head["chain"]), texts)
                problems += found or await _changed_texts(tx, number, texts)
                entries += count
        if not rows:
            return Verified(incidents, entries, tuple(problems))
        incidents += len(rows)
        last = rows[-1][0]


async def _chain(
    tx: Reader, number: int, head: str, texts: dict[str, str]
) -> tuple[list[Problem], int]:
    """The first thing that is wrong with an incident's chain, and how long it is.

    `texts` takes the hashes of the texts that its entries tell of, by their identities.
    """
    where, previous, seq = incident_id(number), "", 0
    while found := await timeline.of(tx, number, seq, 1000):
        for entry in found:
            seq += 1
            if entry.seq != seq:
                return [Problem(where, f"entry {seq} is missing")], seq
            previous = timeline.hash_of(previous, entry)
            if previous != entry.hash:
                return [Problem(where, f"entry {seq} was changed")], seq
            texts.update(_texts_of(entry))
    if previous != head:
        return [Problem(where, f"entries after {seq} are missing")], seq
    return [], seq


def _texts_of(entry: ChainedEntry) -> dict[str, str]:
    """The hash of the text that an entry tells of, by the text's identity."""
    digest = str(entry.data.get("hash", ""))
    match entry.kind:
        case "postmortem.saved":
            revision = entry.data.get("revision")
            assert isinstance(revision, int), "triaged has written it"
            return {revision_id(incident_id(entry.incident), revision): digest}
        case "postmortem.kept":
            return {str(entry.data.get("id")): digest}
        case _:
            return {}


async def _changed_texts(tx: Reader, number: int, texts: dict[str, str]) -> list[Problem]:
    """The texts of an incident's postmortem that are not what its timeline tells."""
    if not texts:
        return []
    found = postmortems.REVISIONS.decoded(
        await tx.fetch_bulk(*postmortems.REVISIONS.ask_ids(texts))
    )
    stored = {one.id: text_hash(one.text) for one in found}
    return [
        Problem(incident_id(number), f"the text {name} {_fault(stored.get(name))}")
        for name, digest in texts.items()
        if stored.get(name) != digest
    ]


def _fault(stored: str | None) -> str:
    return "is missing" if stored is None else "was changed"
