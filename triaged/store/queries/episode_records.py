"""Records of the last episodes of alerts and of how they joined incidents, for explanations."""

import msgspec

from triaged.store.database.base import Reader
from triaged.store.tables.observed_alerts import SELECT, ObservedAlert, observed_alert

JOINS = ("incident.opened", "incident.reopened", "incident.merged", "alerts.joined")
ENTRIES_MAX = 500
"""Commits in which alerts joined an incident: more than a storm of minutes."""


class Joining(msgspec.Struct, frozen=True):
    """A timeline entry that opens, re-opens, takes in another, or names alerts that joined."""

    seq: int
    recorded_at: int
    kind: str
    data: dict[str, object]


async def of_alert(tx: Reader, source: str, fingerprint: str) -> ObservedAlert | None:
    """One alert with its record; None where it was never seen."""
    row = await tx.fetch_one(
        f"{SELECT} WHERE a.source = $1 AND a.fingerprint = $2", source, fingerprint
    )
    return None if row is None else observed_alert(row)


async def of_incident(tx: Reader, number: int, limit: int) -> list[ObservedAlert]:
    """The alerts of an incident with their records, the first that began first."""
    rows = await tx.fetch(
        f"""{SELECT} WHERE a.incident = $1
            ORDER BY a.observation, a.source, a.fingerprint LIMIT $2""",
        number,
        limit,
    )
    return [observed_alert(row) for row in rows]


async def joinings(tx: Reader, number: int) -> list[Joining]:
    """The ways in which alerts joined an incident, in order, from its first 500 entries."""
    rows = await tx.fetch(
        f"""SELECT seq, recorded_at, kind, data FROM timeline
            WHERE incident = $1 AND kind IN ('{"', '".join(JOINS)}') ORDER BY seq LIMIT $2""",
        number,
        ENTRIES_MAX,
    )
    decode = msgspec.json.decode
    return [Joining(seq, at, kind, decode(data)) for seq, at, kind, data in rows]
