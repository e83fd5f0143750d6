"""The longest piece of work on the event loop, in the worst cases that a caller can make.

In one process, with the parts that the daemon has: whatever holds the loop holds up pages.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from bench import peers
from bench.large_bodies import BODIES, Size
from bench.loop_watch import LIMIT_MS, LoopWatch, watched
from bench.options import Options
from bench.peers import Setup
from bench.table import Line
from triaged.clock import SystemClock
from triaged.config.model import Configuration, Source
from triaged.config.read import load as load_configuration
from triaged.core.muting.matcher_index import Index
from triaged.core.records.events import AlertReceived, Event, SilenceSet
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import HOUR
from triaged.engine.engine import Engine
from triaged.ingest import Received
from triaged.ingest.contract import SOURCES
from triaged.intake.decode import events_in
from triaged.store.database.connect import Database, open_database
from triaged.store.tables import incidents, muting
from triaged.store.tables.observed_alerts import walk_firing

KINDS = ("alertmanager", "generic", "prometheus")
SILENCES, FIRING = 600, 6_000


def measure(options: Options) -> list[Line]:
    """Each case once: what is measured is the processor time of the loop's thread."""
    configuration = _configuration()
    source = next(iter(configuration.sources.values()))
    size = Size(1 << 20) if options.quick else Size()
    took = {
        f"{name} ({kind})": _body(source, kind, BODIES[name](size))
        for name in BODIES
        for kind in KINDS
    }
    worst = max(took, key=lambda name: took[name])
    watches = _in_the_store(configuration.settings)
    return [
        _line(f"any body of {size.size >> 20} MiB; worst: {worst}", took[worst]),
        *(_line(name, watch.longest_ms) for name, watch in watches.items()),
    ]


def _line(name: str, took_ms: float) -> Line:
    return Line(
        f"longest piece of work on the loop: {name}",
        f"{took_ms:.1f} ms",
        wanted=f"≤ {LIMIT_MS} ms",
        holds=took_ms <= LIMIT_MS,
    )


def _configuration() -> Configuration:
    with peers.folder() as place:
        (place / "rules.yaml").write_text("rules: []\n")
        (place / "config.yaml").write_bytes(peers.configuration(Setup(), 9099))
        found = load_configuration(place / "config.yaml", {}).configuration
    assert found is not None, "its own configuration is right"
    return found


def _body(source: Source, kind: str, body: bytes) -> float:
    settings = SOURCES.load(kind).Settings()
    chosen = msgspec.structs.replace(source, kind=kind, settings=settings)
    now = SystemClock().now()
    _, watch = watched(events_in(chosen, Received(source.name, body, {}, now)))
    return watch.longest_ms


def _in_the_store(settings: Settings) -> Mapping[str, LoopWatch]:
    """Silences over firing alerts as timers meet them, and a filter over the alerts."""

    async def on(place: str, work: str) -> None:
        database = await open_database(f"sqlite:{place}/triaged.db", SystemClock())
        try:
            await _WORK[work](database, settings)
        finally:
            await database.close()

    with peers.folder() as place:
        asyncio.run(_filled(f"{place}", settings))
        return {work: watched(on(f"{place}", work))[1] for work in _WORK}


async def _filled(place: str, settings: Settings) -> None:
    clock = SystemClock()
    database = await open_database(f"sqlite:{place}/triaged.db", clock)
    engine = Engine(database, clock, settings, _Unheard())
    now = clock.now()
    alerts: list[Event] = [AlertReceived(_alert(number), now) for number in range(FIRING)]
    silences: list[Event] = [_silence(number, now) for number in range(SILENCES)]
    try:
        for events in (silences, alerts):
            for start in range(0, len(events), 500):
                await engine.handle(events[start : start + 500])
    finally:
        await database.close()


class _Unheard:
    """An observer that does nothing."""

    def committed(self, *_: object) -> None:
        """As any."""


def _alert(number: int) -> Alert:
    labels = {"alertname": "Down", "instance": f"host{number % SILENCES}-{number}"}
    identity = f"{number:016x}"
    return Alert("prometheus", identity, firing=True, labels=labels, annotations={}, sender="a")


def _silence(number: int, now: int) -> SilenceSet:
    matchers = (Matcher("instance", "=~", f"host{number}-.*"),)
    return SilenceSet(f"{number:032x}", matchers, now, now + HOUR, "alice", "because")


async def _mute(database: Database, settings: Settings) -> None:
    now = SystemClock().now()
    async with database.reading() as tx:
        rows = await tx.fetch("SELECT number FROM incidents")
        numbers = [row[0] for row in rows]
        found = incidents.decoded(await tx.fetch_bulk(*incidents.ask_numbers(numbers)))
        view = await muting.standing(tx, found, settings.muters, now)
    situation = Situation(view, settings, now)
    for number in numbers:
        labels = view.labels.get(number)
        assert labels is not None
        assert situation.mutes().of(labels) is not None
        await asyncio.sleep(0)


async def _filter(database: Database, settings: Settings) -> None:
    del settings
    index = Index([[Matcher("instance", "=~", f".*{n}.*") for n in range(64)]])
    async for page in walk_firing(database, 500):
        for one in page:
            index.matching(one.labels)


_WORK = {
    f"{SILENCES} silences with patterns × {FIRING:,} firing alerts": _mute,
    f"a filter of 64 patterns × {FIRING:,} firing alerts": _filter,
}
