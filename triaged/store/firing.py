"""Everything that fires, with the labels that the rules laid over it: a walk in small pages.

It is for what is seldom: a preview, a silence that ends by itself, suppressors after a reload.
"""

from collections.abc import AsyncIterator, Sequence

import msgspec

from triaged.core.events import SilenceLooked
from triaged.core.muting import AlertId, Suppressor, holds
from triaged.store import silences
from triaged.store.base import Bulk, Database
from triaged.store.muting import laid_over

PAGE = 1000
FIRING = """SELECT a.source, a.fingerprint, a.incident, a.labels, o.outcome, a.inhibits
    FROM alerts a LEFT JOIN observations o ON o.id = a.observation
    WHERE (a.source, a.fingerprint) > ($1, $2) AND a.firing = 1
    ORDER BY a.source, a.fingerprint LIMIT $3"""
UNMARK = "UPDATE alerts SET inhibits = 0 WHERE firing = 1 AND inhibits = 1"
MARK = Bulk(
    """WITH v (source, fingerprint, inhibits) AS ({rows})
       UPDATE alerts SET inhibits = v.inhibits
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "bigint"),
)


class Firing(msgspec.Struct, frozen=True):
    """An alert that fires."""

    source: str
    fingerprint: str
    incident: int | None
    labels: dict[str, str]
    inhibits: bool

    @property
    def identity(self) -> AlertId:
        """(source, fingerprint)."""
        return (self.source, self.fingerprint)


async def pages(database: Database) -> AsyncIterator[Sequence[Firing]]:
    """All alerts that fire, a page at a time, in the order of their identities."""
    after: AlertId = ("", "")
    while True:
        async with database.reading() as tx:
            rows = await tx.fetch(FIRING, *after, PAGE)
        found = [
            Firing(source, fingerprint, incident, laid_over(labels, outcome), bool(inhibits))
            for source, fingerprint, incident, labels, outcome, inhibits in rows
        ]
        yield found
        if len(found) < PAGE:
            return
        after = found[-1].identity


async def mark(database: Database, suppressors: Sequence[Suppressor]) -> int:
    """Mark the firing alerts that suppress others by the rules of now; how many changed.

    Those whose episode begins later are marked as they are classified.
    """
    if not suppressors:
        async with database.transaction() as tx:
            return await tx.execute(UNMARK)
    changed = 0
    async for page in pages(database):
        rows = [
            (*alert.identity, int(not alert.inhibits))
            for alert in page
            if alert.inhibits != any(holds(each.source, alert.labels) for each in suppressors)
        ]
        if rows:
            async with database.transaction() as tx:
                await tx.write(MARK, rows)
        changed += len(rows)
    return changed


async def looks(database: Database, now: int) -> list[SilenceLooked]:
    """What is new about the silences that end by themselves when nothing they match fires."""
    async with database.reading() as tx:
        active = silences.decoded(await tx.fetch_bulk(*silences.ask_active(now)))
    waiting = {each.id: each for each in active if each.expire_when_clear}
    unmet = dict(waiting)
    if unmet:
        async for page in pages(database):
            for identity, silence in list(unmet.items()):
                if any(holds(silence.matchers, alert.labels) for alert in page):
                    del unmet[identity]
            if not unmet:
                break
    looked = [SilenceLooked(identity, identity not in unmet) for identity in waiting]
    return [each for each in looked if each.met != waiting[each.id].met]
