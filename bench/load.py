"""Send bodies as fast as they are answered: with wrk, else with a generator of our own.

wrk (https://github.com/wg/wrk) costs a few hundredths of a core, which matters where the peers
and the generator share two. Ours costs about half a core; it is there so that nothing must be
installed.
"""

import asyncio
import shutil
import subprocess
import tempfile
import time
from itertools import chain, islice
from pathlib import Path

import msgspec

from bench.bodies import Bodies

PATIENCE_S = 30
MADE_BEFORE = 100_000
"""Alerts in bodies that our own generator makes before it begins: 100 MB, some seconds of load."""


class Load(msgspec.Struct, frozen=True):
    """How to send, for how long."""

    bodies: Bodies
    connections: int
    seconds: float
    pace: float = 0.0
    """Requests a second, whether or not those before are answered; 0: as fast as they are."""


class Result(msgspec.Struct, frozen=True):
    """What came of it. Times are of requests, from sending to the answer's end."""

    requests: int
    """Answered, whatever the status."""
    refused: int
    """Of those, with a status of 400 and above."""
    broken: int
    """Connections and requests that came to nothing."""
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def accepted(self) -> int:
        """Requests that were answered 2xx."""
        return self.requests - self.refused


def send(load: Load, url: str, first: int = 0) -> Result:
    """Send to `url` (scheme, host, port), beginning with alert number `first`."""
    if shutil.which("wrk") and not load.pace:
        return _by_wrk(load, url, first)
    return asyncio.run(_by_ourselves(load, url, first))


def generator() -> str:
    """The name of what sends, for the report."""
    return "wrk" if shutil.which("wrk") else "our own generator (wrk is not installed)"


def _by_wrk(load: Load, url: str, first: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "send.lua")
        script.write_text(load.bodies.lua(first))
        command = ["wrk", "--threads", "1", "--connections", str(load.connections)]
        command += ["--duration", f"{max(round(load.seconds), 1)}s", "--timeout", "10s"]
        done = subprocess.run(
            [*command, "--script", str(script), url],
            capture_output=True,
            check=True,
            timeout=load.seconds + PATIENCE_S,
        )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Result)


async def _by_ourselves(load: Load, url: str, first: int) -> Result:
    host, port = url.removeprefix("http://").split(":")
    sender = _Sender(load, first)
    sender.began = time.perf_counter()  # after the bodies were made
    async with asyncio.TaskGroup() as group:
        for _ in range(load.connections):
            group.create_task(sender.run(host, int(port)))
    seconds = time.perf_counter() - sender.began
    times = sorted(sender.times) or [0.0]
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    return Result(len(sender.times), sender.refused, sender.broken, seconds, p50, p99)


class _Sender:
    def __init__(self, load: Load, first: int) -> None:
        self.began = 0.0
        self.times: list[float] = []
        self.refused = 0
        self.broken = 0
        self._load = load
        self._turns = 0
        bodies = load.bodies.following(first)
        self._bodies = chain(list(islice(bodies, MADE_BEFORE // load.bodies.alerts)), bodies)
        self._head = f"POST {load.bodies.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
        self._head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    async def run(self, host: str, port: int) -> None:
        """Keep one connection busy."""
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while await self._turn():
                began = time.perf_counter()
                body = next(self._bodies)
                writer.write(self._head % len(body) + body)
                self.refused += await _status(reader) >= 400
                self.times.append(time.perf_counter() - began)
        except (OSError, asyncio.IncompleteReadError):
            self.broken += 1
        finally:
            writer.close()

    async def _turn(self) -> bool:
        """Return when the next request is due; False: its time is over."""
        now, until = time.perf_counter(), self.began + self._load.seconds
        due = self.began + self._turns / self._load.pace if self._load.pace else now
        self._turns += 1
        if due > now:
            await asyncio.sleep(due - now)
        return due < until


async def _status(reader: asyncio.StreamReader) -> int:
    """Read one answer with a Content-Length; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length or 0))
    return int(head.split(b" ", 2)[1])
