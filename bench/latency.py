"""How long a person waits: from the alert to the page, and for an answer to a pressed button."""

import http.client
import json
import threading
import time
from collections.abc import Sequence

from bench import peers
from bench.bodies import Bodies
from bench.load import Load, send
from bench.options import Options
from bench.peers import Peer, Setup
from bench.provider import Accepts, provider
from bench.table import Line, quantile

PAGE_LIMIT_MS = 50
BUTTON_LIMIT_MS = 100
WARM_UP = 20
PATIENCE_S = 10


def pages(options: Options) -> list[Line]:
    """One alert at a time, each a new incident, to an idle daemon: until its page is accepted."""
    count = 60 if options.quick else 300
    with provider() as hook, peers.triaged(Setup(hook_url=hook.url)) as peer:
        connection = _connect(peer)
        waits = [page_wait(connection, hook, number) for number in range(WARM_UP + count)][WARM_UP:]
    p99 = quantile(waits, 0.99)
    text = _told(waits)
    return [
        Line(
            f"webhook received → page accepted, {count} incidents",
            text,
            wanted=f"p99 ≤ {PAGE_LIMIT_MS} ms",
            holds=p99 <= PAGE_LIMIT_MS,
        )
    ]


def page_wait(connection: http.client.HTTPConnection, hook: Accepts, number: int) -> float:
    """Milliseconds from sending alert `number` to the acceptance of its page."""
    body = json.loads(Bodies(path="/webhooks/alertmanager", alerts=1).body(number))
    body["alerts"][0]["labels"]["service"] = f"service-{number}"
    before = len(hook.pages)
    began_at = time.time_ns() // 1000
    _post(connection, "/webhooks/alertmanager", body)
    deadline = time.monotonic() + PATIENCE_S
    while len(hook.pages) == before:
        if time.monotonic() > deadline:
            raise SystemExit(f"no page within {PATIENCE_S} s")
        time.sleep(0.0005)
    time.sleep(0.01)  # its verdict is written meanwhile: the daemon is idle again
    return (hook.pages[before].at - began_at) / 1000


def button(options: Options) -> list[Line]:
    """Acknowledgements while 16 connections send new alerts as fast as they can."""
    seconds = 4 if options.quick else 8
    with peers.triaged(Setup()) as peer:
        connection = _connect(peer)
        for number in range(seconds * 20):
            _declare(connection, number)
        load = Load(Bodies(), 16, seconds)
        storm = threading.Thread(target=send, args=(load, peer.url))
        storm.start()
        time.sleep(1)
        waits = []
        for number in range(1, (seconds - 2) * 20):
            began = time.perf_counter()
            _post(connection, f"/api/v1/incidents/INC-{number}/acknowledge", {})
            waits.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.05 - waits[-1] / 1000, 0))
        storm.join()
    return [
        Line(
            f"acknowledgement during an ingest storm, {len(waits)} of them",
            _told(waits),
            wanted=f"p99 ≤ {BUTTON_LIMIT_MS} ms",
            holds=quantile(waits, 0.99) <= BUTTON_LIMIT_MS,
        )
    ]


def _declare(connection: http.client.HTTPConnection, number: int) -> None:
    _post(connection, "/api/v1/incidents", {"title": f"by hand {number}", "severity": "SEV-3"})


def _connect(peer: Peer) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(peer.url.removeprefix("http://"), timeout=PATIENCE_S)
    connection.connect()
    return connection


def _post(connection: http.client.HTTPConnection, path: str, body: object) -> None:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{path}: {answer.status} {content.decode()[:300]}")


def _told(waits: Sequence[float]) -> str:
    p50, p99 = quantile(waits, 0.5), quantile(waits, 0.99)
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {max(waits):.1f} ms"
