"""Questions of the console's first page: what is live, what pages a person, what ended lately."""

from collections.abc import Mapping, Sequence

import msgspec

from triaged.core.records.model import Incident
from triaged.store.database.base import Reader
from triaged.store.tables.incidents import OVER_SQL, decoded
from triaged.wire import encode

Place = tuple[str, int]
"""Severity and number of the last incident on a page of the list."""

IN_ORDER_SQL = "state NOT IN ('resolved', 'closed', 'merged')"
"""As `LIVE_SQL`; so written, one index alone gives live incidents in the order of the list."""

MINE_MAX = 20
"""Incidents that ask one person for an answer: more are not answered one by one."""


class BoardFilter(msgspec.Struct, frozen=True):
    """Which live incidents to list; empty means any."""

    states: Sequence[str] = ()
    """`open`, `acknowledged`, `snoozed`; the last is not among the second."""
    severities: Sequence[str] = ()
    service: str | None = None
    team: str | None = None
    text: str | None = None
    labels: Mapping[str, str] = {}
    opened_before: int | None = None
    opened_after: int | None = None
    person: str | None = None
    """Who holds it, or was paged and it is open."""

    @property
    def is_empty(self) -> bool:
        """True if everything is listed."""
        return self == BoardFilter()


class _Conditions:
    def __init__(self) -> None:
        self.sql = [IN_ORDER_SQL, "kind = 'incident'"]
        self.values: list[object] = []

    def add(self, condition: str, *values: object) -> None:
        """Ask for `condition`, in which each `{}` is the next of the values."""
        for value in values:
            self.values.append(value)
            condition = condition.replace("{}", f"${len(self.values)}", 1)
        self.sql.append(condition)


async def live(
    tx: Reader, wanted: BoardFilter, after: Place | None, limit: int
) -> tuple[list[Incident], Place | None]:
    """Live incidents, the worst and then the newest first; behind which to go on if more follow."""
    asked = _asked(wanted)
    if after is not None:
        severity, number = after
        asked.add("(severity > {} OR (severity = {} AND number < {}))", severity, severity, number)
    rows = await tx.fetch(
        f"""SELECT body FROM incidents WHERE {" AND ".join(asked.sql)}
            ORDER BY severity, number DESC LIMIT {limit + 1}""",
        *asked.values,
    )
    read = decoded(rows[:limit])
    behind = (read[-1].severity.value, read[-1].number) if len(rows) > limit else None
    return [one for one in read if _fits(one, wanted)], behind


async def number_of(tx: Reader, wanted: BoardFilter) -> int:
    """How many live incidents there are."""
    asked = _asked(wanted)
    row = await tx.fetch_one(
        f"SELECT COUNT(*) FROM incidents WHERE {' AND '.join(asked.sql)}", *asked.values
    )
    return 0 if row is None else int(row[0])


async def asking(tx: Reader, person: str) -> list[Incident]:
    """Open incidents whose pages went to the person, or are on their way, the worst first."""
    rows = await tx.fetch(
        """SELECT body FROM incidents WHERE state = 'open' AND kind <> 'notice' AND number IN (
               SELECT number FROM incidents WHERE asked <> '' AND asked LIKE $1 ESCAPE '!'
               UNION SELECT incident FROM pages WHERE state = 'due' AND id LIKE $2 ESCAPE '!')
           ORDER BY severity, number DESC LIMIT $3""",
        _holds(f",{person},"),
        _holds(f"/{person}/"),
        MINE_MAX,
    )
    return decoded(rows)


async def ended(tx: Reader, limit: int) -> list[Incident]:
    """The incidents that ended last."""
    rows = await tx.fetch(
        f"""SELECT body FROM incidents WHERE {OVER_SQL} AND kind = 'incident'
            ORDER BY changed_at DESC LIMIT $1""",
        limit,
    )
    return decoded(rows)


async def newest(tx: Reader) -> Incident | None:
    """The incident with the highest number."""
    found = decoded(await tx.fetch("SELECT body FROM incidents ORDER BY number DESC LIMIT 1"))
    return found[0] if found else None


async def quarantined(tx: Reader) -> int:
    """How many bodies are in quarantine."""
    row = await tx.fetch_one("SELECT COUNT(*) FROM quarantine")
    return 0 if row is None else int(row[0])


def _asked(wanted: BoardFilter) -> _Conditions:
    """The conditions in SQL. Those about the document let through a little more than `_fits`."""
    asked = _Conditions()
    if wanted.states:
        asked.sql.append(f"({' OR '.join(_STATES[state] for state in sorted(set(wanted.states)))})")
    if wanted.severities:
        marks = ", ".join("{}" for _ in wanted.severities)
        asked.add(f"severity IN ({marks})", *wanted.severities)
    for column, value in (("service", wanted.service), ("team", wanted.team)):
        if value is not None:
            asked.add(f"{column} = {{}}", value)
    if wanted.text is not None:
        asked.add("LOWER(title) LIKE {} ESCAPE '!'", _holds(wanted.text.lower()))
    for name, value in wanted.labels.items():
        asked.add("body LIKE {} ESCAPE '!'", _holds(f"{_json(name)}:{_json(value)}"))
    if wanted.opened_before is not None:
        asked.add("opened_at < {}", wanted.opened_before)
    if wanted.opened_after is not None:
        asked.add("opened_at > {}", wanted.opened_after)
    if wanted.person is not None:
        whose = "SELECT number FROM incidents WHERE asked <> '' AND asked LIKE {} ESCAPE '!'"
        asked.add(f"number IN ({whose})", _holds(f",{wanted.person},"))
    return asked


_NOT_SNOOZED = "body LIKE '%\"snoozed_until\":null%'"
_STATES = {
    "open": "state = 'open'",
    "acknowledged": f"(state = 'acknowledged' AND {_NOT_SNOOZED})",
    "snoozed": f"(state = 'acknowledged' AND NOT {_NOT_SNOOZED})",
}
STATES = tuple(_STATES)


def _fits(incident: Incident, wanted: BoardFilter) -> bool:
    """Whether the incident is wanted, as far as its columns do not tell."""
    return all(incident.labels.get(name) == value for name, value in wanted.labels.items())


def _holds(text: str) -> str:
    """The pattern of texts that hold `text`."""
    return f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"


def _json(text: str) -> str:
    return encode(text).decode()
