"""`triaged action` against a running daemon."""

import json
from collections import Counter
from pathlib import Path

from tests.cli.desk import Desk


def declared(desk: Desk) -> str:
    return str(desk.json("incident", "declare", "Down", "--severity", "SEV-3")["id"])


def add(desk: Desk, *more: str) -> str:
    """The id of a new action item."""
    words = ("--kind", "fix", "--priority", "P1", "--owner", "alice")
    return str(desk.json("action", "add", declared(desk), "Upgrade ORM", *words, *more)["id"])


def test_item_goes_from_open_to_done(desk: Desk) -> None:
    identity = add(desk, "--due", "2029-01-02")

    started = desk("action", "start", identity)[1]
    moved = desk("action", "move", identity, "2029-01-06")[1]
    listed = desk("action", "list", "--owner", "alice")[1]
    done = desk("action", "done", identity)[1]

    assert f"{identity}  P1  in progress  @alice  by 2029-01-02\n" in started
    assert "2029-01-06 is no working day of the calendar office: moved to 2029-01-08" in moved
    assert "Fix: Upgrade ORM" in listed
    assert "done" in done
    assert desk.json("action", "list")["actions"] == []
    assert len(desk.json("action", "list", "--state", "all")["actions"]) == 1


def test_beginning_of_an_id_is_enough_where_no_other_begins_so(desk: Desk) -> None:
    found = [add(desk) for _ in range(17)]  # of 17 ids two begin with the same hex digit
    first = Counter(identity[0] for identity in found).most_common(1)[0][0]

    status, _, said = desk("action", "show", first)
    shown = desk.json("action", "show", found[0][:12])

    assert (status, f"action items begin with {first!r}" in said) == (1, True)
    assert shown["id"] == found[0]


def test_item_is_cancelled_with_a_reason_and_given_to_somebody(desk: Desk) -> None:
    identity = add(desk)

    nobody = desk("action", "assign", identity, "alic")
    cancelled = desk("action", "cancel", identity, "--reason", "the ORM goes")
    shown = desk("action", "show", identity)[1]
    reopened = desk.json("action", "reopen", identity)

    assert (nobody[0], "did you mean alice?" in nobody[2]) == (1, True)
    assert cancelled[0] == 0
    assert "the ORM goes" in shown
    assert reopened["state"] == "open"


def test_lines_are_read_from_a_file(desk: Desk, tmp_path: Path) -> None:
    incident = declared(desk)
    pasted = tmp_path / "pasted.md"
    pasted.write_text("- [ ] Fix: it (P0, @alice, by 2029-01-02)\n- [ ] Detect: that (P1)\n")

    status, out, said = desk("action", "import", incident, str(pasted), "-o", "json")

    assert status == 1
    assert [row["text"] for row in json.loads(out)["actions"]] == ["it"]
    assert "line 2: it names no owner" in said


def test_what_there_is_not_is_said(desk: Desk) -> None:
    assert "there is no action item 'zzz'" in desk("action", "done", "zzz")[2]
    assert "cannot read" in desk("action", "import", "INC-1", "/nowhere")[2]
    assert desk("action", "import", declared(desk))[1] == "no new action items\n"
