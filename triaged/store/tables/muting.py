"""Rows for decisions about muting: silences, labels of firing alerts, alerts that suppress.

Labels are the sender's with the rules' laid over them, as they were when the episode began.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

from triaged.core.muting.mute_hold import last_alert
from triaged.core.muting.muters import AlertId, Firing, Muters, Mutes
from triaged.core.records.expectations import expected_rule
from triaged.core.records.model import Incident, Labels
from triaged.core.view import View
from triaged.store.database.base import Bulk, Reader, Row
from triaged.store.tables import silences, watches
from triaged.store.tables.observed_alerts import OBSERVED_ALERTS, laid_over

FIRING_OF = Bulk(
    f"""WITH v (number) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN {OBSERVED_ALERTS}
        WHERE a.incident = v.number AND a.firing = 1""",
    ("bigint",),
    ("a.incident", "a.source", "a.fingerprint", "a.labels", "o.outcome"),
)
INHIBITING = Bulk(
    """WITH v (most) AS ({rows}) SELECT {columns} FROM (
           SELECT source, fingerprint, labels, starts_at, observation FROM alerts
           WHERE firing = 1 AND inhibits = 1 LIMIT (SELECT most FROM v)) a
       LEFT JOIN observations o ON o.id = a.observation""",
    ("bigint",),
    ("a.source", "a.fingerprint", "a.labels", "o.outcome", "a.starts_at"),
)
LAID_OVER = Bulk(
    f"""WITH v (source, fingerprint) AS ({{rows}})
        SELECT {{columns}} FROM v CROSS JOIN {OBSERVED_ALERTS}
        WHERE a.source = v.source AND a.fingerprint = v.fingerprint""",
    ("text", "text"),
    ("a.source", "a.fingerprint", "a.labels", "o.outcome"),
)
TURN_ROWS = 200
"""Labels that are read and matched between two turns of the event loop: up to 8 ms where two
thousand silences have patterns that were never tried on them."""

INHIBITING_MAX = 10_000
"""Alerts that suppress at one time: a tenth of a second to read; sources are nodes, not pods."""


async def load(tx: Reader, view: View, found: Iterable[Incident], muters: Muters, now: int) -> None:
    """Give `view`, which has the silences, what says whether these incidents are muted.

    Nothing if nothing can mute. What mutes each alert at `now` is worked out on the way.
    """
    wanted = {incident.number: incident for incident in found}
    if not wanted or not (view.silences or muters):
        return
    view.tracks = True
    numbers = [(number,) for number in sorted(wanted)]
    asks = [(FIRING_OF, numbers), _ask_inhibiting(muters)]
    firing, inhibiting = await tx.fetch_bulks(asks)
    view.inhibiting |= await _inhibiting(inhibiting)
    mutes = view.mutes(muters, now)
    async for number, source, fingerprint, labels, outcome in _in_turns(firing):
        laid = laid_over(labels, outcome)
        mutes.remember(laid)
        view.labels.setdefault(number, {})[source, fingerprint] = laid
    if any(expected_rule(one.key) for one in wanted.values()):
        view.watches |= await watches.every(tx)
    last = {one for each in wanted.values() if (one := last_alert(view.watches, each))}
    if last:
        view.last_labels |= await overlaid(tx, sorted(last))


async def load_muters(tx: Reader, view: View, muters: Muters) -> None:
    """Give `view` all alerts that suppress; the labels of a joining alert come with its event."""
    view.tracks = True
    (inhibiting,) = await tx.fetch_bulks([_ask_inhibiting(muters)])
    view.inhibiting |= await _inhibiting(inhibiting)


def _ask_inhibiting(muters: Muters) -> tuple[Bulk, list[tuple[int]]]:
    return INHIBITING, [(INHIBITING_MAX,)] if muters.suppress else []


async def _inhibiting(rows: Sequence[Row]) -> dict[AlertId, Firing]:
    return {row[:2]: Firing(laid_over(*row[2:4]), row[4]) async for row in _in_turns(rows)}


async def _in_turns(rows: Sequence[Row]) -> AsyncIterator[Row]:
    """The rows; others may go first from time to time."""
    for position, row in enumerate(rows, 1):
        yield row
        if position % TURN_ROWS == 0:
            await asyncio.sleep(0)


async def overlaid(tx: Reader, identities: Sequence[AlertId]) -> dict[AlertId, Labels]:
    """The labels of these alerts with those that the rules laid over them."""
    rows = await tx.fetch_bulk(LAID_OVER, identities)
    return {row[:2]: laid_over(*row[2:]) for row in rows}


async def mutes(tx: Reader, muters: Muters, now: int) -> Mutes:
    """Everything that mutes at `now`."""
    asks = [silences.ask_active(now), _ask_inhibiting(muters)]
    active, inhibiting = await tx.fetch_bulks(asks)
    found = await _inhibiting(inhibiting)
    return Mutes(muters, silences.decoded(active), found, now)


async def standing(tx: Reader, found: Iterable[Incident], muters: Muters, now: int) -> View:
    """A view that says which of these incidents are muted at `now`, and nothing else."""
    view = View()
    rows: list[Row] = await tx.fetch_bulk(*silences.ask_active(now))
    view.silences = {silence.id: silence for silence in silences.decoded(rows)}
    await load(tx, view, found, muters, now)
    return view
