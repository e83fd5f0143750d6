"""Statistics of each rule, counted from episodes and incidents in small steps beside ingest."""

from collections.abc import Iterable

import msgspec

from triaged.store.database.base import Database, Row
from triaged.store.queries.history import first_since
from triaged.store.queries.page_stats import PagedIncident
from triaged.store.tables.observations import Verdict

EPISODES_AT_ONCE = 2_000
"""Ids looked through by one query: a few ms of the event loop."""

INCIDENTS_AT_ONCE = 500


class RuleStats(msgspec.Struct):
    """One rule since an instant."""

    matches: int = 0
    """Episodes that it matched, also from the shadow."""
    decided: int = 0
    """Episodes whose severity it set."""
    last_match_at: int | None = None
    incidents: int = 0
    """Incidents with an alert whose severity it set."""
    paged: int = 0
    """Number of these for which somebody was paged."""
    acted: int = 0
    """Number of these on which a person did anything, ever."""
    held: int = 0
    """Number of these that were muted at any time."""
    would_change: int = 0
    """Number of episodes whose outcome would differ if this shadow rule were active."""


_verdict = msgspec.json.Decoder(Verdict).decode
_paged_incident = msgspec.json.Decoder(PagedIncident).decode


async def of_rules(database: Database, since: int) -> dict[str, RuleStats]:
    """By rule, what it did in episodes that began since; rules that matched nothing are absent."""
    stats: dict[str, RuleStats] = {}
    decided: dict[int, set[str]] = {}
    async with database.reading() as tx:
        first = await first_since(tx, ("observations", "id", "received_at"), since)
        newest = await tx.fetch_one("SELECT MAX(id) FROM observations")
    last = newest[0] if newest and newest[0] is not None else 0
    for start in range(first, last + 1, EPISODES_AT_ONCE):
        async with database.reading() as tx:
            rows = await tx.fetch(
                """SELECT outcome, incident, COUNT(*), MAX(received_at) FROM observations
                   WHERE id >= $1 AND id < $2 AND received_at >= $3
                   GROUP BY outcome, incident""",
                start,
                start + EPISODES_AT_ONCE,
                since,
            )
        _count(rows, stats, decided)
    await _count_incidents(database, stats, decided)
    return stats


def _count(rows: Iterable[Row], stats: dict[str, RuleStats], decided: dict[int, set[str]]) -> None:
    """Add episodes, and remember which rules made incidents what they are."""
    for outcome, incident, count, at in rows:
        verdict = _verdict(outcome)
        for name in verdict.rules:
            one = stats.setdefault(name, RuleStats())
            one.matches += count
            one.last_match_at = max(one.last_match_at or at, at)
        for shadowed in verdict.shadow:
            one = stats.setdefault(shadowed.rule, RuleStats())
            one.matches += count
            one.last_match_at = max(one.last_match_at or at, at)
            one.would_change += count if shadowed.would else 0
        if verdict.rule is not None:
            stats.setdefault(verdict.rule, RuleStats()).decided += count
            if incident is not None:
                decided.setdefault(incident, set()).add(verdict.rule)


async def _count_incidents(
    database: Database, stats: dict[str, RuleStats], decided: dict[int, set[str]]
) -> None:
    numbers = sorted(decided)
    for start in range(0, len(numbers), INCIDENTS_AT_ONCE):
        part = numbers[start : start + INCIDENTS_AT_ONCE]
        async with database.reading() as tx:
            bodies = await tx.fetch(
                "SELECT number, body FROM incidents WHERE number >= $1 AND number <= $2",
                part[0],
                part[-1],
            )
            mutes = await tx.fetch(
                """SELECT DISTINCT incident FROM timeline
                   WHERE incident >= $1 AND incident <= $2 AND kind = 'incident.muted'""",
                part[0],
                part[-1],
            )
        muted = {number for (number,) in mutes}
        for number, body in bodies:
            for name in decided.get(number, ()):
                one = stats[name]
                one.incidents += 1
                incident = _paged_incident(body)
                one.paged += bool(incident.told)
                one.acted += incident.acted
                one.held += number in muted
