"""`incident role` and `incident update` at a terminal, against a running daemon."""

import json
from pathlib import Path

import pytest

from tests.cli.desk import Desk


def test_roles_are_given_shown_and_ended(desk: Desk) -> None:
    desk.json("incident", "declare", "Checkout failures", "--severity", "SEV-1")

    status, out, _ = desk("incident", "role", "1", "incident_commander", "alice")
    assert status == 0
    assert "incident commander: alice" in out
    assert "You are not responsible for:\n- writing code" in out
    assert "next update due" in out

    refused = desk("incident", "role", "1", "technical_lead", "alice")
    assert refused[0] == 1
    assert "override" in refused[2]

    shown = desk("incident", "role", "1")[1]
    assert "nobody is technical lead" in shown
    assert "alice (incident commander)" in desk("incident", "show", "1")[1]

    ended = desk("incident", "role", "1", "incident_commander", "--release", "--note", "tired")
    assert "nobody holds a role" in ended[1]
    assert "tired" in desk("incident", "timeline", "1")[1]


def test_role_without_a_person_is_a_mistake(desk: Desk) -> None:
    desk.fires("Down")

    with pytest.raises(SystemExit, match="2"):
        desk("incident", "role", "1", "scribe")


def test_update_is_sent_and_goes_on_from_the_last_one(desk: Desk) -> None:
    desk.json("incident", "declare", "Checkout failures", "--severity", "SEV-1")
    form = ("--impact", "30% fail", "--theory", "the pool", "--actions", "restart")

    sent = desk("incident", "update", "1", *form, "--next", "10m")[1]
    assert sent.startswith("🔴 SEV-1 Incident: Checkout failures\nStatus: Investigating\n")

    draft = desk("incident", "update", "1")[1]
    assert "the pool (unchanged since" in draft

    again = desk("incident", "update", "1", "--theory", "no news, still the pool")[1]
    assert "Impact: 30% fail" in again

    assert "next update due" in desk("incident", "update", "1", "--snooze", "40m")[1]


def test_timeline_is_corrected_marked_and_filled_from_a_chat(desk: Desk, tmp_path: Path) -> None:
    desk.fires("Down")
    file = tmp_path / "chat.json"
    message = {"ref": "m1", "at": "2020-01-01T00:00:00Z", "author": "carol", "text": "hm"}
    file.write_text(json.dumps([message]), "utf-8")

    done = [
        desk("incident", "correct", "1", "1", "it was three pods")[0],
        desk("incident", "mark", "1", "1", "detection")[0],
        desk("incident", "import", "1", str(file))[0],
        desk("incident", "note", "1", "the pool", "--kind", "hypothesis")[0],
    ]

    assert done == [0, 0, 0, 0]
    timeline = desk("incident", "timeline", "1")[1]
    for text in ("it was three pods", "entry 1 is detection", "carol: hm", "→ investigation"):
        assert text in timeline


def test_checklist_is_ticked(desk: Desk) -> None:
    desk.fires("Down")

    out = desk("incident", "checklist", "1", "scope")[1]

    assert "  [x] Impact scope defined  (scope)" in out
    assert "  [ ] Root cause identification  (cause)" in out
