"""`triaged oncall`: who is on call, and tests of contacts."""

from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk
from tests.e2e.peers import free_port, triaged

CONTACTS = CONFIG.replace(
    "contacts: {desk: {channel: console}}",
    "contacts: {desk: {channel: console}, hook: {channel: hook}, slow: {channel: slow}}",
)


def test_who_is_on_call_is_a_table(desk: Desk) -> None:
    status, out, _ = desk("oncall", "show")

    assert status == 0
    assert out.splitlines()[1].split()[:2] == ["primary", "alice"]
    assert desk.json("oncall", "at", "2026-01-01T00:00:00Z")["oncall"][0]["people"] == []


def test_a_test_pages_by_each_contact_and_says_what_became_of_it(desk: Desk) -> None:
    status, out, err = desk("oncall", "test", "alice")

    assert (status, err) == (0, "")
    assert out.splitlines() == ["desk: delivered by console", "recorded as INC-1"]
    assert "[TEST]" in (desk.folder / "triaged.log").read_text()
    assert "test pages to alice by desk" in desk("incident", "timeline", "1")[1]
    assert "INC-1" not in desk("incident", "list")[1], "a test is not open"


def test_contacts_that_do_not_work_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    refusing = f"{{kind: webhook, url: 'http://127.0.0.1:{port}/none'}}"
    dead = f"{{kind: webhook, url: 'http://127.0.0.1:{free_port()}/'}}"
    channels = f"channels: {{console: {{kind: console}}, hook: {refusing}, slow: {dead}}}"
    config = CONTACTS.replace("channels: {console: {kind: console}}", channels)
    with triaged(tmp_path, config, port):
        desk = Desk(tmp_path, port, capsys)
        status, out, _ = desk("oncall", "test", "alice", "--wait", "3s")
        again = desk("oncall", "test", "alice")
        unknown = desk("oncall", "test", "alise")

    lines = out.splitlines()
    assert status == 1
    assert lines[0] == "desk: delivered by console"
    assert lines[1].startswith("hook: failed: HTTP 404")
    assert lines[2].startswith("slow: no result yet (")
    assert again[0] == 1
    assert "were tested just now; again in" in again[2]
    assert "did you mean alice?" in unknown[2]


def test_one_contact_is_tested_and_a_wait_is_a_duration(desk: Desk) -> None:
    found = desk.json("oncall", "test", "alice", "--contact", "desk")

    assert [page["contact"] for page in found["pages"]] == ["desk"]
    assert desk("oncall", "test", "alice", "--wait", "long")[0] == 2
