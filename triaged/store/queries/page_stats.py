"""How often something pages, and how often anybody did anything about it."""

from collections.abc import Iterable

import msgspec

from triaged.core.records.actors import ALERTS
from triaged.core.records.model import Key
from triaged.core.view import key_text
from triaged.store.database.base import Reader, Row

RECENT_MAX = 1_000
"""Incidents that are looked at, the newest: a rule that pages more often than that is known."""


class Noise(msgspec.Struct, frozen=True):
    """Of how many incidents somebody was paged, and somebody acted."""

    incidents: int
    paged: int
    acted: int
    """Acknowledged, or resolved by hand."""


class Brief(msgspec.Struct, frozen=True):
    """What counts of an incident."""

    severity_by: str
    told: list[object] = []
    acknowledged_by: str | None = None
    resolved_by: str | None = None

    @property
    def acted(self) -> bool:
        """Whether a human did anything."""
        return self.acknowledged_by is not None or self.resolved_by not in (None, ALERTS)


_decode = msgspec.json.Decoder(Brief).decode


async def of_key(tx: Reader, key: Key, since: int) -> Noise:
    """Incidents with this key that opened since; the newest 1,000 at most."""
    rows = await tx.fetch(
        """SELECT body FROM incidents WHERE key = $1 AND key <> '[]' AND opened_at >= $2
           ORDER BY number DESC LIMIT $3""",
        key_text(key),
        since,
        RECENT_MAX,
    )
    return counted(_briefs(rows))


async def of_rule(tx: Reader, severity_by: str, since: int) -> tuple[Noise, bool]:
    """Incidents that `severity_by` made what they are, and whether only the newest were counted."""
    rows = await tx.fetch(
        """SELECT body FROM incidents
           WHERE number > (SELECT MAX(number) FROM incidents) - $1 AND opened_at >= $2""",
        RECENT_MAX,
        since,
    )
    briefs = _briefs(rows)
    matching = [brief for brief in briefs if brief.severity_by == severity_by]
    return counted(matching), len(briefs) >= RECENT_MAX


def counted(briefs: Iterable[Brief]) -> Noise:
    """The counts."""
    every = list(briefs)
    return Noise(
        incidents=len(every),
        paged=sum(bool(brief.told) for brief in every),
        acted=sum(brief.acted for brief in every),
    )


def _briefs(rows: Iterable[Row]) -> list[Brief]:
    return [_decode(row[0]) for row in rows]
