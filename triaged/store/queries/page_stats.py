"""Numbers of pages, and of those about which somebody did something."""

from collections.abc import Iterable

import msgspec

from triaged.core.records.actors import ALERTS
from triaged.core.records.model import Key, State
from triaged.core.view import key_text
from triaged.store.database.base import Reader, Row

RECENT_MAX = 1_000
"""Incidents that are looked at, the newest: a rule that pages more often than that is known."""


class PageCounts(msgspec.Struct, frozen=True):
    """Numbers of incidents: all, those that paged somebody, those on which somebody acted."""

    incidents: int
    paged: int
    acted: int
    """A person did anything about them, ever."""


class PagedIncident(msgspec.Struct, frozen=True):
    """The fields of an incident that are counted."""

    severity_by: str
    told: list[object] = []
    acknowledged_by: str | None = None
    resolved_by: str | None = None
    state: str = ""
    touched: bool = False

    @property
    def acted(self) -> bool:
        """True if a person did something about it; what the end of it shows, if it is old."""
        by_hand = self.acknowledged_by is not None or self.resolved_by not in (None, ALERTS)
        return self.touched or by_hand or self.state == State.MERGED


_decode = msgspec.json.Decoder(PagedIncident).decode


async def of_key(tx: Reader, key: Key, since: int) -> PageCounts:
    """Incidents with this key that opened since, no drills; the newest 1,000 at most."""
    rows = await tx.fetch(
        """SELECT body FROM incidents WHERE key = $1 AND key <> '[]' AND opened_at >= $2
               AND kind = 'incident' ORDER BY number DESC LIMIT $3""",
        key_text(key),
        since,
        RECENT_MAX,
    )
    return counts_of(_paged_incidents(rows))


async def of_rule(tx: Reader, severity_by: str, since: int) -> tuple[PageCounts, bool]:
    """Incidents that `severity_by` made what they are, and whether only the newest were counted."""
    rows = await tx.fetch(
        """SELECT body FROM incidents
           WHERE number > (SELECT MAX(number) FROM incidents) - $1 AND opened_at >= $2
               AND kind = 'incident'""",
        RECENT_MAX,
        since,
    )
    paged_incidents = _paged_incidents(rows)
    matching = [brief for brief in paged_incidents if brief.severity_by == severity_by]
    return counts_of(matching), len(paged_incidents) >= RECENT_MAX


def counts_of(paged_incidents: Iterable[PagedIncident]) -> PageCounts:
    """The counts."""
    every = list(paged_incidents)
    return PageCounts(
        incidents=len(every),
        paged=sum(bool(brief.told) for brief in every),
        acted=sum(brief.acted for brief in every),
    )


def _paged_incidents(rows: Iterable[Row]) -> list[PagedIncident]:
    return [_decode(row[0]) for row in rows]
