"""A firing rule of a real Prometheus reaches a person by mail, whichever way it takes."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require
from tests.e2e.peers import (
    Mailbox,
    eventually,
    fetch,
    fetch_json,
    free_port,
    link_in,
    running,
    triaged,
)

CONFIG = """
store: sqlite:triaged.db
rules: [rules.yaml]
severities: {{SEV-1: {{respond_within: {target}, urgency: page}}}}
channels: {{mail: {{kind: email, smtp: "smtp://127.0.0.1:{smtp}", from: triaged@example.org}}}}
people:
  alice: {{name: Alice, contacts: {{mail: {{channel: mail, to: alice@example.org}}}}}}
  bob: {{name: Bob, contacts: {{mail: {{channel: mail, to: bob@example.org}}}}}}
policies:
  default:
    steps: [{{notify: ["person:alice"]}}, {{after: 100%, notify: ["person:bob"]}}]
    catch_all: person:bob
"""
RULES = """
rules:
  - {name: checkout, match: ['alertname="CheckoutDown"'], set: {severity: SEV-1, service: checkout}}
"""
ALERT = """
groups:
  - name: shop
    rules:
      - alert: CheckoutDown
        expr: vector(1)
        labels: {cluster: c1}
        annotations: {summary: Nobody can check out}
"""
PROMETHEUS = """
global: {{evaluation_interval: 1s, scrape_interval: 60s}}
rule_files: [alert.yaml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{to}']}}]}}]}}
"""
ALERTMANAGER = """
route: {{receiver: triaged, group_by: [alertname], group_wait: 1s, group_interval: 1s}}
receivers: [{{name: triaged, webhook_configs: [{{url: 'http://127.0.0.1:{to}/webhooks/alertmanager'}}]}}]
"""


class World:
    """A daemon, its mailbox, and the address of its API."""

    def __init__(self, folder: Path, stack: ExitStack, target: str) -> None:
        self.folder, self._stack = folder, stack
        self.mailbox = stack.enter_context(Mailbox())
        self.port = free_port()
        (folder / "rules.yaml").write_text(RULES)
        config = CONFIG.format(target=target, smtp=self.mailbox.port)
        stack.enter_context(triaged(folder, config, self.port))
        self.api = f"http://127.0.0.1:{self.port}/api/v1/incidents"

    def prometheus(self, to: int) -> None:
        """Start a Prometheus whose rule fires at once, to an Alertmanager at port `to`."""
        (self.folder / "alert.yaml").write_text(ALERT)
        config = self.folder / "prometheus.yaml"
        config.write_text(PROMETHEUS.format(to=to))
        port = free_port()
        command = [
            require("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder / 'tsdb'}",
            "--rules.alert.resend-delay=1s",  # it finds its Alertmanagers after the first try
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        ready = f"http://127.0.0.1:{port}/-/ready"
        self._stack.enter_context(running(command, ready, self.folder / "prometheus.log"))

    def alertmanager(self) -> int:
        """Start an Alertmanager that sends to us; its port."""
        config = self.folder / "alertmanager.yaml"
        config.write_text(ALERTMANAGER.format(to=self.port))
        port = free_port()
        command = [
            require("prometheus-alertmanager"),
            f"--config.file={config}",
            f"--storage.path={self.folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        ready = f"http://127.0.0.1:{port}/-/ready"
        self._stack.enter_context(running(command, ready, self.folder / "alertmanager.log"))
        return port

    def incident(self) -> Any:
        """The one incident."""
        incidents = fetch_json(self.api)["incidents"]
        assert len(incidents) == 1
        return incidents[0]

    def kinds(self) -> list[str]:
        """The kinds of its timeline's entries."""
        return [entry["kind"] for entry in fetch_json(f"{self.api}/INC-1/timeline")["entries"]]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("way", ["direct", "through Alertmanager"])
def test_the_link_in_the_page_of_a_real_alert_acknowledges(
    tmp_path: Path, stack: ExitStack, way: str
) -> None:
    world = World(tmp_path, stack, target="10m")
    world.prometheus(world.port if way == "direct" else world.alertmanager())
    page = eventually(lambda: world.mailbox.to("alice@"), "a page to alice")[0]
    link = link_in(page)

    shown = fetch(link)
    before = world.incident()
    fetch(link, b"")

    assert b"Nobody can check out" in shown
    assert before["state"] == "open"
    assert (world.incident()["state"], world.incident()["acknowledged_by"]) == (
        "acknowledged",
        "alice",
    )
    assert world.incident()["response"] == "met"
    assert "SEV-1" in page["Subject"]
    assert page.get_content_type() == "multipart/alternative"
    fetch_json(f"{world.api}/INC-1/resolve", {})  # by somebody else: nobody hears of the own act
    told = eventually(lambda: world.mailbox.to("alice@")[1:], "an update to alice")[0]
    assert told["References"] == page["References"] or told["In-Reply-To"]


def test_when_nobody_answers_the_next_person_is_paged(tmp_path: Path, stack: ExitStack) -> None:
    world = World(tmp_path, stack, target="2s")
    world.prometheus(world.port)

    eventually(lambda: world.mailbox.to("bob@"), "a page to bob")

    assert world.mailbox.to("alice@")
    assert eventually(lambda: world.incident()["response"] == "missed", "a missed target")
    assert {"target.missed", "incident.escalated", "page.sent"} <= set(world.kinds())


def test_amtool_lists_our_alerts(tmp_path: Path, stack: ExitStack) -> None:
    world = World(tmp_path, stack, target="10m")
    world.prometheus(world.port)
    eventually(lambda: fetch_json(world.api)["incidents"], "an incident")

    listed = subprocess.run(
        [require("amtool"), f"--alertmanager.url=http://127.0.0.1:{world.port}", "alert", "query"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "CheckoutDown" in listed.stdout
    assert "Nobody can check out" in listed.stdout
