"""What a reload of many rules costs, and how long an alert that comes in meanwhile waits."""

import http.client
import threading
import time
from urllib.parse import urlsplit

from bench import peers
from bench.bodies import Bodies
from bench.options import Options
from bench.peers import Peer, Setup
from bench.table import Line, quantile

RULES = 1_000
RELOAD_LIMIT_MS = 300
PAUSE_LIMIT_MS = 20
BODY = Bodies(alerts=1)


def measure(options: Options) -> list[Line]:
    """Reloads while one connection sends an alert after the other."""
    count = 5 if options.quick else 20
    with peers.triaged(Setup(rules=RULES)) as peer:
        sender = Sender(peer)
        sender.start()
        time.sleep(1)
        calm = sender.taken()
        reloads = [_reload(peer) for _ in range(count)]
        during = sender.taken()
        sender.done.set()
        sender.join()
    pause = max(during) - quantile(calm, 0.5)
    return [
        Line(
            f"reload of {RULES:,} rules, {count} times",
            f"max {max(reloads):.0f} ms",
            wanted=f"≤ {RELOAD_LIMIT_MS} ms",
            holds=max(reloads) <= RELOAD_LIMIT_MS,
        ),
        Line(
            f"longest wait of {len(during):,} alerts meanwhile, over the usual "
            f"{quantile(calm, 0.5):.1f} ms (its longest {max(calm):.1f} ms)",
            f"{pause:.1f} ms",
            wanted=f"≤ {PAUSE_LIMIT_MS} ms",
            holds=pause <= PAUSE_LIMIT_MS,
        ),
    ]


class Sender(threading.Thread):
    """Sends one alert after the other, and keeps how long each took."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self._address = urlsplit(peer.url).netloc
        self._waits: list[float] = []

    def run(self) -> None:
        """Until `done`."""
        connection = http.client.HTTPConnection(self._address)
        number = 0
        while not self.done.is_set():
            body = BODY.body(number)
            number += 1
            begun = time.perf_counter()
            connection.request("POST", BODY.path, body, {"Content-Type": "application/json"})
            connection.getresponse().read()
            self._waits.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.001)

    def taken(self) -> list[float]:
        """The milliseconds since this was asked last."""
        waits, self._waits = self._waits, []
        return waits


def _reload(peer: Peer) -> float:
    """Milliseconds of a reload of rules that have changed."""
    file = peer.folder / "rules.yaml"
    file.write_bytes(file.read_bytes() + b" ")
    begun = time.perf_counter()
    peer.fetch("/-/reload", b"")
    return (time.perf_counter() - begun) * 1000
