"""Everything that a review is made of, read in small steps beside what must not wait."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from triaged.core.practice.learning.blameless import lint
from triaged.core.practice.learning.postmortem_facts import PastIncident
from triaged.core.practice.learning.review import Blamed, Known, Repeat
from triaged.core.practice.status.status_lints import lints
from triaged.core.records.model import ChainedEntry, Incident
from triaged.core.records.practice.action_items import ActionItem, ActionState
from triaged.core.records.practice.postmortems import Postmortem, revision_id
from triaged.core.records.practice.roles import RolePeriod
from triaged.core.settings import Settings
from triaged.core.time.durations import DAY, SECOND
from triaged.core.time.recurring import local_day, zone_of
from triaged.store.database.base import Bulk, Database, Reader
from triaged.store.queries import similar_incidents, status_facts
from triaged.store.queries.history import first_since
from triaged.store.tables import incidents
from triaged.store.tables.incidents import Ended
from triaged.store.tables.observations import Verdict
from triaged.store.tables.practice_rows import action_items, postmortems, roles

INCIDENTS_MAX = 20_000
"""Incidents that a review looks at, live ones and ended ones apart: those that come first."""

INCIDENTS_AT_ONCE = 200
ENTRIES_OF_ONE = 500
"""Entries of one timeline, the newest: more than a person writes in a day and a night."""

ENTRIES_AT_ONCE = 2_000

EPISODES_AT_ONCE = 2_000
NAMES_AT_ONCE = 200
"""Unclassified episodes of a step whose alerts are named; the first of each step."""

ROWS_MAX = 200
POSTMORTEMS_MAX = 50
"""Postmortems that the lint reads: some 20 ms each, in a thread."""

SIMILAR_OF_MAX = 20
SIMILAR_LEAST = 0.3
"""As for hints: below a third of the words' weight, shared words are chance."""

REPEAT_US = 90 * DAY
"""What has not happened for a quarter counts as new."""

_ACTS = "t.actor NOT IN ('triaged', 'alerts', 'unclassified')"
_KINDS = "'page.sent', 'role.changed', 'update.escalated', 'update.late', 'update.posted'"
ENTRIES = Bulk(
    f"""WITH v (number, seq, since) AS ({{rows}}) SELECT {{columns}}
        FROM v CROSS JOIN timeline t WHERE t.incident = v.number AND t.seq > v.seq
        AND t.recorded_at >= v.since AND (t.kind IN ({_KINDS}) OR {_ACTS})""",
    ("bigint", "bigint", "bigint"),
    ("t.incident", "t.seq", "t.at", "t.recorded_at", "t.kind", "t.actor", "t.data"),
)

_verdict = msgspec.json.Decoder(Verdict).decode
_data = msgspec.json.Decoder(dict[str, object]).decode
_labels = msgspec.json.Decoder(dict[str, str]).decode


async def known_of(database: Database, settings: Settings, since: int, now: int) -> Known:
    """What is known of the time from `since` on."""
    every, is_complete = await _incidents(database, since)
    found = [one for one in every if one.kind == "incident"]
    async with database.reading() as tx:
        periods = roles.TABLE.decoded(
            await tx.fetch_bulk(*roles.TABLE.ask_incidents([one.number for one in found]))
        )
    entries = await _entries(database, found, since)
    today = local_day(now, settings.working_days.zone).isoformat()
    async with database.reading() as tx:
        asked_for = await _asked_for(tx)
        overdue = await _overdue(tx, today)
        ownerless = await _ownerless(tx, settings)
    return Known(
        since=since,
        until=now,
        unclassified=await _unclassified(database, since),
        incidents=found,
        entries=entries,
        periods=_sorted(periods),
        postmortems=asked_for,
        action_items=overdue,
        ownerless=ownerless,
        repeats=await _repeats(database, [one for one in found if one.opened_at >= since]),
        blamed=await _blamed(database, settings, entries),
        status_page=await _status_page(database, settings, now),
        zones={name: zone_of(person.timezone) for name, person in settings.people.items()},
        zone=zone_of(settings.timezone),
        is_complete=is_complete,
    )


def _sorted(periods: Iterable[RolePeriod]) -> list[RolePeriod]:
    return sorted(periods, key=lambda one: (one.begins_at, one.id))


async def _incidents(database: Database, since: int) -> tuple[list[Incident], bool]:
    """The live ones and those that are over and were changed since; whether these are all."""
    found: list[Incident] = []
    after = 0
    while len(found) < INCIDENTS_MAX:
        async with database.reading() as tx:
            live, after = await incidents.live_after(tx, after, INCIDENTS_AT_ONCE)
        found += live
        if not after:
            break
    limit = len(found) + INCIDENTS_MAX
    behind: Ended | None = (since, 0)
    while behind is not None and len(found) < limit:
        async with database.reading() as tx:
            ended, behind = await incidents.ended_after(tx, behind, INCIDENTS_AT_ONCE)
        found += ended
    return sorted(found, key=lambda one: one.number), not after and behind is None


async def _entries(
    database: Database, found: Sequence[Incident], since: int
) -> dict[int, list[ChainedEntry]]:
    entries: dict[int, list[ChainedEntry]] = {}
    for part in _parts(found):
        asked = [(one.number, max(one.entries - ENTRIES_OF_ONE, 0), since) for one in part]
        async with database.reading() as tx:
            rows = await tx.fetch_bulk(ENTRIES, asked)
        for number, seq, at, recorded_at, kind, actor, data in sorted(rows, key=lambda r: r[:2]):
            entry = ChainedEntry(number, seq, at, recorded_at, kind, actor, "", _data(data), "")
            entries.setdefault(number, []).append(entry)
    return entries


def _parts(found: Sequence[Incident]) -> Iterator[list[Incident]]:
    """Incidents whose entries one query may read."""
    part: list[Incident] = []
    size = 0
    for one in found:
        size += min(one.entries, ENTRIES_OF_ONE)
        part.append(one)
        if size >= ENTRIES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


async def _unclassified(database: Database, since: int) -> Counter[str]:
    """By the name of the alert: episodes since, to which no rule gave a severity."""
    found = Counter[str]()
    async with database.reading() as tx:
        first = await first_since(tx, ("observations", "id", "received_at"), since)
        newest = await tx.fetch_one("SELECT MAX(id) FROM observations")
    last = newest[0] if newest and newest[0] is not None else 0
    for start in range(first, last + 1, EPISODES_AT_ONCE):
        async with database.reading() as tx:
            found += await _unclassified_from(tx, start, since)
    return found


async def _unclassified_from(tx: Reader, start: int, since: int) -> Counter[str]:
    """The same of one step. Outcomes are few, and each is decoded once."""
    found = Counter[str]()
    between = (start, start + EPISODES_AT_ONCE, since)
    rows = await tx.fetch(
        """SELECT outcome, COUNT(*) FROM observations
           WHERE id >= $1 AND id < $2 AND received_at >= $3 GROUP BY outcome""",
        *between,
    )
    for outcome, count in rows:
        verdict = _verdict(outcome)
        if verdict.severity is not None or not verdict.incident:
            continue
        named = await tx.fetch(
            """SELECT a.labels FROM observations o JOIN alerts a
                   ON a.source = o.source AND a.fingerprint = o.fingerprint
               WHERE o.id >= $1 AND o.id < $2 AND o.received_at >= $3 AND o.outcome = $4
               ORDER BY o.id LIMIT $5""",
            *between,
            outcome,
            min(count, NAMES_AT_ONCE),
        )
        found.update(_labels(labels).get("alertname", "an alert") for (labels,) in named)
    return found


async def _asked_for(tx: Reader) -> list[Postmortem]:
    rows = await tx.fetch(
        """SELECT body FROM postmortems WHERE due_at IS NOT NULL ORDER BY due_at LIMIT $1""",
        ROWS_MAX,
    )
    return postmortems.TABLE.decoded(rows)


async def _overdue(tx: Reader, today: str) -> list[ActionItem]:
    rows = await tx.fetch(
        f"""SELECT body FROM action_items WHERE {action_items.UNFINISHED_SQL} AND due < $1
            ORDER BY due LIMIT $2""",
        today,
        ROWS_MAX,
    )
    return action_items.TABLE.decoded(rows)


async def _ownerless(tx: Reader, settings: Settings) -> list[ActionItem]:
    """Unfinished items whose owner is nobody any more."""
    rows = await tx.fetch(
        f"SELECT DISTINCT owner FROM action_items WHERE {action_items.UNFINISHED_SQL}"
    )
    found: list[ActionItem] = []
    for owner in sorted({name for (name,) in rows} - settings.people.keys())[:ROWS_MAX]:
        rows = await tx.fetch(
            f"""SELECT body FROM action_items WHERE {action_items.UNFINISHED_SQL} AND owner = $1
                ORDER BY due LIMIT $2""",
            owner,
            ROWS_MAX - len(found),
        )
        found += action_items.TABLE.decoded(rows)
    return found


async def _repeats(database: Database, opened: Sequence[Incident]) -> list[Repeat]:
    """Incidents with a key that was seen before, and severe ones that resemble others."""
    found: list[Repeat] = []
    again = [one for one in opened if one.previous is not None][-ROWS_MAX:]
    async with database.reading() as tx:
        before = await incidents.of_numbers(tx, {one.previous or 0 for one in again})
        items = await action_items.of(tx, sorted({one.number for one in before}))
    past = {one.number: one for one in before if one.kind == "incident"}
    for one in again:
        last = past.get(one.previous or 0)
        if last is not None and one.opened_at - last.opened_at < REPEAT_US:
            found.append(Repeat(one, past_of(last, items), by_key=True))
    others = [one for one in opened if one.previous is None and one.severity <= "SEV-2"]
    for one in others[-SIMILAR_OF_MAX:]:
        async with database.reading() as tx:
            alike = await similar_incidents.similar(tx, one, SIMILAR_LEAST, 1)
            numbers = [each.incident.number for each in alike]
            items = await action_items.of(tx, numbers)
        found += [Repeat(one, past_of(each.incident, items), by_key=False) for each in alike]
    return sorted(found, key=lambda each: each.incident.number)


def past_of(incident: Incident, items: Iterable[ActionItem]) -> PastIncident:
    """A past incident, and what became of its action items."""
    own = [item for item in items if item.incident == incident.number]
    return PastIncident(
        incident.id,
        incident.title,
        datetime.fromtimestamp(incident.opened_at // SECOND, UTC).date().isoformat(),
        sum(item.state is ActionState.DONE for item in own),
        tuple(item.text for item in own if item.is_unfinished),
    )


async def _blamed(
    database: Database, settings: Settings, entries: dict[int, list[ChainedEntry]]
) -> list[Blamed]:
    """The postmortems that were saved or published in the time, and blame somebody."""
    kinds = ("postmortem.saved", "postmortem.published")
    numbers = [n for n, those in entries.items() if any(one.kind in kinds for one in those)]
    names = [name for person in settings.people.values() for name in (person.id, person.name)]
    found: list[Blamed] = []
    for number in sorted(numbers)[-POSTMORTEMS_MAX:]:
        async with database.reading() as tx:
            rows = postmortems.TABLE.decoded(
                await tx.fetch_bulk(*postmortems.TABLE.ask_incidents([number]))
            )
            identity = rows[0].id.partition("/")[0] if rows else ""
            text = rows and await postmortems.revision(tx, revision_id(identity, rows[0].revision))
        if text:
            sentences = await asyncio.to_thread(lint, text.text, names)
            found += [Blamed(identity, len(sentences))] if sentences else []
    return found


async def _status_page(database: Database, settings: Settings, now: int) -> list[str]:
    if settings.status_page is None:
        return []
    async with database.reading() as tx:
        facts = await status_facts.facts_of(tx, settings.status_page, now)
    return [
        f"{one.subject}: {one.text}; {one.fix}" for one in await asyncio.to_thread(lints, facts)
    ]
