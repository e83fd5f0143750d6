"""What was recorded when an alert's last episode began: for explanations."""

import msgspec

from triaged.store.database.base import Reader, Row
from triaged.store.tables.alerts import COLUMNS, StoredAlert, stored_alert
from triaged.store.tables.observations import Verdict

OF_ALERT = (
    ", ".join(f"a.{name}" for name in COLUMNS)
    + ", o.received_at, o.starts_at, o.annotations, o.outcome"
)
JOINS = ("incident.opened", "incident.reopened", "alerts.joined")
ENTRIES_MAX = 500
"""Commits in which alerts joined an incident: more than a storm of minutes."""

_verdict = msgspec.json.Decoder(Verdict).decode


class Observed(msgspec.Struct, frozen=True):
    """The start of an episode as it was seen."""

    received_at: int
    starts_at: int
    annotations: dict[str, str]
    verdict: Verdict


class Recorded(msgspec.Struct, frozen=True):
    """An alert, and its last episode's start; None where retention has taken that."""

    alert: StoredAlert
    observed: Observed | None


class Joining(msgspec.Struct, frozen=True):
    """A timeline entry that opens, re-opens, or names alerts that joined."""

    seq: int
    recorded_at: int
    kind: str
    data: dict[str, object]


async def of_alert(tx: Reader, source: str, fingerprint: str) -> Recorded | None:
    """What was recorded of one alert; None: it was never seen."""
    row = await tx.fetch_one(
        f"""SELECT {OF_ALERT} FROM alerts a LEFT JOIN observations o ON o.id = a.observation
            WHERE a.source = $1 AND a.fingerprint = $2""",
        source,
        fingerprint,
    )
    return None if row is None else _recorded(row)


async def of_incident(tx: Reader, number: int, limit: int) -> list[Recorded]:
    """What was recorded of the alerts of an incident, the first that began first."""
    rows = await tx.fetch(
        f"""SELECT {OF_ALERT} FROM alerts a LEFT JOIN observations o ON o.id = a.observation
            WHERE a.incident = $1 ORDER BY a.observation, a.source, a.fingerprint LIMIT $2""",
        number,
        limit,
    )
    return [_recorded(row) for row in rows]


async def joinings(tx: Reader, number: int) -> list[Joining]:
    """How alerts came to an incident, in order, as far as the first 500 entries tell."""
    rows = await tx.fetch(
        f"""SELECT seq, recorded_at, kind, data FROM timeline
            WHERE incident = $1 AND kind IN ('{"', '".join(JOINS)}') ORDER BY seq LIMIT $2""",
        number,
        ENTRIES_MAX,
    )
    decode = msgspec.json.decode
    return [Joining(seq, at, kind, decode(data)) for seq, at, kind, data in rows]


def _recorded(row: Row) -> Recorded:
    *alert, received_at, starts_at, annotations, outcome = row
    observed = None
    if outcome is not None:
        told = msgspec.json.decode(annotations, type=dict[str, str])
        observed = Observed(received_at, starts_at, told, _verdict(outcome))
    return Recorded(stored_alert(alert), observed)
