"""A copy that is put back gives no number or epoch a second time, and says that something is lost.

After the copy was made incidents got numbers, and incidents of the copy were armed again: pages,
steps and links out there carry those numbers and epochs. Providers drop a page whose identity they
know, so neither may come twice.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from triaged.store.database.base import Reader, Transaction

NUMBERS_SKIPPED = 10_000
"""Incident numbers that are left out where what was lost cannot be read: a year's, or one bad day's
of a large place."""

EPOCHS_SKIPPED = 1_000
"""An incident is armed once, and again at each re-opening: a handful of times."""

COPIED_AT = """SELECT MAX(at) FROM (SELECT MAX(heard_at) AS at FROM senders
    UNION ALL SELECT MAX(changed_at) FROM incidents) known"""
SET_APART = (
    """UPDATE incidents SET body = json_set(body, '$.escalation.epoch',
           json_extract(body, '$.escalation.epoch') + :epochs)
       WHERE state <> 'closed' AND json_extract(body, '$.escalation.epoch') > 0""",
    "UPDATE timers SET epoch = epoch + :epochs WHERE epoch > 0",
    """UPDATE pages SET body = json_set(body, '$.epoch', json_extract(body, '$.epoch') + :epochs,
           '$.possible_duplicate', json('true')) WHERE state = 'due'""",
    """UPDATE requests SET body = json_set(body, '$.maybe_since',
           COALESCE(json_extract(body, '$.maybe_since'), created_at)) WHERE state = 'due'""",
    "UPDATE counters SET next = MAX(next + :numbers, :lost) WHERE name = 'incident'",
    "DELETE FROM restores",
    "INSERT INTO restores VALUES (:copied_at)",
)
"""Pages and requests that are due may have gone out since."""

SET_APART_POSTGRES = (
    """UPDATE incidents SET body = jsonb_set(body::jsonb, '{escalation,epoch}',
           to_jsonb((body::jsonb #>> '{escalation,epoch}')::bigint + $1))::text
       WHERE state <> 'closed' AND (body::jsonb #>> '{escalation,epoch}')::bigint > 0""",
    "UPDATE timers SET epoch = epoch + $1 WHERE epoch > 0",
    """UPDATE pages SET body = (jsonb_set(body::jsonb, '{epoch}',
           to_jsonb((body::jsonb ->> 'epoch')::bigint + $1))
           || '{"possible_duplicate": true}'::jsonb)::text WHERE state = 'due'""",
)

REQUESTS_POSTGRES = """UPDATE requests SET body = (body::jsonb || jsonb_build_object('maybe_since',
    COALESCE((body::jsonb ->> 'maybe_since')::bigint, created_at)))::text WHERE state = 'due'"""


def set_apart(copy: Path, lost: Path) -> None:
    """Make the SQLite store `copy` the successor of `lost`, if that is there and can be read."""
    last = _next_number(lost)
    with closing(sqlite3.connect(copy)) as connection, connection:
        (copied_at,) = connection.execute(COPIED_AT).fetchone()
        values = {
            "epochs": EPOCHS_SKIPPED,
            "numbers": 0 if last else NUMBERS_SKIPPED,
            "lost": last or 0,
            "copied_at": copied_at or 0,
        }
        for statement in SET_APART:
            connection.execute(statement, values)


async def set_apart_restored(tx: Transaction) -> None:
    """As `set_apart`, of a PostgreSQL database that was put back: what was lost is not known."""
    row = await tx.fetch_one(COPIED_AT)
    for statement in SET_APART_POSTGRES:
        await tx.execute(statement, EPOCHS_SKIPPED)
    await tx.execute(REQUESTS_POSTGRES)
    await tx.execute(
        "UPDATE counters SET next = next + $1 WHERE name = 'incident'", NUMBERS_SKIPPED
    )
    await tx.execute("DELETE FROM restores")
    await tx.execute("INSERT INTO restores VALUES ($1)", (row and row[0]) or 0)


def _next_number(lost: Path) -> int | None:
    """The number that the next incident would have got there; None where that cannot be told."""
    if not lost.exists():
        return None
    try:
        with closing(sqlite3.connect(lost)) as connection:
            row = connection.execute("SELECT next FROM counters WHERE name = 'incident'").fetchone()
    except sqlite3.Error:  # perhaps that is why there is a restore
        return None
    return row[0] if row else None


async def untold(tx: Reader) -> int | None:
    """Up to when a store that was put back knows what happened; None: none was, or all is said."""
    row = await tx.fetch_one("SELECT MAX(known_until) FROM restores")
    return None if row is None else row[0]


async def told(tx: Transaction) -> None:
    """Everybody concerned has been told."""
    await tx.execute("DELETE FROM restores")
