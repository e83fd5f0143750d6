"""Pages by twelve channels, two of them in trouble; and by one, as many as it takes."""

import asyncio
import http.client
import json
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import msgspec

from bench.options import Options
from bench.peers import Peer, folder, free_port, started
from bench.table import Line, quantile

CHANNELS = 12
HANGING, LIMITED = "c10", "c11"
PACE = 150
"""Alerts a second: well under what one core of deciding and paging does, so that waits are those of
the channels and not of a queue before them."""

TOGETHER = 8
SLOWER_MAX = 1.10
RATE_WANTED = 1000
PATIENCE_S = 120
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
OK = b'{"ok": true, "result": {"message_id": 1}}'


class _Incident(msgspec.Struct):
    key: dict[str, str]


class _Hook(msgspec.Struct):
    type: str
    incident: _Incident


class Receivers:
    """The providers of all channels, in a thread: each takes what comes, but for one that hangs."""

    def __init__(self) -> None:
        self.accepted: dict[str, float] = {}
        """Alert → when its page was accepted (monotonic seconds), where the body names it."""
        self.taken: dict[str, int] = {}
        """Channel → requests that it has answered."""
        self.urls: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self, names: Mapping[str, bool]) -> None:
        """Listen for these channels: whether each answers."""
        self._names = names
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        for name, answers in self._names.items():
            self._loop.run_until_complete(self._listen(name, answers=answers))
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self, name: str, *, answers: bool) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).lower()
                    length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
                    body = await reader.readexactly(int(length or 0))
                    if not answers:
                        await reader.read()
                        break
                    writer.write(ANSWER % (len(OK), OK))
                    self._note(name, body)
            except (asyncio.IncompleteReadError, OSError):
                pass  # the daemon has gone
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.urls[name] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def _note(self, name: str, body: bytes) -> None:
        self.taken[name] = self.taken.get(name, 0) + 1
        if name != LIMITED and body.startswith(b'{"type"'):
            hook = msgspec.json.decode(body, type=_Hook)
            if hook.type == "page":
                self.accepted.setdefault(hook.incident.key["alertname"], time.monotonic())


def configuration(urls: Mapping[str, str], port: int, *, limited: bool) -> bytes:
    """A team, a person and a channel of each name; one channel has a rate where `limited`."""
    channels: dict[str, object] = {
        name: {"kind": "webhook", "url": url} for name, url in urls.items()
    }
    contacts: dict[str, object] = {name: {"channel": name} for name in urls}
    if limited:
        chat = {"kind": "telegram", "token": "123:ABC", "url": urls[LIMITED]}
        channels[LIMITED], contacts[LIMITED] = chat, {"channel": LIMITED, "to": "-100200300"}
    steps = {name: {"steps": [{"notify": [f"person:p-{name}"]}]} for name in urls}
    return msgspec.json.encode(
        {
            "listen": f"127.0.0.1:{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "auth": "none",
            "store": "sqlite:triaged.db",
            "log": {"level": "error", "format": "json"},
            "channels": channels,
            "people": {f"p-{name}": {"contacts": {"only": contacts[name]}} for name in urls},
            "teams": {name: {"policy": name} for name in urls},
            "policies": steps | {"default": steps["c0"]},
        }
    )


@contextmanager
def running(*, trouble: bool, channels: int = CHANNELS) -> Iterator[tuple[Peer, Receivers]]:
    """A daemon with its channels; with `trouble` one hangs and one has a rate."""
    receivers = Receivers()
    names = [f"c{number}" for number in range(channels)]
    receivers.start({name: not (trouble and name == HANGING) for name in names})
    with ExitStack() as stack:
        stack.callback(receivers.stop)
        place, port = stack.enter_context(folder()), free_port()
        config = place / "config.yaml"
        config.write_bytes(configuration(receivers.urls, port, limited=trouble))
        command = [sys.executable, "-m", "triaged", "serve", "--config", str(config)]
        yield stack.enter_context(started("triaged", command, port, place)), receivers


def beside(options: Options) -> list[Line]:
    """The waits of ten channels, with all twelve in order and with two in trouble."""
    pages = 2_400 if options.quick else 10_000
    normal = _waits(pages, trouble=False)
    troubled = _waits(pages, trouble=True)
    p99 = quantile(normal, 0.99), quantile(troubled, 0.99)
    ratio = p99[1] / p99[0]
    return [
        Line(
            f"{pages} pages over {CHANNELS} channels, all in order: the first ten",
            f"p50 {quantile(normal, 0.5):.1f} ms, p99 {p99[0]:.1f} ms",
        ),
        Line(
            "the same while one hangs and one is at its rate limit",
            f"p50 {quantile(troubled, 0.5):.1f} ms, p99 {p99[1]:.1f} ms, {ratio:.2f} ×",
            wanted=f"≤ {SLOWER_MAX:.2f} ×",
            holds=ratio <= SLOWER_MAX,
        ),
    ]


def _waits(pages: int, *, trouble: bool) -> list[float]:
    """Milliseconds from the sending of each alert to the acceptance of its page."""
    with running(trouble=trouble) as (peer, receivers):
        sent = _sent(peer, pages, PACE)
        measured = [name for name in sent if int(name.split("-")[1]) % CHANNELS < CHANNELS - 2]
        _until(receivers, measured)
        return [(receivers.accepted[name] - sent[name]) * 1000 for name in measured]


def throughput(options: Options) -> list[Line]:
    """New incidents by one webhook channel, each with its page on disk before and after it went."""
    pages = 2_000 if options.quick else 10_000
    with running(trouble=False, channels=1) as (peer, receivers):
        began, used = time.monotonic(), peer.cpu_s()
        _until(receivers, _sent(peer, pages, 0, channels=1))
        rate = pages / (time.monotonic() - began)
        cost_us = (peer.cpu_s() - used) / pages * 1_000_000
    return [
        Line(
            f"{pages} pages by one webhook channel, from the first alert to the last acceptance",
            f"{rate:,.0f}/s, {cost_us:,.0f} µs of processor time each",
            wanted=f"≥ {RATE_WANTED:,}/s",
            holds=rate >= RATE_WANTED,
        )
    ]


def _until(receivers: Receivers, names: Collection[str]) -> None:
    """Wait until the pages of these alerts were accepted."""
    deadline = time.monotonic() + PATIENCE_S
    while missing := len(set(names) - receivers.accepted.keys()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{missing} of {len(names)} pages did not come in {PATIENCE_S} s")
        time.sleep(0.05)


def _sent(peer: Peer, number: int, pace: int, channels: int = CHANNELS) -> dict[str, float]:
    """Send so many alerts, `pace` a second (0: at once); gives when each was sent."""
    connection = http.client.HTTPConnection(peer.url.removeprefix("http://"), timeout=PATIENCE_S)
    sent: dict[str, float] = {}
    together = TOGETHER if pace else 64
    began = time.monotonic()
    for first in range(0, number, together):
        names = [f"Down-{each}" for each in range(first, min(first + together, number))]
        alerts = [_alert(name, f"c{int(name[5:]) % channels}") for name in names]
        if pace:
            time.sleep(max(0.0, began + first / pace - time.monotonic()))
        at = time.monotonic()
        sent |= dict.fromkeys(names, at)
        connection.request("POST", "/webhooks/alertmanager", json.dumps(_body(alerts)))
        answer = connection.getresponse()
        if answer.read() and answer.status != 200:
            raise SystemExit(f"the daemon answered {answer.status}")
    return sent


def _alert(name: str, team: str) -> dict[str, object]:
    labels = {"alertname": name, "team": team, "severity": "critical"}
    return {"status": "firing", "labels": labels, "annotations": {}, "fingerprint": name}


def _body(alerts: list[dict[str, object]]) -> dict[str, object]:
    return {"version": "4", "groupKey": "{}", "status": "firing", "alerts": alerts}
