"""A whole SEV-1 as people live it, by the web and by the command line, before a real daemon.

A customer reports it by the form; it is declared, staffed, told inside and outside, resolved, and
learned from, until its actions are done and it is closed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.conftest import ROOT
from tests.e2e.peers import eventually, fetch, free_port, running

CONFIG = f"""
auth: tokens
public: [status, report]
store: sqlite:triaged.db
rules: [{ROOT}/rules/*.yaml]
channels: {{console: {{kind: console}}}}
people:
  alice: {{name: Alice, contacts: {{desk: {{channel: console}}}}}}
  bob: {{name: Bob, contacts: {{desk: {{channel: console}}}}}}
  carol: {{name: Carol, contacts: {{desk: {{channel: console}}}}}}
policies: {{default: {{steps: [{{notify: ["person:alice"]}}], catch_all: "person:alice"}}}}
services: {{checkout: {{}}}}
status_page:
  name: Larkspur
  components: {{checkout: {{name: Checkout, services: [checkout]}}}}
tokens:
  - {{name: alice, person: alice, token: token-of-alice, scopes: [admin]}}
  - {{name: bob, person: bob, token: token-of-bob, scopes: [respond, read]}}
  - {{name: carol, person: carol, token: token-of-carol, scopes: [respond, read]}}
"""
POSTMORTEM = """\
# Postmortem: Checkout failures

## Summary

Checkout failed for 30 % of customers because the pool of connections was exhausted.

## Timeline

See the timeline of the incident.

## Root Cause

A retry loop held connections open.

## Impact

1,247 attempts failed.

## Action Items

- [ ] Fix: Upgrade the ORM (P1, @bob, by DUE)
"""


class Room:
    """The people at work on one daemon."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"

    def does(self, who: str, *words: str, text: str = "") -> str:
        """What a command of somebody prints; it must succeed."""
        done = self._run(who, *words, text=text)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def is_refused(self, who: str, *words: str) -> str:
        """Why a command of somebody is refused."""
        done = self._run(who, *words)
        assert done.returncode != 0, (words, done.stdout)
        return done.stderr

    def json(self, who: str, *words: str) -> Any:
        """What a command prints for programs."""
        return json.loads(self.does(who, *words, "-o", "json"))

    def public(self) -> Any:
        """What the public sees."""
        return json.loads(fetch(f"{self.url}/status/api/v2/summary.json"))

    def _run(self, who: str, *words: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "triaged", *words, "--url", self.url],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TRIAGED_TOKEN": f"token-of-{who}"},
        )


@contextmanager
def room(folder: Path) -> Iterator[Room]:
    port = free_port()
    path = folder / "config.yaml"
    path.write_text(f"listen: 127.0.0.1:{port}\npublic_url: http://127.0.0.1:{port}\n{CONFIG}")
    command = [sys.executable, "-m", "triaged", "serve", "--config", str(path)]
    with running(command, f"http://127.0.0.1:{port}/-/ready", folder / "triaged.log"):
        yield Room(folder, port)


def test_a_sev1_from_the_report_to_the_last_action(tmp_path: Path) -> None:
    with room(tmp_path) as people:
        incident = declared_from_a_report(people)
        staffed(people, incident)
        told(people, incident)
        learned(people, incident)


def declared_from_a_report(people: Room) -> str:
    """A customer writes by the form; alice declares a SEV-1. The incident."""
    fields = {"title": "Cannot pay", "text": "It fails.", "service": "checkout", "contact": "x@y.z"}
    form = fetch(f"{people.url}/report?service=checkout").decode()
    assert 'value="checkout"' in form
    with urlopen(Request(f"{people.url}/report", urlencode(fields).encode())) as answer:
        assert "Thank you" in answer.read().decode()

    (report,) = people.json("alice", "report", "list")["reports"]
    assert (report["title"], report["contact"]) == ("Cannot pay", "x@y.z")
    people.does("alice", "report", "declare", report["id"], "--severity", "SEV-1")
    (found,) = people.json("alice", "incident", "list", "--kind", "incident")["incidents"]
    assert (found["severity"], found["service"], found["state"]) == ("SEV-1", "checkout", "open")
    return str(found["id"])


def staffed(people: Room, incident: str) -> None:
    """Alice commands, bob leads, carol tells; nobody commands and leads."""
    people.does("alice", "incident", "ack", incident)
    people.does("alice", "incident", "role", incident, "incident_commander", "alice")
    refusal = people.is_refused("alice", "incident", "role", incident, "technical_lead", "alice")
    assert "does not lead its investigation" in refusal
    people.does("alice", "incident", "role", incident, "technical_lead", "bob")
    people.does("alice", "incident", "role", incident, "communications_lead", "carol")
    shown = people.does("bob", "incident", "role", incident)
    assert [name for name in ("alice", "bob", "carol") if name not in shown] == []


def told(people: Room, incident: str) -> None:
    """An update inside, a post outside, the end of both."""
    impact, theory = "30 % of checkouts fail", "the pool of connections is exhausted"
    said = people.does(
        "alice", "incident", "update", incident,
        "--impact", impact, "--theory", theory, "--actions", "restart order-service",
    )  # fmt: skip
    assert f"Impact: {impact}" in said
    assert "Team: @alice (IC), @bob (Tech Lead), @carol (Comms)" in said
    body = "Some customers cannot pay. We are working on it."
    people.does(
        "carol", "status", "post", "--incident", incident, "--title", "Checkout issues",
        "--body", body, "--next", "30m", "--publish",
    )  # fmt: skip
    (public,) = eventually(lambda: people.public()["incidents"], "the post is public")
    assert public["name"] == "Checkout issues"
    assert people.public()["components"][0]["status"] == "major_outage"
    assert body in fetch(f"{people.url}/status").decode()

    people.does("alice", "incident", "resolve", incident, "--note", "the pool is larger")
    people.does(
        "carol", "status", "post", "--incident", incident, "--status", "resolved",
        "--body", "Paying works again.", "--component", "checkout=operational", "--publish",
    )  # fmt: skip
    eventually(lambda: people.public()["status"]["indicator"] == "none", "all is well")


def learned(people: Room, incident: str) -> None:
    """No close without a postmortem; the action is done before the end."""
    assert "postmortem" in people.is_refused("alice", "incident", "close", incident)
    action = people.json(
        "alice", "action", "add", incident, "Upgrade the ORM",
        "--kind", "fix", "--priority", "P1", "--owner", "bob",
    )  # fmt: skip
    text = POSTMORTEM.replace("DUE", action["due"])
    people.does("alice", "postmortem", "edit", incident, "--file", "-", text=text)
    people.does("alice", "postmortem", "publish", incident)
    page = Request(f"{people.url}/postmortems/{incident}")
    page.add_header("Authorization", "Bearer token-of-bob")
    with urlopen(page) as answer:
        assert "Upgrade the ORM" in answer.read().decode()
    people.does("bob", "action", "done", action["id"])
    people.does("alice", "incident", "close", incident)

    assert people.json("bob", "action", "list")["actions"] == []
    (closed,) = people.json("bob", "incident", "list", "--kind", "incident", "--state", "closed")[
        "incidents"
    ]
    assert (closed["id"], closed["postmortem"]) == (incident, "published")
