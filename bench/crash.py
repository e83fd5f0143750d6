"""`kill -9` while pages are in flight: how soon they go on, from the start of the next process."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from bench import peers
from bench.options import Options
from bench.peers import Setup
from bench.provider import Accepts, provider
from bench.table import Line, quantile

LIMIT_S = 2.0
IN_FLIGHT = 8
PATIENCE_S = 60


def measure(options: Options) -> list[Line]:
    """Some crashes, each with pages that the provider has taken and not answered."""
    crashes = 3 if options.quick else 20
    with provider() as hook, peers.folder() as place:
        setup = Setup(rules=0, hook_url=hook.url)
        waits = [wait for number in range(crashes) for wait in _crash(place, setup, hook, number)]
    p99 = quantile(waits, 0.99)
    return [
        Line(
            f"crash with {IN_FLIGHT} pages in flight → they go on, {crashes} crashes",
            f"p99 {p99:.2f} s",
            wanted=f"p99 ≤ {LIMIT_S:g} s",
            holds=p99 <= LIMIT_S,
        )
    ]


def _crash(place: Path, setup: Setup, hook: Accepts, number: int) -> list[float]:
    """Seconds from the start of the process after a crash to the acceptance of each page."""
    hook.holds, hook.taken = True, 0
    with peers.triaged_in(place, setup) as peer:
        wanted = set()
        for each in range(IN_FLIGHT):
            body = {"title": f"crash {number}.{each}", "severity": "SEV-1"}
            answer = peer.fetch("/api/v1/incidents", json.dumps(body).encode())
            wanted.add(json.loads(answer)["id"])
        _wait_for(lambda: hook.taken >= IN_FLIGHT)
        peer.kill()
    hook.holds, hook.pages[:] = False, []
    began_at = time.time_ns() // 1000
    with peers.triaged_in(place, setup) as peer:
        _wait_for(lambda: wanted <= {page.incident for page in hook.pages})
        for incident in wanted:
            peer.fetch(f"/api/v1/incidents/{incident}/resolve", b"{}")
    first = {page.incident: page.at for page in reversed(hook.pages)}
    return [(first[incident] - began_at) / 1e6 for incident in wanted]


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE_S} s")
        time.sleep(0.002)
