"""Pages for one trouble that a pair of Prometheus servers sees, through restarts of everything.

Two real Prometheus servers evaluate one rule. They report either to triaged itself, as to an
Alertmanager, or to a pair of real Alertmanagers that know of each other and call our webhook. While
the alert fires, each of them is restarted in turn; then the trouble ends at both servers.
"""

import json
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench import peers
from bench.options import Options
from bench.peers import Peer, Setup
from bench.table import Line

RULE = """
groups:
  - name: shop
    rules:
      - alert: CheckoutDown
        expr: vector({value}) > 0
        labels: {{severity: critical, service: checkout, cluster: c1}}
        annotations: {{summary: nobody can check out}}
"""
PROMETHEUS = """
global:
  evaluation_interval: 1s
  scrape_interval: 60s
  external_labels: {{replica: r{number}}}
rule_files: [rule.yaml]
alerting:
  alert_relabel_configs: [{{action: labeldrop, regex: replica}}]
  alertmanagers: [{{static_configs: [{{targets: [{targets}]}}]}}]
"""
ALERTMANAGER = """
route: {{receiver: triaged, group_by: [alertname], group_wait: 1s, group_interval: 10s}}
receivers:
  - name: triaged
    webhook_configs: [{{url: 'http://127.0.0.1:{port}/webhooks/alertmanager'}}]
"""
SETTLE_S = 4
"""What Prometheus, Alertmanager and triaged need to hear of each other: a few evaluations."""

END_S = 60


class Pager:
    """A webhook receiver that counts pages and updates."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.updates: list[str] = []
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                message = json.loads(self.rfile.read(length))
                is_page = message["type"] == "page"
                (pager.pages if is_page else pager.updates).append(message["text"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library names it
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/"


@contextmanager
def pager() -> Iterator[Pager]:
    """A pager that answers until the block ends."""
    found = Pager()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()


class Restartable:
    """A program in a folder of its own that can be stopped and started again."""

    def __init__(self, name: str, command: list[str], port: int, place: Path) -> None:
        self._name, self._command, self._port = name, command, port
        self._stack = ExitStack()
        self._process: Peer | None = None
        self.place = place

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        started = peers.started(self._name, self._command, self._port, self.place)
        self._process = self._stack.enter_context(started)

    def stop(self) -> None:
        """Stop it in order."""
        self._stack.close()

    def restart(self) -> None:
        """Stop and start it, as a deployment does."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """Have it read its files anew."""
        assert self._process is not None, "it was started"
        self._process.process.send_signal(signal.SIGHUP)


def measure(options: Options) -> list[Line]:
    """Both ways to us; without the programs, a line that says so."""
    missing = shutil.which("prometheus") is None or peers.alertmanager_program() is None
    if missing:
        return [Line("pages for one trouble seen by a pair of Prometheus", "no peers", "-")]
    return [*_way(options, with_alertmanagers=False), *_way(options, with_alertmanagers=True)]


def _way(options: Options, *, with_alertmanagers: bool) -> list[Line]:
    with ExitStack() as stack:
        sink = stack.enter_context(pager())
        triaged = stack.enter_context(peers.triaged(Setup(hook_url=sink.url)))
        place = stack.enter_context(peers.folder())
        own_port = int(triaged.url.rpartition(":")[2])
        middle = _alertmanagers(place, own_port) if with_alertmanagers else []
        targets = [port for port, _ in middle] or [own_port]
        servers = [_prometheus(place, number, targets) for number in (1, 2)]
        programs = [program for _, program in middle] + servers
        for program in programs:
            program.start()
            stack.callback(program.stop)
            time.sleep(1)  # the second server sees the trouble later, as in life
        _wait(lambda: bool(sink.pages), "the page")
        for program in programs:
            time.sleep(SETTLE_S)
            program.restart()
        time.sleep(SETTLE_S)
        _end(servers)
        _wait(lambda: _is_resolved(triaged), "the end of the incident")
        time.sleep(3 * SETTLE_S)
        way = "through a pair of Alertmanagers" if with_alertmanagers else "API v2"
        return _lines(options, sink, triaged, way)


def _lines(options: Options, sink: Pager, triaged: Peer, way: str) -> list[Line]:
    incidents = json.loads(triaged.fetch("/api/v1/incidents"))["incidents"]
    options.say(f"pair, {way}: {len(incidents)} incidents, {len(sink.updates)} updates")
    resolved = sum(_resolves(triaged, incident["id"]) for incident in incidents)
    count = len(sink.pages)
    return [
        Line(f"pages, a pair of Prometheus, {way}", str(count), wanted="1", holds=count == 1),
        Line(f"resolves, {way}", str(resolved), wanted="1", holds=resolved == 1),
    ]


def _resolves(triaged: Peer, incident: str) -> int:
    entries = json.loads(triaged.fetch(f"/api/v1/incidents/{incident}/timeline"))["entries"]
    return sum(entry["kind"] == "incident.resolved" for entry in entries)


def _is_resolved(triaged: Peer) -> bool:
    incidents = json.loads(triaged.fetch("/api/v1/incidents"))["incidents"]
    return all(incident["state"] == "resolved" for incident in incidents)


def _prometheus(place: Path, number: int, targets: list[int]) -> Restartable:
    folder = place / f"prometheus-{number}"
    folder.mkdir()
    (folder / "rule.yaml").write_text(RULE.format(value=1))
    listed = ", ".join(f"'127.0.0.1:{port}'" for port in targets)
    config = folder / "prometheus.yaml"
    config.write_text(PROMETHEUS.format(number=number, targets=listed))
    port = peers.free_port()
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=1s"]
    command += ["--log.level=error"]
    return Restartable(f"prometheus-{number}", command, port, folder)


def _alertmanagers(place: Path, own_port: int) -> list[tuple[int, Restartable]]:
    program = peers.alertmanager_program()
    assert program is not None, "the caller has looked"
    ports, clusters = ([peers.free_port(), peers.free_port()] for _ in "ab")
    found = []
    for index in (0, 1):
        folder = place / f"alertmanager-{index}"
        folder.mkdir()
        config = folder / "alertmanager.yml"
        config.write_text(ALERTMANAGER.format(port=own_port))
        command = [program, f"--config.file={config}", f"--storage.path={folder}/data"]
        command += [f"--web.listen-address=127.0.0.1:{ports[index]}", "--log.level=error"]
        command += [f"--cluster.listen-address=127.0.0.1:{clusters[index]}"]
        command += [f"--cluster.peer=127.0.0.1:{clusters[1 - index]}"]
        command += ["--cluster.peer-timeout=2s"]
        name = f"alertmanager-{index}"
        found.append((ports[index], Restartable(name, command, ports[index], folder)))
    return found


def _end(servers: list[Restartable]) -> None:
    """The trouble is over: neither server's rule fires any more.

    Between the ends that the two see, Alertmanager believes whom it heard last; a group interval,
    minutes in life, hides that.
    """
    for server in servers:
        (server.place / "rule.yaml").write_text(RULE.format(value=0))
    for server in servers:
        server.reload()


def _wait(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + END_S
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {END_S} s: {what}")
        time.sleep(0.1)
