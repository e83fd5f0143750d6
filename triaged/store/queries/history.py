"""Records of what happened, for a replay: read by number, a page at a time, never at one go."""

from collections import defaultdict

import msgspec

from triaged.core.records.history import KINDS, RECLASSIFIED, Episode, Paged, PastIncident, acts_of
from triaged.core.records.model import ChainedEntry, Incident, Page, PageKind, PageState, Severity
from triaged.store.database.base import Reader, Row
from triaged.store.tables.observations import Verdict

_verdict = msgspec.json.Decoder(Verdict).decode
_strings = msgspec.json.Decoder(dict[str, str]).decode
_incident = msgspec.json.Decoder(Incident).decode
_page = msgspec.json.Decoder(Page).decode
_data = msgspec.json.Decoder(dict[str, object]).decode

EPISODES = """SELECT o.id, o.source, o.fingerprint, o.received_at, o.starts_at, a.labels,
        o.annotations, o.ended_at, o.ended_by, o.incident, o.outcome
    FROM observations o JOIN alerts a ON a.source = o.source AND a.fingerprint = o.fingerprint
    WHERE o.id > $1 AND o.received_at >= $2 AND o.received_at < $3 ORDER BY o.id LIMIT $4"""

INCIDENTS = """SELECT number, body FROM incidents
    WHERE number > $1 AND opened_at >= $2 AND opened_at < $3 ORDER BY number LIMIT $4"""


async def episodes(
    tx: Reader, period: tuple[int, int], after: int | None, limit: int
) -> list[Episode]:
    """The episodes received in [since, until), after the episode `after`, in the order of arrival.

    An end that came after the period is left out.
    """
    since, until = period
    if after is None:
        after = await first_since(tx, ("observations", "id", "received_at"), since) - 1
    rows = await tx.fetch(EPISODES, after, since, until, limit)
    return [_episode(row, until) for row in rows]


async def incidents(
    tx: Reader, period: tuple[int, int], after: int | None, limit: int
) -> list[PastIncident]:
    """The incidents opened in [since, until), after the incident `after`, in order; no drills."""
    since, until = period
    if after is None:
        after = await first_since(tx, ("incidents", "number", "opened_at"), since) - 1
    found: list[Incident] = []
    read = asked = limit
    while read == asked and len(found) < limit:
        asked = limit - len(found)
        rows = await tx.fetch(INCIDENTS, after, since, until, asked)
        read, after = len(rows), rows[-1][0] if rows else after
        incidents = [_incident(body) for _, body in rows]
        found += [one for one in incidents if one.kind == "incident"]
    if not found:
        return []
    between = (found[0].number, found[-1].number)
    entries, pages = await _entries(tx, between), await _pages(tx, between)
    return [_past(one, entries[one.number], pages[one.number], until) for one in found]


async def first_since(tx: Reader, column: tuple[str, str, str], since: int) -> int:
    """The first number whose instant is not before `since`: halving, for numbers rise with time.

    Where they do not quite, the condition of the query leaves out what is older.
    """
    table, number, at = column
    row = await tx.fetch_one(f"SELECT MIN({number}), MAX({number}) FROM {table}")
    low, high = (0, 0) if row is None or row[0] is None else (int(row[0]), int(row[1]) + 1)
    sql = f"SELECT {number}, {at} FROM {table} WHERE {number} >= $1 ORDER BY {number} LIMIT 1"
    while low < high:
        middle = (low + high) // 2
        row = await tx.fetch_one(sql, middle)
        if row is None or row[1] >= since:
            high = middle
        else:
            low = int(row[0]) + 1
    return low


async def _entries(tx: Reader, between: tuple[int, int]) -> dict[int, list[ChainedEntry]]:
    rows = await tx.fetch(
        f"""SELECT incident, seq, at, recorded_at, kind, actor, text, data FROM timeline
            WHERE incident >= $1 AND incident <= $2 AND kind IN ('{"', '".join(sorted(KINDS))}')
            ORDER BY incident, seq""",
        *between,
    )
    found: dict[int, list[ChainedEntry]] = defaultdict(list)
    for number, seq, at, recorded_at, kind, actor, text, data in rows:
        entry = ChainedEntry(number, seq, at, recorded_at, kind, actor, text, _data(data), "")
        found[number].append(entry)
    return found


async def _pages(tx: Reader, between: tuple[int, int]) -> dict[int, list[Page]]:
    rows = await tx.fetch(
        """SELECT body FROM pages
           WHERE incident >= $1 AND incident <= $2 AND state = 'sent' ORDER BY incident""",
        *between,
    )
    found: dict[int, list[Page]] = defaultdict(list)
    for page in map(_page, (row[0] for row in rows)):
        if page.kind is PageKind.PAGE and page.state is PageState.SENT:
            found[page.incident].append(page)
    return found


def _past(
    incident: Incident, entries: list[ChainedEntry], pages: list[Page], until: int
) -> PastIncident:
    opened = next((entry for entry in entries if entry.kind == "incident.opened"), None)
    data = opened.data if opened else {}
    is_declared = data.get("reason") == "declared"
    sent = sorted(
        (page.sent_at or page.due_at, page.recipient.person or f"channel:{page.channel}")
        for page in pages
    )
    return PastIncident(
        number=incident.number,
        title=incident.title,
        severity=incident.severity,
        opened_at=incident.opened_at,
        response=incident.response,
        why=str(data.get("reason", "")),
        declared_by=opened.actor if opened and is_declared else "",
        declared_as=Severity(str(data["severity"])) if is_declared else None,
        service=incident.service,
        team=incident.team,
        previous=incident.previous,
        storm=incident.storm,
        acts=tuple(act for _, act in acts_of(entries) if act.at < until),
        pages=tuple(Paged(at, whom) for at, whom in sent if at < until),
        reclassified=any(one.kind == RECLASSIFIED and one.recorded_at < until for one in entries),
    )


def _episode(row: Row, until: int) -> Episode:
    number, source, fingerprint, received_at, starts_at, labels, annotations = row[:7]
    ended_at, ended_by, incident, outcome = row[7:]
    said = _verdict(outcome)
    over = ended_at is not None and ended_at < until
    return Episode(
        id=number,
        source=source,
        fingerprint=fingerprint,
        received_at=received_at,
        starts_at=starts_at,
        labels=_strings(labels),
        annotations=_strings(annotations),
        ended_at=ended_at if over else None,
        ended_by=ended_by if over else None,
        incident=incident,
        severity=said.severity,
        rule=said.rule,
        rule_set=said.rule_set,
    )
