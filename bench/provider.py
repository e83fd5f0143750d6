"""A provider of our own on loopback: it accepts every page at once and notes when."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class _Named(msgspec.Struct):
    id: str


class _Hook(msgspec.Struct):
    """The part of a page that we read."""

    type: str
    incident: _Named


class Accepted(msgspec.Struct, frozen=True):
    """A page, and when it was accepted (µs UTC)."""

    incident: str
    at: int


class Accepts(Protocol):
    """A running provider."""

    url: str
    pages: list[Accepted]
    holds: bool
    """Whether it takes requests and does not answer."""
    taken: int
    """Requests that it has taken."""


class _Provider:
    def __init__(self) -> None:
        self.url = ""
        self.pages: list[Accepted] = []
        self.holds = False
        self.taken = 0
        self.started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._decode = msgspec.json.Decoder(_Hook).decode

    def run(self) -> None:
        """Serve until `stop`, in a thread of its own."""
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/page"
        self.started.set()
        self._loop.run_forever()

    def stop(self) -> None:
        """End `run`."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
                body = await reader.readexactly(int(length or 0))
                at = time.time_ns() // 1000
                self.taken += 1
                if self.holds:
                    await reader.read()
                    break
                writer.write(ANSWER)
                hook = self._decode(body)
                if hook.type == "page":
                    self.pages.append(Accepted(hook.incident.id, at))
        except (asyncio.IncompleteReadError, OSError):
            pass  # the daemon has gone
        writer.close()


@contextmanager
def provider() -> Iterator[Accepts]:
    """A provider that runs until the block ends."""
    server = _Provider()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    server.started.wait()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
