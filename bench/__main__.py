"""Measure, and print one table.

python -m bench                     everything, some twenty minutes
python -m bench --quick             everything once, briefly: a look, not a claim
python -m bench new16 latency       these only
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import (
    channels,
    console,
    crash,
    duty,
    edits,
    feeds,
    figures,
    hostile,
    ingest,
    latency,
    learning,
    load,
    loop,
    mailbox,
    mailing,
    micro,
    pair,
    peers,
    prove,
    reload,
    replay,
    scale,
    status_page,
)
from bench.options import Options
from bench.table import Line, quantile, render

MEASURES: Mapping[str, Callable[[Options], list[Line]]] = {
    **{name: ingest.measure(name) for name in ingest.MEASURES},
    "paced": ingest.paced,
    "rules": ingest.many_rules,
    "pages": latency.pages,
    "button": latency.button,
    "channels": channels.beside,
    "page_rate": channels.throughput,
    "edits": edits.measure,
    "mailbox": mailbox.measure,
    "mailing": mailing.measure,
    "pair": pair.measure,
    "crash": crash.measure,
    "scale": scale.measure,
    "stages": micro.measure,
    "hostile": hostile.measure,
    "loop": loop.measure,
    "prove": prove.measure,
    "duty": duty.measure,
    "feeds": feeds.measure,
    "postmortem": learning.measure,
    "reload": reload.measure,
    "figures": figures.measure,
    "replay": replay.measure,
    "status_page": status_page.measure,
    "console": console.measure,
}


def main() -> int:
    """Run what is asked for; 1 where something is short of what was promised."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("measure", nargs="*", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    unknown = set(arguments.measure) - MEASURES.keys()
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: none of {', '.join(MEASURES)}")
    options = Options(quick=arguments.quick)
    lines: list[Line] = []
    usage = Usage()
    print(surroundings())
    for name in arguments.measure or MEASURES:
        print(name, file=sys.stderr, flush=True)
        lines += MEASURES[name](options)
    print(render(lines))
    print(f"\n{usage.told()}")
    if ingest.MEASURES.keys() & set(arguments.measure or MEASURES):
        print(ingest.KEPT)
    return int(any(line.holds is False for line in lines))


class Usage:
    """Processor time, ours and everybody's, since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._ours, self._busy = _ours_s(), _busy_s()

    def told(self) -> str:
        """How much others disturbed."""
        seconds = time.monotonic() - self._began
        others = _busy_s() - self._busy - (_ours_s() - self._ours)
        return f"{seconds:.0f} s; others kept {max(others, 0) / seconds:.2f} cores busy meanwhile"


def _ours_s() -> float:
    """Of this process and the children that have ended."""
    return sum(os.times()[:4])


def _busy_s() -> float:
    """Of all processors since the machine started; what a hypervisor took away counts as busy."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / peers.CLOCK_TICKS


def surroundings() -> str:
    """What the numbers depend on besides us."""
    cores = len(os.sched_getaffinity(0))
    busy = os.getloadavg()[0]
    disk = f"write and fdatasync of 64 KiB {sync_us():.0f} µs (p50)"
    peer = peers.alertmanager_program() or "no Alertmanager"
    python = f"Python {platform.python_version()}"
    return (
        f"{cores} cores, load average before {busy:.1f}; {disk}; {python}; {peer}; "
        f"load by {load.generator()}\n"
    )


def sync_us() -> float:
    """What it costs to have 64 KiB on this disk: no durable answer is quicker."""
    times = []
    with tempfile.TemporaryDirectory() as folder, Path(folder, "probe").open("wb") as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(bytes(65_536))
            file.flush()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1e6)
    return quantile(times, 0.5)


if __name__ == "__main__":
    sys.exit(main())
