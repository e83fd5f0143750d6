"""Everything that a postmortem is drafted from, read when somebody asks for it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from triaged.core.practice.learning.postmortem_facts import Account, PastIncident, peak_of
from triaged.core.records.model import ChainedEntry, Incident
from triaged.core.records.practice.action_items import ActionItem, ActionState
from triaged.core.settings import Settings
from triaged.core.text.facts import facts_of
from triaged.core.time.durations import SECOND
from triaged.store.database.base import Reader
from triaged.store.queries import evidence, similar_incidents
from triaged.store.queries.history import first_since
from triaged.store.tables import timeline
from triaged.store.tables.practice_rows import action_items

ENTRIES_AT_ONCE = 1_000
ENTRIES_MAX = 10_000
"""Entries of a timeline that are read; more than a storm of a day makes."""

EPISODES_MAX = 5_000
SIMILAR_MAX = 3
SIMILAR_LEAST = 0.3
"""As for hints: below a third of the words' weight, shared words are chance."""


async def account_of(tx: Reader, incident: Incident, settings: Settings, now: int) -> Account:
    """The account of an incident."""
    facts = facts_of(incident, await evidence.of_incident(tx, incident.number), settings, now)
    said = next((one.summary for one in facts.alerts if one.summary), "") or facts.summary
    return Account(
        incident=incident,
        entries=await _entries(tx, incident.number),
        alert=(said or incident.title) if facts.alerts else "",
        peak_alerts=await _peak(tx, incident, now),
        actions=await action_items.of(tx, [incident.number]),
        similar=await _similar(tx, incident),
        timezone=settings.timezone,
    )


async def _entries(tx: Reader, number: int) -> list[ChainedEntry]:
    found: list[ChainedEntry] = []
    while len(found) < ENTRIES_MAX:
        after = found[-1].seq if found else 0
        more = await timeline.of(tx, number, after, ENTRIES_AT_ONCE)
        found += more
        if len(more) < ENTRIES_AT_ONCE:
            break
    return found


async def _peak(tx: Reader, incident: Incident, now: int) -> int | None:
    """The most alerts that fired at once, by the episodes that began while it was open."""
    first = await first_since(tx, ("observations", "id", "received_at"), incident.opened_at)
    rows = await tx.fetch(
        """SELECT received_at, ended_at FROM observations
           WHERE id >= $1 AND incident = $2 AND received_at <= $3 ORDER BY id LIMIT $4""",
        first,
        incident.number,
        incident.resolved_at or now,
        EPISODES_MAX,
    )
    return peak_of([(received_at, ended_at) for received_at, ended_at in rows])


async def _similar(tx: Reader, incident: Incident) -> list[PastIncident]:
    """Past incidents that share words, with what became of their action items."""
    found = await similar_incidents.similar(tx, incident, SIMILAR_LEAST, SIMILAR_MAX)
    items = await action_items.of(tx, [one.incident.number for one in found])
    return [
        _past(one.incident, [item for item in items if item.incident == one.incident.number])
        for one in found
    ]


def _past(incident: Incident, items: Sequence[ActionItem]) -> PastIncident:
    day = datetime.fromtimestamp(incident.opened_at // SECOND, UTC).date()
    return PastIncident(
        incident.id,
        incident.title,
        day.isoformat(),
        sum(item.state is ActionState.DONE for item in items),
        tuple(item.text for item in items if item.is_unfinished),
    )
