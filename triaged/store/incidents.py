"""Incidents: a document, and the columns that SQL asks for (docs/decisions/0001)."""

from collections.abc import Iterable, Sequence

import msgspec

from triaged.core.model import LIVE, Incident
from triaged.core.view import key_text
from triaged.store.base import Ask, Bulk, Row, Transaction
from triaged.store.listing import Where
from triaged.wire import encode

LIVE_SQL = "('open', 'acknowledged')"
OVER_SQL = f"state NOT IN {LIVE_SQL}"
SAVE = Bulk(
    """INSERT INTO incidents (number, key, state, severity, service, team, title, opened_at,
           changed_at, body)
       {rows}
       ON CONFLICT (number) DO UPDATE SET state = excluded.state, severity = excluded.severity,
           service = excluded.service, team = excluded.team, title = excluded.title,
           changed_at = excluded.changed_at, body = excluded.body""",
    ("bigint", "text", "text", "text", "text", "text", "text", "bigint", "bigint", "text"),
)
BY_NUMBER = Bulk(
    """WITH v (number) AS ({rows}) SELECT {columns} FROM v CROSS JOIN incidents i
       WHERE i.number = v.number""",
    ("bigint",),
    ("i.body",),
    locks="i",
)
BY_KEY = Bulk(
    f"""WITH v (key) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN incidents i
        WHERE i.key = v.key AND i.key <> '[]' AND (i.state IN {LIVE_SQL}
            OR i.number = (SELECT MAX(l.number) FROM incidents l
                WHERE l.key = v.key AND l.key <> '[]'))""",
    ("text",),
    ("i.body",),
    locks="i",
)
LIVE_OF = Bulk(
    f"""WITH v (service, most) AS ({{rows}}) SELECT {{columns}} FROM (
            SELECT i.body FROM v CROSS JOIN incidents i
            WHERE i.service = v.service AND i.state IN {LIVE_SQL} AND i.service <> ''
            ORDER BY i.severity, i.number DESC LIMIT (SELECT MAX(most) FROM v)) live""",
    ("text", "bigint"),
    ("live.body",),
)
_decode = msgspec.json.Decoder(Incident).decode


class IncidentFilter(msgspec.Struct, frozen=True):
    """Which incidents to list; empty means any."""

    states: Sequence[str] = ()
    severities: Sequence[str] = ()
    service: str | None = None
    team: str | None = None
    text: str | None = None
    since: int | None = None
    cursor: str | None = None
    limit: int = 100


def ask_numbers(numbers: Iterable[int]) -> Ask:
    """What to fetch for the incidents with these numbers; they are taken in this order."""
    return BY_NUMBER, [(number,) for number in sorted(numbers)]


def ask_keys(keys: Iterable[str]) -> Ask:
    """What to fetch for each key's live incident, if there is one, and its newest."""
    return BY_KEY, [(key,) for key in sorted(keys)]


def decoded(rows: Iterable[Row]) -> list[Incident]:
    """The incidents that were found."""
    return [_decode(row[0]) for row in rows]


async def fetch(tx: Transaction, number: int) -> Incident | None:
    """The incident with this number."""
    row = await tx.fetch_one("SELECT body FROM incidents WHERE number = $1", number)
    return None if row is None else _decode(row[0])


async def find(tx: Transaction, wanted: IncidentFilter) -> tuple[list[Incident], str | None]:
    """Incidents, the newest first, and the cursor of what follows, if anything does."""
    asked = Where("number", (), wanted.cursor, wanted.limit)
    for column, values in (("state", wanted.states), ("severity", wanted.severities)):
        if values:
            asked.add_any(f"{column} = {{}}", values)
    for column, value in (("service", wanted.service), ("team", wanted.team)):
        if value is not None:
            asked.add(f"{column} = {{}}", value)
    if wanted.since is not None:
        asked.add("opened_at >= {}", wanted.since)
    if wanted.text is not None:
        pattern = wanted.text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        asked.add("LOWER(title) LIKE {} ESCAPE '!'", f"%{pattern}%")
    rows = await tx.fetch(f"SELECT body FROM incidents {asked.sql()}", *asked.arguments)
    return asked.page([_decode(row[0]) for row in rows], lambda incident: (incident.number,))


async def of_numbers(tx: Transaction, numbers: Iterable[int]) -> list[Incident]:
    """The incidents with these numbers; those that there are not are absent."""
    return decoded(await tx.fetch_bulk(*ask_numbers(numbers)))


async def live_numbers(tx: Transaction) -> list[int]:
    """The numbers of all incidents that are not over, in order."""
    rows = await tx.fetch(f"SELECT number FROM incidents WHERE state IN {LIVE_SQL} ORDER BY number")
    return [number for (number,) in rows]


async def live_of(tx: Transaction, services: Iterable[str], limit: int) -> list[Incident]:
    """Incidents of these services that are not over, the worst first."""
    rows = await tx.fetch_bulk(LIVE_OF, [(service, limit) for service in sorted(services)])
    found = decoded(rows)
    return sorted(found, key=lambda incident: (incident.severity, -incident.number))[:limit]


async def save(tx: Transaction, incidents: Iterable[Incident], now: int) -> None:
    """Write incidents as they are now."""
    rows = [
        (
            incident.number,
            key_text(incident.key),
            incident.state,
            incident.severity,
            incident.service or "",
            incident.team or "",
            incident.title,
            incident.opened_at,
            now,
            encode(incident).decode(),
        )
        for incident in incidents
    ]
    # What leaves a key goes first: another may take it in the same batch.
    await tx.write(SAVE, sorted(rows, key=lambda row: (row[2] in LIVE, row[0])))


async def counts(tx: Transaction) -> list[tuple[str, str, int]]:
    """(severity, state, how many) of live incidents."""
    rows = await tx.fetch(
        f"""SELECT severity, state, COUNT(*) FROM incidents WHERE state IN {LIVE_SQL}
            GROUP BY severity, state"""
    )
    return [(severity, state, number) for severity, state, number in rows]


async def live_after(tx: Transaction, number: int, limit: int) -> list[Incident]:
    """Incidents that are not over, by number, of those behind `number`."""
    rows = await tx.fetch(
        f"""SELECT body FROM incidents WHERE number > $1 AND state IN {LIVE_SQL}
            ORDER BY number LIMIT $2""",
        number,
        limit,
    )
    return decoded(rows)
