"""Rows for decisions about muting: silences, labels of firing alerts, alerts that suppress.

Labels are the sender's with the rules' laid over them, as they were when the episode began.
"""

from collections.abc import Iterable, Sequence

from triaged.core.muting.muters import AlertId, Muters, Mutes
from triaged.core.records.model import Labels
from triaged.core.records.silences import Silence
from triaged.core.view import View
from triaged.store.database.base import Bulk, Reader, Row
from triaged.store.tables import silences
from triaged.store.tables.observed_alerts import OBSERVED_ALERTS, laid_over

FIRING_OF = Bulk(
    f"""WITH v (number) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN {OBSERVED_ALERTS}
        WHERE a.incident = v.number AND a.firing = 1""",
    ("bigint",),
    ("a.incident", "a.source", "a.fingerprint", "a.labels", "o.outcome"),
)
INHIBITING = Bulk(
    """WITH v (most) AS ({rows}) SELECT {columns} FROM (
           SELECT source, fingerprint, labels, observation FROM alerts
           WHERE firing = 1 AND inhibits = 1 LIMIT (SELECT most FROM v)) a
       LEFT JOIN observations o ON o.id = a.observation""",
    ("bigint",),
    ("a.source", "a.fingerprint", "a.labels", "o.outcome"),
)
LAID_OVER = Bulk(
    f"""WITH v (source, fingerprint) AS ({{rows}})
        SELECT {{columns}} FROM v CROSS JOIN {OBSERVED_ALERTS}
        WHERE a.source = v.source AND a.fingerprint = v.fingerprint""",
    ("text", "text"),
    ("a.source", "a.fingerprint", "a.labels", "o.outcome"),
)
INHIBITING_MAX = 10_000
"""Alerts that suppress at one time: a tenth of a second to read; sources are nodes, not pods."""


async def load(
    tx: Reader, view: View, numbers: Iterable[int], muters: Muters, known: Iterable[Silence]
) -> None:
    """Give `view` what says whether these incidents are muted; nothing if nothing can mute."""
    view.silences |= {silence.id: silence for silence in known}
    wanted = [(number,) for number in sorted(numbers)]
    if not wanted or not (view.silences or muters):
        return
    view.tracks = True
    asks = [(FIRING_OF, wanted), (INHIBITING, [(INHIBITING_MAX,)] if muters.suppress else [])]
    firing, inhibiting = await tx.fetch_bulks(asks)
    for number, source, fingerprint, labels, outcome in firing:
        laid = laid_over(labels, outcome)
        view.labels.setdefault(number, {})[source, fingerprint] = laid
    view.inhibiting |= {row[:2]: laid_over(*row[2:]) for row in inhibiting}


async def overlaid(tx: Reader, identities: Sequence[AlertId]) -> dict[AlertId, Labels]:
    """The labels of these alerts with those that the rules laid over them."""
    rows = await tx.fetch_bulk(LAID_OVER, identities)
    return {row[:2]: laid_over(*row[2:]) for row in rows}


async def mutes(tx: Reader, muters: Muters, now: int) -> Mutes:
    """Everything that mutes at `now`."""
    asks = [silences.ask_active(now)]
    asks.append((INHIBITING, [(INHIBITING_MAX,)] if muters.suppress else []))
    active, inhibiting = await tx.fetch_bulks(asks)
    found = {row[:2]: laid_over(*row[2:]) for row in inhibiting}
    return Mutes(muters, silences.decoded(active), found, now)


async def standing(tx: Reader, numbers: Iterable[int], muters: Muters, now: int) -> View:
    """A view that says which of these incidents are muted at `now`, and nothing else."""
    view = View()
    rows: list[Row] = await tx.fetch_bulk(*silences.ask_active(now))
    await load(tx, view, numbers, muters, silences.decoded(rows))
    return view
