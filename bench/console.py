"""The console with ten thousand open incidents: bytes of its pages, and how long each takes."""

import asyncio
import gzip
import http.client
import json
import time
from urllib.parse import urlsplit

from bench import peers
from bench.options import Options
from bench.peers import Setup
from bench.table import Line, quantile

INCIDENTS = 10_000
AT_ONCE = 500
P99_MAX_MS = 30.0
NOW_MAX, INCIDENT_MAX = 25_000, 20_000
PAGES = {"/": NOW_MAX, "/incidents/INC-1": INCIDENT_MAX}
"""Path → the bytes that it may have after gzip."""

PAUSE_S = 0.05
"""Between two requests: readers come one by one, and the wait is that of the page alone."""


def measure(options: Options) -> list[Line]:
    """Bytes and times of the first page and of an incident."""
    with peers.triaged(Setup()) as peer:
        address = urlsplit(peer.url).netloc
        _fill(address)
        return [
            line
            for path, most in PAGES.items()
            for line in _page(address, path, most, options.seconds)
        ]


def _fill(address: str) -> None:
    connection = http.client.HTTPConnection(address)
    for start in range(0, INCIDENTS, AT_ONCE):
        body = [
            {"labels": {"alertname": f"Slow{number}", "severity": "warning", "service": "search"}}
            for number in range(start, start + AT_ONCE)
        ]
        connection.request(
            "POST",
            "/api/v2/alerts",
            json.dumps(body),
            {"Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    connection.close()


def _page(address: str, path: str, most: int, seconds: float) -> list[Line]:
    waits, body = asyncio.run(_read(address, path, seconds))
    packed = len(gzip.compress(body, 6))
    p50, p99 = (quantile(waits, share) for share in (0.5, 0.99))
    return [
        Line(
            f"console {path} with {INCIDENTS:,} open incidents",
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            wanted=f"p99 ≤ {P99_MAX_MS:.0f} ms",
            holds=p99 <= P99_MAX_MS,
        ),
        Line("… bytes after gzip", f"{packed:,}", wanted=f"≤ {most:,}", holds=packed <= most),
    ]


async def _read(address: str, path: str, seconds: float) -> tuple[list[float], bytes]:
    """The milliseconds of each request, and the last body."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n".encode()
    waits: list[float] = []
    body, end = b"", time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        waits.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE_S)
    writer.close()
    return waits, body
