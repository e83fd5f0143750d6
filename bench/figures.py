"""How long figures over a year of incidents take, and how long they hold up the event loop."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from random import Random
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bench import peers
from bench.loop_watch import watched
from bench.options import Options
from bench.table import Line, quantile
from triaged.clock import SystemClock
from triaged.core.practice.learning.courses import Course
from triaged.core.practice.learning.figures import Figures, Period, figures_of
from triaged.core.records.model import (
    ChainedEntry,
    Entry,
    Incident,
    Phase,
    Plan,
    Recipient,
    Response,
    Severity,
    State,
)
from triaged.core.records.practice.work import Work
from triaged.core.time.durations import DAY, MINUTE, SECOND
from triaged.store.database.connect import Database, open_database
from triaged.store.queries import courses
from triaged.store.tables import incidents, timeline

INCIDENTS = 10_000
LIMIT_MS, PIECE_MS = 500, 20
PEOPLE = ("alice", "bob", "carol", "dave")
UTC_ZONE = ZoneInfo("UTC")


def measure(options: Options) -> list[Line]:
    """The figures over a store of 10,000 incidents, a few times."""
    clock = SystemClock()
    period = Period(clock.now() - 365 * DAY, clock.now(), UTC_ZONE)
    with peers.folder() as place:
        url = f"sqlite:{place}/triaged.db"
        asyncio.run(_fill(url, period, clock))
        asked = [watched(_ask(url, period, clock)) for _ in range(options.runs + 1)]
    took = [ms for (ms, _), _ in asked]
    held = max(watch.longest_ms for _, watch in asked)
    found = asked[0][0][1]
    said = f"{found.incidents:,} incidents, {found.pages:,} pages"
    return [
        _line(f"figures over {said}", quantile(took, 0.5), LIMIT_MS),
        _line("longest piece of that on the loop", held, PIECE_MS),
    ]


def _line(name: str, ms: float, limit: int) -> Line:
    return Line(name, f"{ms:.1f} ms", wanted=f"≤ {limit} ms", holds=ms <= limit)


async def _ask(url: str, period: Period, clock: SystemClock) -> tuple[float, Figures]:
    database = await open_database(url, clock)
    try:
        began = time.perf_counter()
        found = await courses.of_period(database, (period.start, period.end))
        figures = await asyncio.to_thread(_figures, found.courses, period)
        return (time.perf_counter() - began) * 1000, figures
    finally:
        await database.close()


def _figures(found: Sequence[Course], period: Period) -> Figures:
    return figures_of(found, period, dict.fromkeys(PEOPLE, UTC_ZONE))


async def _fill(url: str, period: Period, clock: SystemClock) -> None:
    database = await open_database(url, clock)
    try:
        await fill(database, (period.start, period.end), INCIDENTS)
    finally:
        await database.close()


async def fill(database: Database, period: tuple[int, int], count: int) -> None:
    """Write incidents as they are after they were paged, acknowledged, mitigated and resolved."""
    dice = Random(1)
    start, end = period
    every = (end - start) // count
    for first in range(1, count + 1, 200):
        numbers = range(first, min(first + 200, count + 1))
        lives = [_life(number, start + (number - 1) * every, dice) for number in numbers]
        async with database.transaction() as tx:
            await incidents.save(tx, [incident for incident, _ in lives], start)
            await timeline.append(tx, [entry for _, entries in lives for entry in entries])


def _life(number: int, opened_at: int, dice: Random) -> tuple[Incident, list[ChainedEntry]]:
    severity = dice.choice(list(Severity))
    entries = [*_entries(opened_at, severity, dice)]
    resolved_at = entries[-1].at
    incident = Incident(
        number=number,
        kind="drill" if number % 20 == 0 else "incident",
        key=(("alertname", f"Down{number % 300}"), ("service", "checkout")),
        title=f"order-service error rate > {number % 90} %",
        severity=severity,
        severity_by=f"rule:label-{severity}",
        opened_at=opened_at,
        plan=Plan("default", ()),
        state=State.CLOSED,
        phase=Phase.RESOLUTION,
        team=dice.choice(("payments", "search", "platform")),
        labels={f"label{n}": f"value-{n}-{number}" for n in range(8)},
        resolved_at=resolved_at,
        response=Response.MISSED if dice.random() < 0.1 else Response.MET,
        told=tuple(Recipient(name, "phone") for name in PEOPLE[:2]),
        work=Work(phase_at=resolved_at, declared_at=opened_at + 5 * MINUTE),
    )
    chained = [
        ChainedEntry(number, seq, e.at, e.at, e.kind, e.actor, e.text, e.data, "0" * 64)
        for seq, e in enumerate(entries, 1)
    ]
    return replace(incident, entries=len(chained)), chained


def _entries(opened_at: int, severity: Severity, dice: Random) -> Iterator[Entry]:
    """A timeline of some twenty entries, of which figures read half."""
    who, at = dice.choice(PEOPLE), opened_at
    yield Entry(at, "incident.opened", "triaged", "order-service error rate > 5 %")
    for person in (who, *((dice.choice(PEOPLE),) * (dice.random() < 0.3))):
        at += dice.randint(5, 120) * SECOND
        data: dict[str, object] = {"person": person, "contact": "phone", "channel": "sms"}
        yield Entry(at, "incident.escalated", "triaged", f"escalated to {person}")
        yield Entry(at, "page.sent", "triaged", f"paged {person}", data)
    phase = Phase.DETECTION
    for after in (Phase.TRIAGE, Phase.INVESTIGATION, Phase.MITIGATION, Phase.RESOLUTION):
        at += dice.randint(30, 400 if after is Phase.TRIAGE else 1200) * SECOND
        if after is Phase.TRIAGE:
            yield Entry(at, "incident.acknowledged", who, "acknowledged")
        yield Entry(at, "phase.changed", who, f"{phase} → {after}", {"from": phase, "to": after})
        yield Entry(at, "alerts.joined", "triaged", "3 alerts joined", {"count": 3})
        yield Entry(at, "update.sent", "triaged", f"told {who}: acknowledged", {"person": who})
        if severity in (Severity.SEV1, Severity.SEV2):  # the others promise no updates
            late = dice.choice((0, 0, 0, 5 * MINUTE))
            yield Entry(at, "update.posted", who, "update 1", {"late_us": late, "number": 1})
        phase = after
    yield Entry(at, "incident.resolved", who, "resolved")
