"""The status page under a crowd: requests a second from memory, and how long each takes."""

import asyncio
import time

from bench import peers
from bench.options import Options
from bench.peers import Setup
from bench.table import Line, quantile

COMPONENTS = 20
CONNECTIONS = 16
RATE_MIN, P99_MAX_MS = 2_000, 5.0
PACED = 2_000
"""Requests a second at which the waits are measured: at full speed they tell of the queue alone."""

REQUEST = (
    b"GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nAccept: text/html\r\n\r\n"
)


def measure(options: Options) -> list[Line]:
    """As fast as it is answered, then at the pace that is promised."""
    with peers.triaged(Setup(components=COMPONENTS)) as peer:
        host = peer.url.removeprefix("http://")
        full = asyncio.run(_crowd(host, float(options.seconds), 0))
        paced = asyncio.run(_crowd(host, float(options.seconds), PACED))
    rate = len(full) / options.seconds
    p50, p99 = (quantile(paced, share) for share in (0.5, 0.99))
    return [
        Line(
            f"status page of {COMPONENTS} components, {CONNECTIONS} connections",
            f"{rate:,.0f}/s",
            wanted=f"≥ {RATE_MIN:,}/s",
            holds=rate >= RATE_MIN,
        ),
        Line(
            f"… time of a request at {PACED:,}/s",
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            wanted=f"p50 ≤ {P99_MAX_MS:.0f} ms",
            holds=p50 <= P99_MAX_MS,
        ),
    ]


async def _crowd(host: str, seconds: float, pace: int) -> list[float]:
    """The milliseconds of each request."""
    waits: list[float] = []
    end = time.perf_counter() + seconds
    every = CONNECTIONS / pace if pace else 0.0
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_visitor(host, end, every, waits))
    return waits


async def _visitor(host: str, end: float, every: float, waits: list[float]) -> None:
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    due = time.perf_counter()
    while (now := time.perf_counter()) < end:
        if every and due > now:
            await asyncio.sleep(due - now)
        began = max(time.perf_counter(), due) if every else time.perf_counter()
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        waits.append((time.perf_counter() - began) * 1000)
        due += every
    writer.close()
