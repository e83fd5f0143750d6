"""A running daemon, and the command line against it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.peers import fetch_json, free_port, triaged
from triaged.cli.main import main

CONFIG = f"""
store: sqlite:triaged.db
rules: [{ROOT}/rules/*.yaml]
channels: {{console: {{kind: console}}}}
people: {{alice: {{name: Alice, contacts: {{desk: {{channel: console}}}}}}}}
schedules:
  primary: {{timezone: UTC, rotations: [{{people: [alice], every: 1w, from: "2026-01-05T09:00"}}]}}
policies: {{default: {{steps: [{{notify: ["schedule:primary"]}}], catch_all: "person:alice"}}}}
"""


class Desk:
    """Commands against one daemon, or on its files."""

    def __init__(self, folder: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.url = f"http://127.0.0.1:{port}"

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """(exit status, stdout, stderr) of a command to the daemon."""
        return self.offline(*words, "--url", self.url)

    def offline(self, *words: str) -> tuple[int, str, str]:
        """(exit status, stdout, stderr) of a command that is given no address."""
        status = main(words)
        captured = self._capsys.readouterr()
        return status, captured.out, captured.err

    def json(self, *words: str) -> Any:
        """What a command prints with `-o json`."""
        status, out, err = self(*words, "-o", "json")
        assert status == 0, err
        return json.loads(out)

    def fires(self, name: str, **labels: str) -> None:
        """An alert reaches the daemon."""
        alert = {"labels": {"alertname": name, "severity": "critical", **labels}}
        fetch_json(f"{self.url}/api/v2/alerts", [alert])


@contextmanager
def running(
    folder: Path, capsys: pytest.CaptureFixture[str], config: str = CONFIG
) -> Iterator[Desk]:
    """A daemon of its own."""
    port = free_port()
    with triaged(folder, config, port):
        yield Desk(folder, port, capsys)
