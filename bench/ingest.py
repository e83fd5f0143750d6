"""Alerts a second: triaged, on disk, beside Alertmanager, in memory, on the same bodies.

Each run has a new process with an empty store, is warmed up with other alerts, and is measured
alone; the peers take turns. Afterwards triaged is killed with -9; started again, it has to decide
what it had put off, and then its store must hold every alert that was answered 2xx. Alertmanager is
asked what it holds. Beside the alerts a second that were taken stand those that were decided, over
the whole time from the first alert until nothing waited any more.
"""

import time
from collections.abc import Callable
from statistics import median

import msgspec

from bench import peers
from bench.bodies import API, WEBHOOK, Bodies
from bench.load import Load, send
from bench.options import Options
from bench.peers import Setup
from bench.table import Line, spread

WARM_UP = 1 << 22
"""The number of the first alert that is measured; the warm-up sends those before."""

WARM_UP_S = 2

PACE = 5000
"""Alerts a second that senders send while nothing holds them up: half of what one core decides."""

PACE_ALERTS = 8
"""In a request: small groups of many rules, so that some request comes all the time."""

KEPT = "Every alert answered 2xx was there and decided afterwards, for triaged after kill -9."
"""What `check` has found when a table is printed."""


class Run(msgspec.Struct, frozen=True):
    """One run of one peer."""

    alerts_s: float
    cpu_us: float
    """Processor time per alert, of all its threads."""
    p50_ms: float
    p99_ms: float
    decided_s: float = 0.0
    """Alerts decided a second, until the last of them was."""
    behind_s: float = 0.0
    """How long that took after the load had ended."""


class Measure(msgspec.Struct, frozen=True):
    """What to compare. `wanted` is the least ratio to Alertmanager; 0: nothing was promised."""

    title: str
    bodies: Bodies
    connections: int
    wanted: float = 0.0
    beside: bool = True
    """Whether Alertmanager runs too."""


MEASURES = {
    "new4": Measure("new alerts, 64 a request, 4 connections", Bodies(), 4, 1.0),
    "new16": Measure("new alerts, 64 a request, 16 connections", Bodies(), 16, 1.3),
    "webhook16": Measure("the same through its webhook (against API v2)", Bodies(path=WEBHOOK), 16),
    "repeats16": Measure("repeats that differ, 16 connections", Bodies(population=12_800), 16, 1.5),
    "single64": Measure("one alert a request, 64 connections", Bodies(alerts=1), 64, 0.5),
}


def measure(name: str) -> Callable[[Options], list[Line]]:
    """The measure of that name, to be run."""

    def run(options: Options) -> list[Line]:
        return compared(MEASURES[name], options)

    return run


def compared(wanted: Measure, options: Options) -> list[Line]:
    """Run both peers in turns."""
    ours: list[Run] = []
    theirs: list[Run] = []
    reference = msgspec.structs.replace(wanted.bodies, path=API)
    for _ in range(options.runs):
        ours.append(of_triaged(wanted, Setup(), options))
        options.say(f"triaged       {told(ours[-1])}")
        if peers.alertmanager_program():
            theirs.append(
                of_alertmanager(msgspec.structs.replace(wanted, bodies=reference), options)
            )
            options.say(f"Alertmanager  {told(theirs[-1])}")
    return [_line(wanted, ours, theirs), _decided(ours)]


def _decided(ours: list[Run]) -> Line:
    rates = spread([run.decided_s for run in ours], "/s")
    behind = spread([run.behind_s for run in ours], "s", 1)
    return Line("… decided, all told", f"{rates}; the last {behind} after the load")


def _line(wanted: Measure, ours: list[Run], theirs: list[Run]) -> Line:
    our_text = spread([run.alerts_s for run in ours], "/s")
    if not theirs:
        return Line(wanted.title, our_text, "not installed")
    ratio = median(run.alerts_s for run in ours) / median(run.alerts_s for run in theirs)
    return Line(
        wanted.title,
        our_text,
        spread([run.alerts_s for run in theirs], "/s"),
        f"{ratio:.2f} x",
        f"≥ {wanted.wanted} x" if wanted.wanted else "-",
        ratio >= wanted.wanted if wanted.wanted else None,
    )


def told(run: Run) -> str:
    """One line about a run."""
    times = f"request p50 {run.p50_ms:.1f} ms, p99 {run.p99_ms:.1f} ms"
    decided = f", {run.decided_s:,.0f}/s decided" if run.decided_s else ""
    return f"{run.alerts_s:8,.0f} alerts/s{decided}, {run.cpu_us:5.1f} µs CPU an alert, {times}"


def of_triaged(wanted: Measure, setup: Setup, options: Options) -> Run:
    """One run of triaged, and the proof that it kept what it answered."""
    with peers.triaged(setup) as peer:
        run, accepted = _run(wanted, peer, options)
        peer.kill()
        began = time.monotonic()
        with peers.triaged_in(peer.folder, setup):
            peers.wait_until_decided(peer.folder)
        behind_s = time.monotonic() - began
        alerts, repeats = peers.stored_in(peer.folder)
    check("triaged", wanted, accepted, alerts + repeats if wanted.bodies.population else alerts)
    rate = accepted / (WARM_UP_S + options.seconds + behind_s)
    return msgspec.structs.replace(run, decided_s=rate, behind_s=behind_s)


def of_alertmanager(wanted: Measure, options: Options) -> Run:
    """One run of Alertmanager."""
    with peers.alertmanager() as peer:
        run, accepted = _run(wanted, peer, options)
        held = peers.held_by(peer)
    if wanted.bodies.population:  # it keeps no count of repeats
        accepted = min(accepted, wanted.bodies.population)
    check("Alertmanager", wanted, accepted, held)
    return run


def check(who: str, wanted: Measure, accepted: int, held: int) -> None:
    """Stop where a peer has lost what it took: no speed is worth comparing then."""
    if held < accepted:
        raise SystemExit(f"{who}, {wanted.title}: {accepted} alerts answered 2xx, {held} there")


def _run(wanted: Measure, peer: peers.Peer, options: Options) -> tuple[Run, int]:
    """(the run, how many alerts were answered 2xx since the start)."""
    size = wanted.bodies.alerts
    load = Load(wanted.bodies, wanted.connections, options.seconds)
    before = send(msgspec.structs.replace(load, seconds=WARM_UP_S), peer.url)
    cpu_before = peer.cpu_s()
    result = send(load, peer.url, WARM_UP)
    cpu_s = peer.cpu_s() - cpu_before
    if result.refused or result.broken or not result.requests:
        raise SystemExit(f"{peer.name}, {wanted.title}: not all was accepted: {result}")
    alerts = result.requests * size
    run = Run(alerts / result.seconds, cpu_s / alerts * 1e6, result.p50_ms, result.p99_ms)
    return run, (before.accepted + result.accepted) * size


def paced(options: Options) -> list[Line]:
    """How far behind its decisions are while senders go at a pace that it can decide."""
    seconds = options.seconds * 3
    load = Load(Bodies(alerts=PACE_ALERTS), 32, seconds, PACE / PACE_ALERTS)
    with peers.triaged(Setup()) as peer:
        sent = send(load, peer.url)
        left = peers.undecided_in(peer.folder)
    if sent.refused or sent.broken:
        raise SystemExit(f"triaged, {PACE} alerts a second: not all was accepted: {sent}")
    rate = sent.requests * PACE_ALERTS / sent.seconds
    ours = f"{left} alerts, {left / rate:.2f} s; request p99 {sent.p99_ms:.0f} ms"
    return [Line(f"undecided after {seconds} s of {rate:,.0f} new alerts a second", ours)]


def many_rules(options: Options) -> list[Line]:
    """How much slower 1,000 rules are than 10."""
    wanted = Measure("1,000 rules instead of 10: time per alert", Bodies(), 16)
    runs: dict[int, list[float]] = {10: [], 1000: []}
    for _ in range(options.runs):
        for count, times in runs.items():
            run = of_triaged(wanted, Setup(rules=count), options)
            options.say(f"{count:5} rules   {told(run)}")
            times.append(1e6 / run.decided_s)
    ratio = median(runs[1000]) / median(runs[10])
    ours = f"{spread(runs[1000], 'µs', 1)} instead of {spread(runs[10], 'µs', 1)}"
    return [Line(wanted.title, ours, "-", f"{ratio:.2f} x", "≤ 1.3 x", ratio <= 1.3)]
