"""The episodes of an incident's alerts: when each was received, and how it ended."""

import msgspec

from triaged.store.database.base import Reader, Row
from triaged.store.tables.observations import Verdict

_verdict = msgspec.json.Decoder(Verdict).decode
_strings = msgspec.json.Decoder(dict[str, str]).decode


class StoredEpisode(msgspec.Struct, frozen=True):
    """One episode: what was seen at its start, what the rules said, how it ended."""

    id: int
    """Rises with the order of arrival."""
    source: str
    fingerprint: str
    episode: int
    received_at: int
    starts_at: int
    ended_at: int | None
    ended_by: str | None
    """`resolved`, `lapsed` or `restarted`."""
    repeats: int
    """Counted when the episode ends."""
    annotations: dict[str, str]
    labels: dict[str, str]
    verdict: Verdict


async def of_incident(tx: Reader, number: int, after_id: int, limit: int) -> list[StoredEpisode]:
    """The episodes of an incident's alerts in the order of arrival, as far as retention has them.

    They began in it, or still fired when it took over from one that a person had resolved. The
    whole table is read, for no index has the incident: a person asks, and rarely.
    """
    rows = await tx.fetch(
        """SELECT o.id, o.source, o.fingerprint, o.episode, o.received_at, o.starts_at,
               o.ended_at, o.ended_by, o.repeats, o.annotations, a.labels, o.outcome
           FROM observations o JOIN alerts a
               ON a.source = o.source AND a.fingerprint = o.fingerprint
           WHERE (o.incident = $1 OR (a.incident = $1 AND a.observation = o.id)) AND o.id > $2
           ORDER BY o.id LIMIT $3""",
        number,
        after_id,
        limit,
    )
    return [_episode(row) for row in rows]


def _episode(row: Row) -> StoredEpisode:
    values = dict(zip(StoredEpisode.__struct_fields__, row, strict=True))
    values["annotations"] = _strings(values["annotations"])
    values["labels"] = _strings(values["labels"])
    values["verdict"] = _verdict(values["verdict"])
    return StoredEpisode(**values)
