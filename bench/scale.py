"""With 100,000 open incidents and 1,000,000 alerts: timers, a crash, memory."""

import asyncio
import sqlite3
import time
from pathlib import Path
from statistics import median

from bench import peers
from bench.bodies import Bodies
from bench.full import Size, fill, make_due, now_us
from bench.load import Load, send
from bench.options import Options
from bench.peers import Peer, Setup
from bench.provider import Accepts, provider
from bench.table import Line, quantile, spread

MIB = 1 << 20
LATENESS_LIMIT_MS = 100
READY_LIMIT_S = 1.0
OVERDUE = 1000
OVERDUE_LIMIT_S = 2.0
MEMORY_LIMIT_MIB = 200
FLAT = 1.1
"""Memory is flat if its last third is at most a tenth above its second."""

STARTS = 5
PATIENCE_S = 60


def measure(options: Options) -> list[Line]:
    """Fill a store once, then use it for everything."""
    size = Size(10_000 if options.quick else 100_000)
    with peers.folder() as place, provider() as hook:
        began = time.monotonic()
        asyncio.run(fill(place, size))
        megabytes = (place / "triaged.db").stat().st_size / MIB
        filled = f"{size.incidents:,} incidents, {size.alerts:,} alerts: {megabytes:,.0f} MiB"
        options.say(f"{filled}, filled in {time.monotonic() - began:.0f} s")
        setup = Setup(hook_url=hook.url)
        return [
            *_timers(place, setup, hook, options),
            *_crash(place, setup, hook, options),
            *_memory(place, setup, options),
        ]


# ── timers ──


def _timers(place: Path, setup: Setup, hook: Accepts, options: Options) -> list[Line]:
    """Escalations that come due one after another: until decided, and until the page is out."""
    count, every_us = (200, 20_000) if options.quick else (1000, 20_000)
    numbers = range(1, count + 1)
    due = make_due(place, numbers, now_us() + 4_000_000, every_us)
    hook.pages.clear()
    with peers.triaged_in(place, setup):
        _wait_for(hook, count)
    decided = _decided(place, due)
    accepted = [(page.at - due[page.incident]) / 1000 for page in hook.pages]
    late = [(at - due[name]) / 1000 for name, at in decided.items()]
    p99 = quantile(late, 0.99)
    return [
        Line(
            f"lateness of {count} due escalations, one every {every_us // 1000} ms",
            _milliseconds(late),
            wanted=f"p99 ≤ {LATENESS_LIMIT_MS} ms",
            holds=p99 <= LATENESS_LIMIT_MS,
        ),
        Line("… until their pages are accepted", _milliseconds(accepted)),
    ]


def _decided(place: Path, due: dict[str, int]) -> dict[str, int]:
    """When each escalation was committed as decided: the instant of its timeline entry."""
    connection = sqlite3.connect(place / "triaged.db")
    rows = connection.execute("SELECT incident, at FROM timeline WHERE kind = 'incident.escalated'")
    found = {f"INC-{number}": at for number, at in rows}
    connection.close()
    return {name: found[name] for name in due}


def _wait_for(hook: Accepts, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(hook.pages) < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"{len(hook.pages)} of {count} pages within {PATIENCE_S} s")
        time.sleep(0.002)


# ── crash ──


def _crash(place: Path, setup: Setup, hook: Accepts, options: Options) -> list[Line]:
    """Killed in the middle of ingest; 1,000 escalations come due while it is down."""
    ready, out, resident = [], [], []
    for number in range(1 if options.quick else STARTS):
        first = OVERDUE * (number + 1) + 1
        make_due(place, range(first, first + OVERDUE), now_us() + 5_000_000, 0)
        due_at = time.monotonic() + 5
        with peers.triaged_in(place, setup) as peer:
            send(Load(Bodies(), 16, 2), peer.url, first << 12)
            peer.kill()
        time.sleep(max(due_at - time.monotonic(), 0) + 0.5)
        hook.pages.clear()
        began = time.monotonic()
        with peers.triaged_in(place, setup) as peer:
            ready.append(time.monotonic() - began)
            _wait_for(hook, OVERDUE)
            out.append(time.monotonic() - began - ready[-1])
            resident.append(peer.memory_bytes() / MIB)
        options.say(f"ready after {ready[-1]:.2f} s, 1,000 pages {out[-1]:.2f} s later")
    return [
        _at_most("kill -9 → ready", ready, "s", READY_LIMIT_S),
        _at_most(f"{OVERDUE:,} overdue escalations out after that", out, "s", OVERDUE_LIMIT_S),
        _at_most("resident memory then", resident, "MiB", MEMORY_LIMIT_MIB),
    ]


def _at_most(title: str, values: list[float], unit: str, limit: float) -> Line:
    digits = 2 if unit == "s" else 0
    holds = median(values) <= limit
    return Line(title, spread(values, unit, digits), wanted=f"≤ {limit:g} {unit}", holds=holds)


# ── memory ──


def _memory(place: Path, setup: Setup, options: Options) -> list[Line]:
    """New alerts and repeats as fast as they go, for a while."""
    samples: list[float] = []
    with peers.triaged_in(place, setup) as peer:
        turns = 3 if options.quick else 15
        for turn in range(turns):
            send(Load(Bodies(), 16, 2), peer.url, turn << 24)
            send(Load(Bodies(population=12_800), 16, 2), peer.url, turn << 24)
            samples.append(_rested(peer))
            options.say(f"{samples[-1]:.0f} MiB after {(turn + 1) * 4} s of load")
    third = len(samples) // 3
    before, after = median(samples[third : 2 * third]), median(samples[-third:])
    text = f"{samples[0]:.0f} → {before:.0f} → {after:.0f} MiB, at most {max(samples):.0f}"
    wanted = f"≤ {MEMORY_LIMIT_MIB} MiB, flat"
    holds = max(samples) <= MEMORY_LIMIT_MIB and after <= before * FLAT
    return [Line(f"memory over {turns * 4} s of storm", text, wanted=wanted, holds=holds)]


def _rested(peer: Peer) -> float:
    time.sleep(0.2)
    return peer.memory_bytes() / MIB


def _milliseconds(values: list[float]) -> str:
    p50, p99 = quantile(values, 0.5), quantile(values, 0.99)
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {max(values):.1f} ms"
