"""The state of each alert, and whether it should have been repeated by now."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from triaged.core.records.effects import (
    CheckLapse,
    EndEpisode,
    IgnoreReport,
    ReclassifyAlert,
    RepeatAlert,
)
from triaged.core.records.model import AlertState, IgnoredReason, Severity
from triaged.core.records.timers import LapseDue
from triaged.store.database.base import Bulk, Reader, Writer
from triaged.store.database.listing import Where
from triaged.store.tables.alert_states import by_identity
from triaged.store.tables.observations import Started
from triaged.wire import encode

START = Bulk(
    """INSERT INTO alerts (source, fingerprint, firing, episode, starts_at, last_seen_at,
           lapse_check_at, lapses_at, incident, observation, inhibits, start_given, attached_at,
           is_cut, severity, rule, labels, annotations, url, sender, copies)
       {rows}
       ON CONFLICT (source, fingerprint) DO UPDATE SET firing = excluded.firing,
           episode = excluded.episode, starts_at = excluded.starts_at,
           last_seen_at = excluded.last_seen_at, ended_at = NULL,
           lapse_check_at = excluded.lapse_check_at, lapses_at = excluded.lapses_at, repeats = 0,
           incident = excluded.incident, observation = excluded.observation,
           inhibits = excluded.inhibits,
           start_given = excluded.start_given, attached_at = excluded.attached_at,
           is_cut = excluded.is_cut, has_lapsed = 0, ignored = '',
           sender = excluded.sender, copies = excluded.copies,
           severity = excluded.severity, rule = excluded.rule,
           labels = excluded.labels, annotations = excluded.annotations, url = excluded.url""",
    (
        "text",
        "text",
        *(("bigint",) * 12),
        *(("text",) * 7),
    ),
)
REPEAT = Bulk(
    """WITH v (source, fingerprint, last_seen_at, lapses_at, repeats, annotations, url) AS ({rows})
       UPDATE alerts SET last_seen_at = v.last_seen_at, lapses_at = v.lapses_at,
           repeats = alerts.repeats + v.repeats, annotations = v.annotations, url = v.url
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "bigint", "bigint", "bigint", "text", "text"),
)
COPIES = Bulk(
    """WITH v (source, fingerprint, starts_at, start_given, lapses_at, is_cut, sender, copies)
           AS ({rows})
       UPDATE alerts SET starts_at = v.starts_at, start_given = v.start_given,
           lapses_at = v.lapses_at, is_cut = v.is_cut, sender = v.sender, copies = v.copies
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", *(("bigint",) * 4), "text", "text"),
)
IGNORED = Bulk(
    """WITH v (source, fingerprint, ignored) AS ({rows})
       UPDATE alerts SET ignored = v.ignored
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "text"),
)
END = Bulk(
    """WITH v (source, fingerprint, ended_at, has_lapsed) AS ({rows})
       UPDATE alerts SET firing = 0, ended_at = v.ended_at, lapse_check_at = NULL,
           has_lapsed = v.has_lapsed
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "bigint", "bigint"),
)
CHECK = Bulk(
    """WITH v (source, fingerprint, check_at) AS ({rows})
       UPDATE alerts SET lapse_check_at = v.check_at
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint
           AND alerts.firing = 1""",
    ("text", "text", "bigint"),
)
RECLASSIFY = Bulk(
    """WITH v (source, fingerprint, severity, rule) AS ({rows})
       UPDATE alerts SET severity = v.severity, rule = v.rule
       FROM v WHERE alerts.source = v.source AND alerts.fingerprint = v.fingerprint""",
    ("text", "text", "text", "text"),
)
LAPSES = Bulk(
    """WITH v (now, most) AS ({rows}) SELECT {columns} FROM (
           SELECT source, fingerprint, lapse_check_at FROM alerts
           WHERE lapse_check_at IS NOT NULL AND lapse_check_at <= (SELECT now FROM v)
           ORDER BY lapse_check_at LIMIT (SELECT most FROM v)) due""",
    ("bigint", "bigint"),
    ("due.source", "due.fingerprint", "due.lapse_check_at"),
)


TEXTS: dict[Severity | None, str | None] = {None: None, **{s: s.value for s in Severity}}
"""The texts of severities as sqlite3 binds them fastest: of a subclass of str, as of None, it first
asks for an adapter, 0.25 µs a value where a text takes 0.07."""


class Ignored(msgspec.Struct, frozen=True):
    """A report about an alert that changed nothing."""

    reason: IgnoredReason
    received_at: int
    sender: str


_IGNORED = msgspec.json.Decoder(Ignored)


class StoredAlert(msgspec.Struct, frozen=True):
    """An alert as the API shows it."""

    source: str
    fingerprint: str
    firing: bool
    episode: int
    starts_at: int
    last_seen_at: int
    ended_at: int | None
    lapses_at: int | None
    repeats: int
    incident: int | None
    severity: Severity | None
    rule: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    url: str
    sender: str
    ignored: Ignored | None
    """The last report that changed nothing; None: there was none in this episode."""


COLUMNS = StoredAlert.__struct_fields__
SHOWN = ", ".join(f"a.{name}" for name in COLUMNS)


async def save_starts(tx: Writer, started: Iterable[Started]) -> None:
    """Write alert rows whole. One per identity."""
    rows = [
        (
            state.source,
            state.fingerprint,
            1,
            state.episode,
            state.starts_at,
            effect.received_at,
            state.lapse_check_at,
            state.lapses_at,
            state.incident,
            one.observation,
            int(state.inhibits),
            int(state.start_given),
            state.attached_at,
            int(state.is_cut),
            TEXTS[state.severity],
            state.rule,
            encode(effect.alert.labels).decode(),
            one.annotations,
            effect.alert.url,
            state.sender,
            encode(state.copies).decode() if state.copies else "",
        )
        for one in started
        for effect, state in ((one.effect, one.state),)
    ]
    await tx.write(START, by_identity(rows))


async def save_repeats(tx: Writer, repeats: Iterable[tuple[RepeatAlert, int]]) -> None:
    """Write what a repeat changes, for (the last repeat, how many there were) per identity."""
    rows = [
        (
            effect.alert.source,
            effect.alert.fingerprint,
            effect.received_at,
            effect.lapses_at,
            count,
            encode(effect.alert.annotations).decode(),
            effect.alert.url,
        )
        for effect, count in repeats
    ]
    await tx.write(REPEAT, rows)


async def save_ends(tx: Writer, effects: Iterable[EndEpisode]) -> None:
    """Write that these no longer fire."""
    rows = [
        (e.state.source, e.state.fingerprint, e.ended_at, int(e.state.has_lapsed)) for e in effects
    ]
    await tx.write(END, rows)


async def save_copies(tx: Writer, states: Iterable[AlertState]) -> None:
    """Write copies, start, sender and whether the group was cut."""
    rows = [
        (
            state.source,
            state.fingerprint,
            state.starts_at,
            int(state.start_given),
            state.lapses_at,
            int(state.is_cut),
            state.sender,
            encode(state.copies).decode() if state.copies else "",
        )
        for state in states
    ]
    await tx.write(COPIES, sorted(rows, key=lambda row: row[:2]))


async def save_ignored(tx: Writer, effects: Iterable[IgnoreReport]) -> None:
    """Keep with each alert its last report that changed nothing."""
    rows = [
        (
            one.alert.source,
            one.alert.fingerprint,
            encode(Ignored(one.reason, one.received_at, one.alert.sender)).decode(),
        )
        for one in effects
    ]
    await tx.write(IGNORED, sorted(rows))


async def save_checks(tx: Writer, effects: Iterable[CheckLapse]) -> None:
    """Write when to look again."""
    await tx.write(CHECK, [(e.source, e.fingerprint, e.check_at) for e in effects])


async def save_reclassified(tx: Writer, effects: Iterable[ReclassifyAlert]) -> None:
    """Write what today's rules make of these."""
    states = [effect.state for effect in effects]
    rows = [(s.source, s.fingerprint, s.severity, s.rule) for s in states]
    await tx.write(RECLASSIFY, sorted(rows, key=lambda row: row[:2]))


async def lapses_due(tx: Reader, now: int, limit: int) -> list[LapseDue]:
    """Alerts to look at because they may have lapsed, the longest due first, then by name."""
    rows = await tx.fetch_bulk(LAPSES, [(now, limit)])
    found = (LapseDue(*row) for row in rows)
    return sorted(found, key=lambda timer: (timer.due_at, timer.source, timer.fingerprint))


async def next_lapse(tx: Reader) -> int | None:
    """The instant at which the next alert may have lapsed."""
    row = await tx.fetch_one(
        "SELECT MIN(lapse_check_at) FROM alerts WHERE lapse_check_at IS NOT NULL"
    )
    return None if row is None else row[0]


class AlertFilter(msgspec.Struct, frozen=True):
    """Which alerts to list; None means any."""

    firing: bool | None = None
    source: str | None = None
    incident: int | None = None
    cursor: str | None = None
    fingerprint: str | None = None
    limit: int = 100


async def find(tx: Reader, wanted: AlertFilter) -> tuple[list[StoredAlert], str | None]:
    """Stored alerts, the newest episode first, and the cursor of what follows, if anything does.

    Episodes are numbered as they come: that order stays while one turns the pages, and it is there
    without sorting a million alerts. Of an incident its alerts are few. An alert that is over is
    listed for as long as its last episode is kept.
    """
    asked = Where("o.id", (), wanted.cursor, wanted.limit)
    walked = "observations o CROSS JOIN alerts a"  # in this order: SQLite keeps it
    if wanted.firing is not None:
        asked.add("a.firing = {}", int(wanted.firing))
    if wanted.source is not None:
        asked.add("a.source = {}", wanted.source)
    if wanted.incident is not None:
        asked.add("a.incident = {}", wanted.incident)
        walked = "alerts a CROSS JOIN observations o"
    if wanted.fingerprint is not None:
        asked.add("a.fingerprint = {}", wanted.fingerprint)
        walked = "alerts a CROSS JOIN observations o"
    asked.add("a.source = o.source AND a.fingerprint = o.fingerprint AND a.observation = o.id")
    rows = await tx.fetch(f"SELECT {SHOWN}, o.id FROM {walked} {asked.sql()}", *asked.arguments)
    page, cursor = asked.page(rows, lambda row: (row[-1],))
    return [stored_alert(row[:-1]) for row in page], cursor


def stored_alert(row: Sequence[Any]) -> StoredAlert:
    """The alert of a row of `COLUMNS`."""
    values = dict(zip(StoredAlert.__struct_fields__, row, strict=True))
    for name in ("labels", "annotations"):
        values[name] = msgspec.json.decode(values[name])
    values["firing"] = bool(values["firing"])
    values["ignored"] = _IGNORED.decode(values["ignored"]) if values["ignored"] else None
    values["severity"] = Severity(values["severity"]) if values["severity"] else None
    return StoredAlert(**values)


async def postpone(tx: Writer, timer: LapseDue, check_at: int) -> None:
    """Look at an alert later: deciding about it failed."""
    await save_checks(tx, [CheckLapse(timer.source, timer.fingerprint, check_at)])
