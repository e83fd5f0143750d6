"""Acknowledgements while 100,000 edits of messages wait: nobody waits for an edit."""

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.channels import Receivers
from bench.options import Options
from bench.peers import Peer, folder, free_port, started
from bench.table import Line, quantile
from triaged.clock import SystemClock
from triaged.core.records.practice.requests import EDIT, Request
from triaged.core.time.durations import DAY
from triaged.core.two_way.posts import LANE
from triaged.store.database.connect import open_database
from triaged.store.tables.practice_rows.requests import TABLE

EDITS = 100_000
AT_ONCE = 5_000
SLOWER_MAX = 1.10
PATIENCE_S = 30


def measure(options: Options) -> list[Line]:
    """The time of an acknowledgement without edits that wait, and with them."""
    count = 100 if options.quick else 400
    edits = EDITS // 10 if options.quick else EDITS
    receivers = Receivers()
    receivers.start({"c0": True})
    try:
        free = _acknowledgements(receivers.urls["c0"], count, 0)
        queued = _acknowledgements(receivers.urls["c0"], count, edits)
    finally:
        receivers.stop()
    p50, p99 = quantile(free, 0.5), quantile(free, 0.99)
    ratio = quantile(queued, 0.5) / p50
    return [
        Line(f"acknowledgement, {count} of them", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"),
        Line(
            f"the same while {edits:,} edits of messages wait",
            f"p50 {quantile(queued, 0.5):.1f} ms, p99 {quantile(queued, 0.99):.1f} ms,"
            f" {ratio:.2f} ×",
            wanted=f"≤ {SLOWER_MAX:.2f} ×",
            holds=ratio <= SLOWER_MAX,
        ),
    ]


def _acknowledgements(slack: str, count: int, edits: int) -> list[float]:
    with folder() as place:
        with _running(place, slack) as peer:
            connection = _connect(peer)
            for number in range(count):
                body = {"title": f"by hand {number}", "severity": "SEV-3"}
                _post(connection, "/api/v1/incidents", body)
        if edits:
            asyncio.run(_queue(place, edits, count))
        with _running(place, slack) as peer:
            connection = _connect(peer)
            waits = []
            for number in range(1, count + 1):
                began = time.perf_counter()
                _post(connection, f"/api/v1/incidents/INC-{number}/acknowledge", {})
                waits.append((time.perf_counter() - began) * 1000)
                time.sleep(0.01)
            return waits


async def _queue(place: Path, edits: int, incidents: int) -> None:
    """Put edits in the outbox, each of a message of its own."""
    clock = SystemClock()
    database = await open_database(f"sqlite:{place / 'triaged.db'}", clock)
    now = clock.now()
    try:
        for start in range(0, edits, AT_ONCE):
            rows = [
                TABLE.values(
                    Request(
                        id=f"INC-{incidents + 1 + number}/message/slack/{number:06}",
                        incident=incidents + 1 + number,
                        kind=EDIT,
                        lane=f"{LANE}slack",
                        created_at=now,
                        due_at=now,
                        gives_up_at=now + 7 * DAY,
                        topic=f"edit {number}",
                    )
                )
                for number in range(start, min(start + AT_ONCE, edits))
            ]
            async with database.transaction() as tx:
                await tx.write(TABLE.save, rows)
    finally:
        await database.close()


@contextmanager
def _running(place: Path, slack: str) -> Iterator[Peer]:
    port = free_port()
    chat = {"kind": "slack", "token": "xoxb-1", "to": "#incidents", "url": slack}
    config = {
        "listen": f"127.0.0.1:{port}",
        "public_url": f"http://127.0.0.1:{port}",
        "auth": "none",
        "store": "sqlite:triaged.db",
        "log": {"level": "error", "format": "json"},
        "channels": {"slack": chat, "console": {"kind": "console"}},
        "people": {"alice": {"contacts": {"desk": {"channel": "console"}}}},
        "policies": {"default": {"steps": [{"notify": ["person:alice"]}]}},
    }
    (place / "config.yaml").write_bytes(msgspec.json.encode(config))
    command = [sys.executable, "-m", "triaged", "serve", "--config", f"{place}/config.yaml"]
    with started("triaged", command, port, place) as peer:
        yield peer


def _connect(peer: Peer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(peer.url.removeprefix("http://"), timeout=PATIENCE_S)


def _post(connection: http.client.HTTPConnection, path: str, body: object) -> None:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.read() and answer.status >= 300:
        raise SystemExit(f"{path}: {answer.status}")
