"""Timer rows: what comes due when, and what it expects to find."""

from collections.abc import Iterable
from typing import get_args

import msgspec

from triaged.core.records.timers import IncidentTimer, firing_order
from triaged.store.database.base import Bulk, Reader, Row, Transaction, Writer
from triaged.store.database.readable import readable
from triaged.store.tables.incidents import LIVE_SQL

ARM = Bulk(
    """INSERT INTO timers (incident, kind, due_at, epoch, round, step, reopens, umbrella)
       {rows}
       ON CONFLICT (incident, kind) DO UPDATE SET due_at = excluded.due_at,
           epoch = excluded.epoch, round = excluded.round, step = excluded.step,
           reopens = excluded.reopens, umbrella = excluded.umbrella""",
    ("bigint", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint"),
)
DROP = Bulk(
    """WITH v (incident, kind) AS ({rows}) DELETE FROM timers
       WHERE (incident, kind) IN (SELECT incident, kind FROM v)""",
    ("bigint", "text"),
)
LOOK_AGAIN = Bulk(
    f"""WITH v (due_at) AS ({{rows}})
       INSERT INTO timers (incident, kind, due_at)
       SELECT i.number, 'mute', v.due_at FROM v CROSS JOIN incidents i
       WHERE i.state IN {LIVE_SQL}
       ON CONFLICT (incident, kind) DO UPDATE SET due_at =
           CASE WHEN timers.due_at < excluded.due_at THEN timers.due_at ELSE excluded.due_at END""",
    ("bigint",),
)
DUE = Bulk(
    """WITH v (now, most) AS ({rows}) SELECT {columns} FROM (
           SELECT incident, kind, due_at, epoch, round, step, reopens, umbrella FROM timers
           WHERE due_at <= (SELECT now FROM v) ORDER BY due_at LIMIT (SELECT most FROM v)) due""",
    ("bigint", "bigint"),
    (
        "due.incident",
        "due.kind",
        "due.due_at",
        "due.epoch",
        "due.round",
        "due.step",
        "due.reopens",
        "due.umbrella",
    ),
)
DUES = Bulk(
    """WITH v (incident) AS ({rows}) SELECT {columns} FROM v CROSS JOIN timers t
       WHERE t.incident = v.incident""",
    ("bigint",),
    ("t.incident", "t.kind", "t.due_at"),
)
Dues = dict[type[IncidentTimer], int]


class Unknown(msgspec.Struct, frozen=True):
    """A timer of a kind that nobody knows: it can be put off, not fired."""

    incident: int
    kind: str
    due_at: int


KINDS: dict[str, type[IncidentTimer]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(IncidentTimer)
}


def kind_name(kind: type[IncidentTimer]) -> str:
    """The stored name of a kind of timer: its tag."""
    return str(kind.__struct_config__.tag)


async def save(
    tx: Writer, armed: Iterable[IncidentTimer], dropped: Iterable[tuple[int, str]]
) -> None:
    """Write timers; at most one of each (incident, kind) in either."""
    await tx.write(DROP, sorted(dropped))
    await tx.write(ARM, sorted(_values(timer) for timer in armed))


async def look_again(tx: Writer, instants: Iterable[int]) -> None:
    """Look at every live incident at the first of these, unless it is looked at before."""
    await tx.write(LOOK_AGAIN, [(min(instants),)])


def _values(timer: IncidentTimer) -> tuple[int, str, int, int, int, int, int, int]:
    return (
        timer.incident,
        kind_name(type(timer)),
        timer.due_at,
        getattr(timer, "epoch", 0),
        getattr(timer, "round", 0),
        getattr(timer, "step", 0),
        getattr(timer, "reopens", 0),
        getattr(timer, "umbrella", 0),
    )


def _timer(row: Row) -> IncidentTimer:
    """The timer of a row: each kind takes those columns that are fields of it."""
    incident, kind, due_at, epoch, round_, step, reopens, umbrella = row
    found = {"incident": incident, "due_at": due_at, "epoch": epoch, "umbrella": umbrella}
    found |= {"round": round_, "step": step, "reopens": reopens}
    return msgspec.convert(found, KINDS[kind])


async def due(tx: Reader, now: int, limit: int) -> list[IncidentTimer | Unknown]:
    """The timers that are due, in the order in which they fire; last what cannot be fired."""
    found, torn = readable("timers", await tx.fetch_bulk(DUE, [(now, limit)]), _timer)
    return [*sorted(found, key=firing_order), *(Unknown(*row[:3]) for row in torn)]


async def dues_of(tx: Reader, numbers: Iterable[int]) -> dict[int, Dues]:
    """By incident: when each of the timers is due that it has."""
    found: dict[int, Dues] = {}
    for incident, kind, due_at in await tx.fetch_bulk(DUES, [(one,) for one in sorted(numbers)]):
        if kind in KINDS:
            found.setdefault(incident, {})[KINDS[kind]] = due_at
    return found


async def incidents_with(tx: Reader, kind: type[IncidentTimer]) -> list[int]:
    """The incidents that have a timer of this kind."""
    rows = await tx.fetch(
        "SELECT incident FROM timers WHERE kind = $1 ORDER BY incident", kind_name(kind)
    )
    return [row[0] for row in rows]


async def next_due(tx: Reader) -> int | None:
    """The instant at which the next timer is due."""
    row = await tx.fetch_one("SELECT MIN(due_at) FROM timers")
    return None if row is None else row[0]


async def postpone(tx: Transaction, timer: IncidentTimer | Unknown, due_at: int) -> None:
    """Try a timer again later: deciding it failed."""
    await tx.execute(
        "UPDATE timers SET due_at = $1 WHERE incident = $2 AND kind = $3",
        due_at,
        timer.incident,
        timer.kind if isinstance(timer, Unknown) else kind_name(type(timer)),
    )
