"""Walks over everything that fires, in small parts, for silences and suppressors.

They are for rare occasions: a silence that ends by itself, suppressors after a reload.
"""

from collections.abc import AsyncIterator, Mapping, Sequence

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.muting.muters import Suppressor, index_of
from triaged.core.records.events import SilenceLooked
from triaged.core.records.model import Labels
from triaged.core.records.silences import Silence
from triaged.core.time.durations import MINUTE
from triaged.store.database.base import Bulk, Database
from triaged.store.tables import silences
from triaged.store.tables.observed_alerts import OBSERVED_ALERTS, laid_over, walk_firing

PAGE = 500
LOOK_BACK_US = MINUTE
"""Looks are 15 s apart; what ends is looked at by three or four of them."""

ENDED = f"""SELECT a.ended_at, a.source, a.fingerprint, a.labels, o.outcome
    FROM {OBSERVED_ALERTS}
    WHERE a.ended_at IS NOT NULL AND (a.ended_at, a.source, a.fingerprint) > ($1, $2, $3)
    ORDER BY a.ended_at, a.source, a.fingerprint LIMIT $4"""
UNMARK = "UPDATE alerts SET inhibits = 0 WHERE firing = 1 AND inhibits = 1"
MARK = Bulk(
    """WITH v (source, fingerprint, inhibits) AS ({rows})
       UPDATE alerts SET inhibits = v.inhibits
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "bigint"),
)


async def ended(database: Database, since: int) -> AsyncIterator[Sequence[tuple[int, Labels]]]:
    """The ends, from `since` on, of alerts that have not fired again: (instant, labels)."""
    after: tuple[int, str, str] = (since, "", "")
    while True:
        async with database.reading() as tx:
            rows = await tx.fetch(ENDED, *after, PAGE)
        yield [(at, laid_over(labels, outcome)) for at, _, _, labels, outcome in rows]
        if len(rows) < PAGE:
            return
        after = rows[-1][:3]


async def mark(database: Database, suppressors: Sequence[Suppressor]) -> int:
    """Mark the firing alerts that suppress others by the rules of now; how many changed.

    Those whose episode begins later are marked as they are classified.
    """
    if not suppressors:
        async with database.transaction() as tx:
            return await tx.execute(UNMARK)
    changed = 0
    index = Index([each.source for each in suppressors])
    async for page in walk_firing(database, PAGE):
        rows = [
            (*alert.identity, int(not alert.inhibits))
            for alert in page
            if alert.inhibits != bool(index.matching(alert.labels))
        ]
        if rows:
            async with database.transaction() as tx:
                await tx.write(MARK, rows)
        changed += len(rows)
    return changed


async def looks(database: Database, now: int) -> list[SilenceLooked]:
    """Events for the silences that end by themselves and whose matching alerts came or went."""
    async with database.reading() as tx:
        active = silences.decoded(await tx.fetch_bulk(*silences.ask_active(now)))
    waiting = {each.id: each for each in active if each.expire_when_clear}
    unmet = dict(waiting)
    index = index_of(tuple(each.matchers for each in waiting.values()))
    if unmet:
        async for page in walk_firing(database, PAGE):
            _meet(index, waiting, unmet, [(now, alert.labels) for alert in page])
            if not unmet:
                break
    # what came and went since the last look, or ended while the silence was being set, counts too
    never = {identity: each for identity, each in unmet.items() if not each.met}
    if never:
        since = max(min(each.starts_at for each in never.values()), now - LOOK_BACK_US)
        came = dict(never)
        async for past in ended(database, since):
            _meet(index, waiting, came, past)
        for identity in never.keys() - came.keys():
            del unmet[identity]
    looked = [SilenceLooked(identity, identity not in unmet) for identity in waiting]
    return [each for each in looked if each.met != waiting[each.id].met]


def _meet(
    index: Index,
    waiting: Mapping[str, Silence],
    unmet: dict[str, Silence],
    seen: Sequence[tuple[int, Labels]],
) -> None:
    """Take out the silences that match what fired until then; `index` has all that wait."""
    identities = list(waiting)
    for at, labels in seen:
        for position in bits(index.matching(labels)):
            identity = identities[position]
            if identity in unmet and at >= unmet[identity].starts_at:
                del unmet[identity]
