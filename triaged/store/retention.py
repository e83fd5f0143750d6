"""Delete what is past its retention, in small batches that let ingest through."""

from typing import Protocol

from triaged.core.records.practice.requests import EDIT
from triaged.core.time.durations import DAY, HOUR
from triaged.crashpoints import CrashPoint, no_crash
from triaged.store.database.base import Bulk, Database
from triaged.store.tables import practice
from triaged.store.tables.incidents import OVER_SQL
from triaged.store.tables.practice_rows import away, oncall, requests
from triaged.store.tables.practice_rows.action_items import UNFINISHED_SQL

BATCH = 500


class Limits(Protocol):
    """How long each kind of row is kept, in µs."""

    @property
    def alerts(self) -> int:
        """Alerts that no longer fire, from their end."""

    @property
    def observations(self) -> int:
        """Episodes that are over, from their end."""

    @property
    def incidents(self) -> int:
        """Incidents that are over, with timeline and pages, from their last change."""

    @property
    def deliveries(self) -> int:
        """Pages that are done, from their creation."""

    @property
    def quarantine(self) -> int:
        """Bodies, from when they came last."""

    @property
    def silences(self) -> int:
        """Silences, from their end."""

    @property
    def changes(self) -> int:
        """Changes, from when they began."""


QUERIES = {
    "observations": """DELETE FROM observations WHERE id IN (
        SELECT id FROM observations
        WHERE ended_at IS NOT NULL AND ended_at < $1 LIMIT $2)""",
    "alerts": """DELETE FROM alerts WHERE (source, fingerprint) IN (
        SELECT source, fingerprint FROM alerts
        WHERE ended_at IS NOT NULL AND ended_at < $1 LIMIT $2)""",
    "deliveries": """DELETE FROM pages WHERE id IN (
        SELECT id FROM pages WHERE state <> 'due' AND created_at < $1 LIMIT $2)""",
    "quarantine": """DELETE FROM quarantine WHERE id IN (
        SELECT id FROM quarantine WHERE last_at < $1 LIMIT $2)""",
    "silences": """DELETE FROM silences WHERE id IN (
        SELECT id FROM silences WHERE ends_at < $1 LIMIT $2)""",
    "changes": """DELETE FROM changes WHERE (source, id) IN (
        SELECT source, id FROM changes WHERE at < $1 LIMIT $2)""",
}
CALLS_KEPT_US = 2 * DAY
"""For so long a call is remembered: providers repeat one for hours."""

CALLS = """DELETE FROM taken_calls WHERE id IN (
    SELECT id FROM taken_calls WHERE at < $1 LIMIT $2)"""

EDITS_KEPT_US = HOUR
"""For so long the request for an edit is kept that was made: an incident that flaps has many, and
each claim reads all of its topic."""

EDITS = f"""DELETE FROM requests WHERE id IN (SELECT id FROM requests
    WHERE state <> 'due' AND kind = '{EDIT}' AND ended_at < $1 LIMIT $2)"""

INCIDENTS_BATCH = 100
"""Incidents go with all their rows: some dozens each."""

OF_INCIDENTS = tuple(
    Bulk(
        f"WITH v (number) AS ({{rows}}) DELETE FROM {table} "
        f"WHERE {column} IN (SELECT number FROM v)",
        ("bigint",),
    )
    for table, column in (
        ("timeline", "incident"),
        ("pages", "incident"),
        ("timers", "incident"),
        ("incident_words", "incident"),
        ("incidents_read", "incident"),
        *((table.name, "incident") for table in practice.TABLES),
        ("incidents", "number"),
    )
)


DONE_WITH = f"""SELECT number FROM incidents WHERE {OVER_SQL} AND changed_at < $1
    AND NOT EXISTS (SELECT 1 FROM action_items a
        WHERE a.incident = incidents.number AND a.{UNFINISHED_SQL})
    AND NOT EXISTS (SELECT 1 FROM incidents s WHERE s.number = incidents.merged_into)
    LIMIT $2"""
"""Incidents that are over, and of which nobody has anything left to do."""


async def prune(
    database: Database, limits: Limits, now: int, crash_point: CrashPoint = no_crash
) -> dict[str, int]:
    """Delete what is too old at `now`; how many rows of each kind went."""
    removed: dict[str, int] = {}
    for kind, sql in QUERIES.items():
        before = now - int(getattr(limits, kind))
        gone = BATCH
        while gone == BATCH:
            async with database.transaction() as tx:
                gone = await tx.execute(sql, before, BATCH)
                crash_point("in_prune")
            removed[kind] = removed.get(kind, 0) + gone
    removed["requests"] = await _prune_requests(database, now - limits.deliveries)
    removed["duty"] = await _prune_duty(database, now)
    removed["calls"] = await _prune_by(database, CALLS, now - CALLS_KEPT_US)
    removed["edits"] = await _prune_by(database, EDITS, now - EDITS_KEPT_US)
    removed["incidents"] = await _prune_incidents(database, now - limits.incidents)
    return {kind: count for kind, count in removed.items() if count}


async def _prune_by(database: Database, sql: str, before: int) -> int:
    removed, gone = 0, BATCH
    while gone == BATCH:
        async with database.transaction() as tx:
            gone = await tx.execute(sql, before, BATCH)
        removed += gone
    return removed


async def _prune_requests(database: Database, before: int) -> int:
    removed, gone = 0, requests.PRUNED_AT_ONCE
    while gone == requests.PRUNED_AT_ONCE:
        async with database.transaction() as tx:
            gone = await requests.prune(tx, before)
        removed += gone
    return removed


async def _prune_duty(database: Database, now: int) -> int:
    removed, gone = 0, 1
    while gone:
        async with database.transaction() as tx:
            gone = await oncall.prune(tx, now) + await away.prune(tx, now)
        removed += gone
    return removed


async def _prune_incidents(database: Database, before: int) -> int:
    removed, gone = 0, INCIDENTS_BATCH
    while gone == INCIDENTS_BATCH:
        async with database.transaction() as tx:
            rows = await tx.fetch(
                DONE_WITH,
                before,
                INCIDENTS_BATCH,
            )
            for bulk in OF_INCIDENTS:
                await tx.write(bulk, rows)
            gone = len(rows)
        removed += gone
    return removed
