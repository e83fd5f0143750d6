"""The two daemons, on loopback, each in a new folder that is gone afterwards."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.rules import rules
from triaged.wire import encode

PATIENCE_S = 60
ROOT = Path(__file__).resolve().parent.parent
ALERTMANAGER_NAMES = ("prometheus-alertmanager", "alertmanager")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGESIZE")

ALERTMANAGER = """
route: {receiver: nobody, group_by: [alertname, cluster, namespace, service]}
receivers: [{name: nobody}]
"""
"""Groups as triaged does; has nobody to notify, so it saves that work."""


class Setup(msgspec.Struct, frozen=True):
    """A configuration of triaged."""

    rules: int = 200
    hook_url: str = ""
    """Where pages go; empty: to the console, that is, a file."""
    smtp: str = ""
    """The mail server of alice and bob, who have a team each; empty: there is none."""
    components: int = 0
    """Components of the status page; 0: there is none."""
    subscribers_smtp: str = ""
    """The mail server of the subscribers of the status page; empty: nobody can subscribe."""


def configuration(setup: Setup, port: int) -> bytes:
    """`config.yaml` (JSON is YAML)."""
    hook = {"kind": "webhook", "url": setup.hook_url}
    channels = {"pager": hook if setup.hook_url else {"kind": "console"}}
    people = {
        "alice": {"name": "Alice", "timezone": "UTC", "contacts": {"a": {"channel": "pager"}}}
    }
    if setup.smtp:
        return encode(_by_mail(setup.smtp, port))
    steps = [{"notify": ["person:alice"]}, {"after": "50%", "notify": ["person:alice"]}]
    teams = {f"team-{name}": {"people": ["alice"]} for name in ("checkout", "search", "payments")}
    services: dict[str, object] = {f"part-{number}": {} for number in range(setup.components)}
    public: dict[str, object] = {}
    if services:
        status: dict[str, object] = {"name": "Status"}
        public = {"services": services, "status_page": status}
    if setup.subscribers_smtp:
        sender = {"from": "status@example.org", "smtp": setup.subscribers_smtp}
        channels["mail"] = {"kind": "email", **sender}
        status["subscribers"] = {"channel": "mail"}
    return encode(
        public
        | {
            "listen": f"127.0.0.1:{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "auth": "none",
            "store": "sqlite:triaged.db",
            "log": {"level": "warning", "format": "json"},
            "rules": ["rules.yaml"],
            "channels": channels,
            "people": people,
            "teams": teams,
            "policies": {"default": {"steps": steps}},
        }
    )


def _by_mail(smtp: str, port: int) -> dict[str, object]:
    names = ("alice", "bob")
    contacts = {name: {"mail": {"channel": "mail", "to": f"{name}@example.org"}} for name in names}
    return {
        "listen": f"127.0.0.1:{port}",
        "public_url": f"http://127.0.0.1:{port}",
        "auth": "none",
        "store": "sqlite:triaged.db",
        "log": {"level": "error", "format": "json"},
        "channels": {"mail": {"kind": "email", "smtp": smtp, "from": "triaged@example.org"}},
        "people": {
            name: {"name": name, "timezone": "UTC", "contacts": contacts[name]} for name in names
        },
        "teams": {name: {"people": [name], "policy": name} for name in names},
        "policies": {
            name: {"steps": [{"notify": [f"person:{policy}"]}]}
            for name, policy in (("alice", "alice"), ("bob", "bob"), ("default", "alice"))
        },
    }


class Peer:
    """A running program."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
        self.name = name
        self.process = process
        self.url = url
        self.folder = folder

    def fetch(self, path: str, body: bytes | None = None) -> bytes:
        """The answer to a GET, or to a POST of `body`."""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read()
            return content

    def cpu_s(self) -> float:
        """Processor time used so far, of all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def memory_bytes(self) -> int:
        """Resident memory now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE_BYTES

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def alertmanager_program() -> str | None:
    """Its name, if it is installed."""
    return next(filter(shutil.which, ALERTMANAGER_NAMES), None)


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder on the disk that the system keeps temporary files on."""
    with tempfile.TemporaryDirectory(prefix="triaged-bench-") as name:
        yield Path(name)


@contextmanager
def alertmanager() -> Iterator[Peer]:
    """Prometheus's Alertmanager without cluster and receivers."""
    program = alertmanager_program()
    assert program is not None, "the caller has looked"
    port = free_port()
    with folder() as place:
        (place / "alertmanager.yml").write_text(ALERTMANAGER)
        command = [program, f"--config.file={place}/alertmanager.yml", f"--storage.path={place}"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        with started("Alertmanager", [*command, "--log.level=error"], port, place) as peer:
            yield peer


@contextmanager
def triaged(setup: Setup) -> Iterator[Peer]:
    """Our daemon with a new store."""
    with folder() as place, triaged_in(place, setup) as peer:
        yield peer


@contextmanager
def triaged_in(place: Path, setup: Setup) -> Iterator[Peer]:
    """Our daemon with the store that `place` has, if it has one."""
    port = free_port()
    (place / "rules.yaml").write_bytes(rules(setup.rules))
    (place / "config.yaml").write_bytes(configuration(setup, port))
    command = [sys.executable, "-m", "triaged", "serve", "--config", f"{place}/config.yaml"]
    with started("triaged", command, port, place) as peer:
        yield peer


@contextmanager
def started(name: str, command: list[str], port: int, place: Path) -> Iterator[Peer]:
    """A program, ready; it is stopped at the end, unless it was killed before."""
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    log = place / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    peer = Peer(name, process, url, place)
    try:
        _wait_until_ready(peer, log)
        yield peer
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            peer.kill()


def _wait_until_ready(peer: Peer, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            peer.fetch("/-/ready")
        except OSError:
            if peer.process.poll() is not None:
                raise SystemExit(f"{peer.name} does not start:\n{log.read_text()}") from None
            time.sleep(0.005)
        else:
            return
    raise SystemExit(f"{peer.name} is not ready after {PATIENCE_S} s:\n{log.read_text()}")


def stored_in(place: Path) -> tuple[int, int]:
    """(alerts, repeats) in the store of a daemon that was killed."""
    connection = sqlite3.connect(place / "triaged.db")
    try:
        alerts, repeats = connection.execute(
            "SELECT COUNT(*), COALESCE(SUM(repeats), 0) FROM alerts"
        ).fetchone()
        return alerts, repeats
    finally:
        connection.close()


def undecided_in(place: Path) -> int:
    """How many alerts a triaged has on disk and has not decided."""
    connection = sqlite3.connect(place / "triaged.db", timeout=PATIENCE_S)
    try:
        row = connection.execute("SELECT COALESCE(SUM(alerts), 0) FROM backlog").fetchone()
        return int(row[0])
    finally:
        connection.close()


def wait_until_decided(place: Path) -> None:
    """Wait until a triaged that runs has decided all that it has."""
    deadline = time.monotonic() + PATIENCE_S * 5
    while undecided_in(place):
        if time.monotonic() > deadline:
            raise SystemExit("it does not decide what it has")
        time.sleep(0.05)


def held_by(peer: Peer) -> int:
    """How many alerts an Alertmanager holds."""
    lines = peer.fetch("/metrics").decode().splitlines()
    return sum(int(float(line.split()[1])) for line in lines if line.startswith(HELD))


HELD = "alertmanager_alerts{"
