"""A daemon that dies and comes back, its client and its provider, and what each of them knows."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.conftest import ROOT
from tests.e2e.peers import PATIENCE_S, answers, eventually, fetch_json, free_port
from triaged.cli.main import main

TOGETHER, LARGE = 8, 40
"""Bodies sent at once, and their alerts: what comes behind the first is put off."""

CONFIG = """
listen: 127.0.0.1:{port}
auth: none
store: sqlite:{store}
rules: [rules.yaml]
severities: {{SEV-1: {{respond_within: 3s}}}}
channels: {{hook: {{kind: webhook, url: "http://127.0.0.1:{hook}/"}}}}
people: {{alice: {{name: Alice, contacts: {{hook: {{channel: hook}}}}}}}}
policies:
  default:
    steps: [{{notify: ["person:alice"]}}, {{after: 50%, notify: ["person:alice"]}}]
    catch_all: person:alice
"""
RULES = "rules: [{name: all, set: {severity: SEV-1, group_by: [uid]}}]\n"


class Provider(ThreadingHTTPServer):
    """Accepts pages, and keeps (idempotency key, possible duplicate) of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ledger: list[tuple[str, bool]] = []
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """One page."""

    def do_POST(self) -> None:
        """Write it down, then accept it."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(self.server, Provider)
        with self.server.lock:
            entry = (self.headers["Idempotency-Key"], body["page"]["possible_duplicate"])
            self.server.ledger.append(entry)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class World:
    """A daemon that dies and comes back, its client and its provider."""

    def __init__(self, folder: Path, within: Sequence[str] = (), store: str = "triaged.db") -> None:
        self.folder, self.port = folder, free_port()
        self.within = within
        """The command that the daemon is an argument of."""
        self.url = f"http://127.0.0.1:{self.port}"
        self.provider = Provider()
        threading.Thread(target=self.provider.serve_forever, daemon=True).start()
        hook = self.provider.server_address[1]
        (folder / "config.yaml").write_text(CONFIG.format(port=self.port, hook=hook, store=store))
        (folder / "rules.yaml").write_text(RULES)
        self.accepted: list[tuple[str, str]] = []
        """(uid, pod) of each alert that was answered 2xx."""
        self.crashes = 0

    def start(self, crash_at: str = "") -> "subprocess.Popen[bytes]":
        """Start it; perhaps it dies at a point."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        config = str(self.folder / "config.yaml")
        command = ["triaged", "serve", "--config", config]
        if crash_at:
            command = ["tests.crash.launcher", config, crash_at]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*self.within, sys.executable, "-m", *command],
                stdout=log,
                stderr=log,
                env=environment,
            )
        eventually(lambda: answers(f"{self.url}/-/ready") or process.poll() is not None, "a daemon")
        return process

    def send(self, uid: str, count: int = 1) -> None:
        """Send alerts of one incident; remember them if they were answered 2xx."""
        pods = [str(number) for number in range(count)]
        alerts = [{"labels": {"alertname": "Crash", "uid": uid, "pod": pod}} for pod in pods]
        try:
            fetch_json(f"{self.url}/api/v2/alerts", alerts)
        except (OSError, ValueError, urllib.error.URLError):
            return
        self.accepted += [(uid, pod) for pod in pods]

    def send_together(self, name: str) -> None:
        """Send large bodies at once, from as many senders."""
        senders = [
            threading.Thread(target=self.send, args=(f"{name}-{number}", LARGE))
            for number in range(TOGETHER)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert that the daemon has."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = fetch_json(f"{self.url}/api/v1/alerts?limit=1000{cursor}")
            found += page["alerts"]
            if not page.get("next_cursor"):
                return found
            cursor = f"&cursor={quote(page['next_cursor'])}"

    def accepted_are_there(self) -> bool:
        """Whether each alert that was answered 2xx is in the store, decided."""
        stored = {(one["labels"]["uid"], one["labels"]["pod"]) for one in self.alerts()}
        return set(self.accepted) <= stored

    def check(self) -> None:
        """Compare the ledgers once everything is quiet."""
        process = self.start()
        eventually(self.accepted_are_there, "each 2xx'd alert (C1)")
        alerts = self.alerts()
        numbers = {alert["incident"] for alert in alerts}
        # Both steps of each incident: on time, or as soon as it was back.
        wanted = {
            f"{number}/1/1/{step}/person:alice/alice/hook" for number in numbers for step in (1, 2)
        }
        eventually(
            lambda: wanted <= {key for key, _ in self.provider.ledger}, "each due page (C4, C5)"
        )
        counts = Counter(key for key, _ in self.provider.ledger)
        assert max(counts.values()) <= 1 + self.crashes, "as many copies as crashes allow (C7)"
        marked = Counter(key for key, duplicate in self.provider.ledger if duplicate)
        unmarked = {key: n - marked[key] for key, n in counts.items() if n - marked[key] > 1}
        assert unmarked == {}, "a copy says that it may be one (C7)"
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        config = str(self.folder / "config.yaml")
        assert main(["store", "verify", "--config", config]) == 0, "chains hold (C10)"
