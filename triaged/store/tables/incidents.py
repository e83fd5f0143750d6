"""Incidents: a document, and the columns that SQL asks for (docs/decisions/0001)."""

from collections.abc import Iterable, Sequence

import msgspec

from triaged.core.records.model import LIVE, Incident, State
from triaged.core.view import key_text
from triaged.store.database.base import Ask, Bulk, Reader, Row, Writer
from triaged.store.database.listing import Where
from triaged.store.database.readable import readable
from triaged.wire import encode

LIVE_SQL = "('open', 'acknowledged')"
OVER_SQL = f"state NOT IN {LIVE_SQL}"
LIVE_AFTER = """SELECT number, body FROM incidents
    WHERE number > $1 AND state NOT IN ('resolved', 'closed', 'merged')
    ORDER BY number LIMIT $2"""
"""As LIVE_SQL; so written, one index alone can answer it, in order and without a sort."""
ENDED_AFTER = f"""SELECT number, body, changed_at FROM incidents
    WHERE (changed_at, number) > ($1, $2) AND {OVER_SQL}
    ORDER BY changed_at, number LIMIT $3"""
SAVE = Bulk(
    """INSERT INTO incidents (number, key, state, severity, service, team, title, opened_at,
           changed_at, exhausted, merged_into, kind, asked, body)
       {rows}
       ON CONFLICT (number) DO UPDATE SET state = excluded.state, severity = excluded.severity,
           service = excluded.service, team = excluded.team, title = excluded.title,
           changed_at = excluded.changed_at, exhausted = excluded.exhausted,
           merged_into = excluded.merged_into, asked = excluded.asked, body = excluded.body""",
    ("bigint", *("text",) * 6, *("bigint",) * 4, *("text",) * 3),
)
BY_NUMBER = Bulk(
    """WITH v (number) AS ({rows}) SELECT {columns} FROM v CROSS JOIN incidents i
       WHERE i.number = v.number""",
    ("bigint",),
    ("i.body",),
    locks="i",
    order="i.number",
)
BY_KEY = Bulk(
    f"""WITH v (key) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN incidents i
        WHERE i.key = v.key AND i.key <> '[]' AND (i.state IN {LIVE_SQL}
            OR i.number = (SELECT MAX(l.number) FROM incidents l
                WHERE l.key = v.key AND l.key <> '[]'))""",
    ("text",),
    ("i.body",),
    locks="i",
    order="i.number",
)
HOMES = Bulk(
    """WITH v (number) AS ({rows}) SELECT {columns} FROM v CROSS JOIN incidents i
       WHERE i.number = v.number""",
    ("bigint",),
    ("i.number", "i.key", "i.team"),
)
LIVE_OF = Bulk(
    f"""WITH v (service, most) AS ({{rows}}) SELECT {{columns}} FROM (
            SELECT i.body FROM v CROSS JOIN incidents i
            WHERE i.service = v.service AND i.state IN {LIVE_SQL} AND i.service <> ''
                AND i.kind = 'incident'
            ORDER BY i.severity, i.number DESC LIMIT (SELECT MAX(most) FROM v)) live""",
    ("text", "bigint"),
    ("live.body",),
)
_decode = msgspec.json.Decoder(Incident).decode


class IncidentFilter(msgspec.Struct, frozen=True):
    """Which incidents to list; empty means any."""

    states: Sequence[str] = ()
    severities: Sequence[str] = ()
    kinds: Sequence[str] = ()
    service: str | None = None
    team: str | None = None
    text: str | None = None
    since: int | None = None
    cursor: str | None = None
    limit: int = 100


def ask_numbers(numbers: Iterable[int]) -> Ask:
    """The query for the incidents with these numbers, whose rows it locks in their order."""
    return BY_NUMBER, [(number,) for number in sorted(numbers)]


def ask_keys(keys: Iterable[str]) -> Ask:
    """The query for each key's live incident, if there is one, and its newest."""
    return BY_KEY, [(key,) for key in sorted(keys)]


def decoded(rows: Iterable[Row]) -> list[Incident]:
    """The incidents that were found."""
    return [_decode(row[0]) for row in rows]


async def homes(tx: Reader, numbers: Iterable[int]) -> list[tuple[int, str, str]]:
    """(number, key text, team) of the incidents with these numbers."""
    rows = await tx.fetch_bulk(HOMES, [(number,) for number in sorted(numbers)])
    return [(number, key, team) for number, key, team in rows]


async def fetch(tx: Reader, number: int) -> Incident | None:
    """The incident with this number."""
    row = await tx.fetch_one("SELECT body FROM incidents WHERE number = $1", number)
    return None if row is None else _decode(row[0])


async def find(tx: Reader, wanted: IncidentFilter) -> tuple[list[Incident], str | None]:
    """Incidents, the newest first, and the cursor of what follows, if anything does."""
    asked = Where("number", (), wanted.cursor, wanted.limit)
    for column, values in (
        ("state", wanted.states),
        ("severity", wanted.severities),
        ("kind", wanted.kinds),
    ):
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


async def of_numbers(tx: Reader, numbers: Iterable[int]) -> list[Incident]:
    """The incidents with these numbers; those that there are not are absent."""
    return decoded(await tx.fetch_bulk(*ask_numbers(numbers)))


async def live_numbers(tx: Reader) -> list[int]:
    """The numbers of all incidents that are not over, in order."""
    rows = await tx.fetch(f"SELECT number FROM incidents WHERE state IN {LIVE_SQL} ORDER BY number")
    return [number for (number,) in rows]


async def live_of(tx: Reader, services: Iterable[str], limit: int) -> list[Incident]:
    """Incidents of these services that are not over, the worst first; no drills."""
    rows = await tx.fetch_bulk(LIVE_OF, [(service, limit) for service in sorted(services)])
    found = decoded(rows)
    return sorted(found, key=lambda incident: (incident.severity, -incident.number))[:limit]


async def save(tx: Writer, incidents: Iterable[Incident], now: int) -> None:
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
            int(incident.is_exhausted),
            incident.merged_into,
            incident.kind,
            asked_text(incident),
            encode(incident).decode(),
        )
        for incident in incidents
    ]
    # What leaves a key goes first: another may take it in the same batch.
    await tx.write(SAVE, sorted(rows, key=lambda row: (row[2] in LIVE, row[0])))


def asked_text(incident: Incident) -> str:
    """Whose it is, between commas: everybody whom an open one has paged, else its holder."""
    if incident.state is State.OPEN:
        people = sorted({one.person for one in incident.told if one.person})
    else:
        people = [incident.holder] if incident.holder else []
    return f",{','.join(people)}," if people else ""


async def counts(tx: Reader) -> list[tuple[str, str, int]]:
    """(severity, state, how many) of live incidents; of no drills."""
    rows = await tx.fetch(
        f"""SELECT severity, state, COUNT(*) FROM incidents
            WHERE state IN {LIVE_SQL} AND kind = 'incident' GROUP BY severity, state"""
    )
    return [(severity, state, number) for severity, state, number in rows]


async def exhausted(tx: Reader) -> int:
    """How many incidents are open whose rounds are all over; no drills."""
    row = await tx.fetch_one(
        "SELECT COUNT(*) FROM incidents WHERE exhausted = 1 AND kind = 'incident'"
    )
    return 0 if row is None else int(row[0])


async def live_after(tx: Reader, number: int, limit: int) -> tuple[list[Incident], int]:
    """Incidents that are not over, by number, of those behind `number`; behind which to go on.

    That is 0 when these were the last ones. What cannot be read is left out.
    """
    rows = await tx.fetch(LIVE_AFTER, number, limit)
    found, _ = readable("incidents", rows, _numbered)
    return found, rows[-1][0] if len(rows) == limit else 0


Ended = tuple[int, int]
"""The instant of the last change to an incident that is over, and its number."""


async def ended_after(tx: Reader, behind: Ended, limit: int) -> tuple[list[Incident], Ended | None]:
    """As `live_after`, of those that are over, in the order of their last changes."""
    rows = await tx.fetch(ENDED_AFTER, *behind, limit)
    found, _ = readable("incidents", rows, _numbered)
    return found, (rows[-1][2], rows[-1][0]) if len(rows) == limit else None


def _numbered(row: Row) -> Incident:
    return _decode(row[1])
