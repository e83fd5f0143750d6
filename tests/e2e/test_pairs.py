"""A real pair of Prometheus and one of Alertmanagers, each restarted: one trouble, one page."""

from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.conftest import require
from tests.e2e.peers import Mailbox, eventually, fetch_json, free_port, running, stays, triaged

CONFIG = """
store: sqlite:triaged.db
rules: [rules.yaml]
channels: {{mail: {{kind: email, smtp: "smtp://127.0.0.1:{smtp}", from: triaged@example.org}}}}
people: {{alice: {{name: Alice, contacts: {{mail: {{channel: mail, to: alice@example.org}}}}}}}}
policies: {{default: {{steps: [{{notify: ["person:alice"]}}], catch_all: person:alice}}}}
"""
RULES = """
rules: [{name: all, set: {resolve: {when: all, hold: 4s}}}]
"""
"""An Alertmanager that flushes between the ends of a pair says resolved, firing, resolved."""

PROMETHEUS = """
global: {{evaluation_interval: 1s, scrape_interval: 1s, scrape_timeout: 1s}}
rule_files: [rule.yaml]
scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['127.0.0.1:{shop}']}}]}}]
alerting: {{alertmanagers: [{{static_configs: [{{targets: {to}}}]}}]}}
"""
RULE = """
groups: [{name: shop, rules: [{alert: CheckoutDown, expr: shop_down == 1}]}]
"""
ALERTMANAGER = """
route: {{receiver: triaged, group_by: [alertname], group_wait: 1s, group_interval: 1s}}
receivers: [{{name: triaged, webhook_configs: [{{url: 'http://127.0.0.1:{to}/webhooks/alertmanager'}}]}}]
"""


class Shop:
    """What both Prometheus servers scrape: a service that is down or not."""

    def __init__(self) -> None:
        self.is_down = True
        shop = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(f"shop_down {int(shop.is_down)}\n".encode())

            def log_message(self, *_: object) -> None:
                """Nothing: nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self._server.server_port

    def __enter__(self) -> "Shop":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Peer:
    """One program of a pair, which can be restarted."""

    def __init__(self, command: list[str], port: int, log: Path) -> None:
        self._command = [*command, f"--web.listen-address=127.0.0.1:{port}"]
        self._ready, self._log = f"http://127.0.0.1:{port}/-/ready", log
        self._stack = ExitStack()
        self.port = port

    def restart(self) -> None:
        """Stop it, if it runs, and start it."""
        self._stack.close()
        self._stack.enter_context(running(self._command, self._ready, self._log))

    def __enter__(self) -> "Peer":
        self.restart()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def prometheus(folder: Path, name: str, shop: Shop, to: list[int]) -> Peer:
    """A Prometheus of a pair."""
    place = folder / name
    place.mkdir()
    (place / "rule.yaml").write_text(RULE)
    targets = [f"127.0.0.1:{port}" for port in to]
    (place / "prometheus.yaml").write_text(PROMETHEUS.format(shop=shop.port, to=targets))
    command = [
        require("prometheus"),
        f"--config.file={place / 'prometheus.yaml'}",
        f"--storage.tsdb.path={place / 'tsdb'}",
        "--rules.alert.resend-delay=1s",
    ]
    return Peer(command, free_port(), place / "log")


def alertmanagers(folder: Path, to: int) -> list[Peer]:
    """A clustered pair that sends to us."""
    ports = [free_port(), free_port()]
    (folder / "alertmanager.yaml").write_text(ALERTMANAGER.format(to=to))
    return [
        Peer(
            [
                require("prometheus-alertmanager"),
                f"--config.file={folder / 'alertmanager.yaml'}",
                f"--storage.path={folder / f'am-{own}'}",
                f"--cluster.listen-address=127.0.0.1:{own}",
                f"--cluster.peer=127.0.0.1:{other}",
                "--cluster.peer-timeout=2s",
                "--cluster.gossip-interval=50ms",
                "--cluster.pushpull-interval=1s",
                "--cluster.settle-timeout=1s",
            ],
            free_port(),
            folder / f"am-{own}.log",
        )
        for own, other in (ports, ports[::-1])
    ]


@pytest.mark.parametrize("way", ["direct", "through Alertmanagers"])
def test_one_trouble_is_one_page_through_restarts_of_everybody(
    tmp_path: Path, stack: ExitStack, way: str
) -> None:
    mailbox, shop = stack.enter_context(Mailbox()), stack.enter_context(Shop())
    port = free_port()
    (tmp_path / "rules.yaml").write_text(RULES)
    stack.enter_context(triaged(tmp_path, CONFIG.format(smtp=mailbox.port), port))
    middle = alertmanagers(tmp_path, port) if way != "direct" else []
    to = [peer.port for peer in middle] or [port]
    pair = [prometheus(tmp_path, name, shop, to) for name in ("paris", "oslo")]
    for peer in (*middle, *pair):
        stack.enter_context(peer)
    eventually(lambda: mailbox.to("alice@"), "a page")

    for peer in (*pair, *middle):
        stays(lambda: state(port) == "open", 1)  # each of those that were restarted reports
        peer.restart()
    stays(lambda: state(port) == "open", 5)  # what was announced before a restart is over
    shop.is_down = False
    eventually(lambda: state(port) == "resolved", "the incident is resolved")

    stays(lambda: state(port) == "resolved", 2)
    assert kinds(port).count("page.sent") == 1
    assert kinds(port).count("incident.resolved") == 1
    assert len(mailbox.to("alice@")) == 2  # the page, and that it is over


def incidents(port: int) -> Any:
    """All incidents."""
    return fetch_json(f"http://127.0.0.1:{port}/api/v1/incidents")["incidents"]


def state(port: int) -> str:
    """The state of the one incident."""
    (incident,) = incidents(port)
    return str(incident["state"])


def kinds(port: int) -> list[str]:
    """The kinds of its timeline's entries."""
    answer = fetch_json(f"http://127.0.0.1:{port}/api/v1/incidents/INC-1/timeline")
    return [entry["kind"] for entry in answer["entries"]]
