"""Servers that evaluate one rule, through ingest, the engine and SQLite: one trouble, one page."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.alerts.test_copies import LATENCY_MAX, RESEND, Server, servers
from tests.core.world import MONDAY
from tests.core.world import settings as people
from tests.store.conftest import StillClock
from triaged.core.records.effects import AddPage, Effect, StartEpisode
from triaged.core.records.events import Acknowledged, Event, TimerFired
from triaged.core.records.model import PageKind, State
from triaged.core.records.reports import Report
from triaged.engine.engine import Engine
from triaged.ingest import Received, prometheus
from triaged.intake.decode import events_of
from triaged.store.database.connect import Database, open_database
from triaged.store.tables import alerts, incidents
from triaged.wire import instant_text

DOWN = {"alertname": "Down", "severity": "SEV-2"}
ALIVE = {"alertname": "Watchdog", "incident": "no"}


class Kept:
    """Keeps what commits begin and page."""

    def __init__(self) -> None:
        self.episodes = 0
        self.paged: list[str] = []

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Keep."""
        starts = [effect.alert.labels for effect in effects if isinstance(effect, StartEpisode)]
        self.episodes += sum(labels["alertname"] == "Down" for labels in starts)
        pages = [effect.page for effect in effects if isinstance(effect, AddPage)]
        self.paged += [page.recipient.contact for page in pages if page.kind is PageKind.PAGE]


def posted(report: Report, labels: dict[str, str]) -> list[Event]:
    """The events of a body as Prometheus posts it."""
    alert = {
        "labels": labels,
        "startsAt": instant_text(MONDAY + (report.starts_at or 0)),
        "endsAt": instant_text(MONDAY + report.ends_at),
        "generatorURL": f"http://{report.sender}:9090/graph",
    }
    body = msgspec.json.encode([alert])
    received = Received("prometheus", body, {}, MONDAY + report.received_at)
    return events_of(prometheus.parse(received, prometheus.Settings()), received)


async def course(
    database: Database, group: list[Server], until: int, restarts: set[int]
) -> tuple[Kept, State | None]:
    """What comes of the reports; in the minutes `restarts` the daemon itself is restarted."""
    clock, kept = StillClock(), Kept()
    engine = Engine(database, clock, people(), kept)
    pending = sorted((one for server in group for one in server.sent), key=lambda one: one[0])
    for minute in range(until // RESEND + 2):
        now = minute * RESEND
        if minute in restarts:
            engine = Engine(database, clock, people(), kept)
        while pending and pending[0][0] <= now:
            at, _, report = pending.pop(0)
            clock.at = MONDAY + at
            await engine.handle(posted(report, DOWN))
            if kept.episodes == 1:
                await engine.handle([Acknowledged(1, "person:alice")])
        clock.at = MONDAY + now
        living = [one for one in group if one.dies_at is None or now < one.dies_at]
        for server in living:  # its other alerts go on
            beat = Report(server.name, now, 0, now + 4 * RESEND)
            await engine.handle(posted(beat, {**ALIVE, "of": server.name}))
        async with database.reading() as tx:
            lapses = await alerts.lapses_due(tx, clock.at, 100)
        await engine.handle([TimerFired(timer) for timer in lapses])
    async with database.reading() as tx:
        found = await incidents.of_numbers(tx, [1])
    return kept, found[0].state if found else None


async def outcome(group: list[Server], until: int, restarts: set[int]) -> tuple[Kept, State | None]:
    """The course on a store of its own."""
    with TemporaryDirectory() as folder:
        database = await open_database(f"sqlite:{Path(folder) / 'triaged.db'}", StillClock())
        try:
            return await course(database, group, until, restarts)
        finally:
            await database.close()


def is_left(server: Server) -> bool:
    """Whether a copy of a server fires for ever: it was not heard of after what it announced last.

    By our clock: an end that is ahead, as a fast clock has it, is no end yet.
    """
    if server.dies_at is None:
        return False
    heard_at = max([server.dies_at - RESEND, *(at for at, _, _ in server.sent)])
    announced: dict[int | None, int] = {}
    over: set[int | None] = set()
    for at, what, report in sorted(server.sent, key=lambda one: one[0]):
        if what == "ends" and report.ends_at <= at:
            over.add(report.starts_at)
        elif report.starts_at not in over:
            announced[report.starts_at] = report.ends_at
    if not over <= announced.keys():
        return False  # an end with a start of which no report arrived ends all that it has
    return any(heard_at < ends_at for start, ends_at in announced.items() if start not in over)


PAIR = [Server("", 0, 0, [5 * RESEND], None, set()), Server("", 0, 5, [9 * RESEND], None, set())]


@settings(max_examples=int(os.environ.get("TRIAGED_SENDERS", "12")))
@example(group=PAIR, minutes=20, latency=[0], restarts={7})
@given(
    group=servers(),
    minutes=st.integers(4, 15),
    latency=st.lists(st.integers(0, LATENCY_MAX), min_size=1, max_size=7),
    restarts=st.sets(st.integers(1, 20), max_size=2),
)
def test_one_trouble_pages_once_and_ends_when_it_has_ended_everywhere(
    group: list[Server], minutes: int, latency: list[int], restarts: set[int]
) -> None:
    trouble = (0, minutes * RESEND)
    until = trouble[1] + 20 * RESEND
    for number, server in enumerate(group):
        server.name, server.sent = f"server-{number}", []
        server.run(trouble, until, latency)

    kept, state = asyncio.run(outcome(group, until, restarts))

    cut_off = any(is_left(server) for server in group)
    fired = any(what == "fires" for server in group for _, what, _ in server.sent)
    assert kept.episodes == int(fired)
    assert len(kept.paged) == len(set(kept.paged))
    assert state is ((State.ACKNOWLEDGED if cut_off else State.RESOLVED) if fired else None)
