"""`triaged postmortem` against a running daemon: from the draft to the closed incident."""

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.e2e.peers import eventually

TEXT = """\
# Incident Postmortem: Checkout is down
## Summary
Checkout was down.
## Timeline
15:23 - Alert
## Root Cause
Bob forgot nothing; a connection leaked.
## Impact
- 1,247 failed attempts
## Action Items
- [ ] Fix: Upgrade ORM (P0, @alice, by {due})
"""
DUE = "2029-01-02"


def resolved(desk: Desk) -> str:
    """The id of a resolved SEV-1."""
    declared = desk.json("incident", "declare", "Checkout is down", "--severity", "SEV-1")
    desk("incident", "resolve", declared["id"])
    return str(declared["id"])


def test_whole_way_from_the_draft_to_the_closed_incident(desk: Desk, tmp_path: Path) -> None:
    incident = resolved(desk)
    status, draft, said = desk("postmortem", "show", incident)
    assert (status, draft.startswith("# Incident Postmortem: Checkout is down (")) == (0, True)
    assert f"{incident}  draft, revision 0" in said
    assert "missing: the section Summary" in said
    closed = desk("incident", "close", incident)
    assert (closed[0], f"triaged postmortem edit {incident}" in closed[2]) == (1, True)

    file = tmp_path / "mine.md"
    file.write_text(TEXT.format(due=DUE))
    saved = desk("postmortem", "edit", incident, "--file", str(file))
    assert (saved[0], "an action item for 'Upgrade ORM'" in saved[1]) == (0, True), saved
    refused = desk("postmortem", "publish", incident)
    assert (refused[0], "triaged action import" in refused[2]) == (1, True)
    imported = desk("action", "import", incident)
    assert (imported[0], "Upgrade ORM" in imported[1]) == (0, True), imported
    assert desk("postmortem", "review", incident)[1].startswith(
        f"{incident}  in review, revision 1"
    )
    assert desk("postmortem", "publish", incident)[1].startswith(f"{incident}  published")

    assert desk("incident", "close", incident)[0] == 0


def test_list_shows_what_is_to_be_written(desk: Desk) -> None:
    incident = resolved(desk)
    eventually(lambda: incident in desk("postmortem", "list", "--due")[1], "it is asked for")

    status, out, _ = desk("postmortem", "list")

    assert (status, "in 71h" in out or "in 72h" in out) == (0, True), out
    desk("postmortem", "waive", incident, "--reason", "a drill that was no incident")
    assert incident not in desk("postmortem", "list")[1]
    assert incident in desk("postmortem", "list", "--state", "all")[1]


def test_lint_names_places_and_forbids_nothing(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("## Summary\n@alice forgot it.\n")

    status, out, _ = desk("postmortem", "lint", str(file))

    assert (status, out.startswith(f"{file}:2:1: '@alice forgot': say what")) == (0, True)
    incident = resolved(desk)
    desk("postmortem", "edit", incident, "--file", str(file))
    assert desk("postmortem", "lint", incident)[1].startswith(f"{incident}:2:1: ")
    assert "1 sentence puts a fault on a person" in desk("postmortem", "show", incident)[2]


def test_waiving_takes_a_reason(desk: Desk) -> None:
    incident = resolved(desk)

    refused = desk("postmortem", "waive", incident, "--reason", "no time")
    waived = desk("postmortem", "waive", incident, "--reason", "a drill that was no incident")

    assert (refused[0], "20 characters" in refused[2]) == (1, True)
    assert (waived[0], waived[1].startswith(f"{incident}  waived")) == (0, True)


def test_editor_begins_with_what_holds(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/^## Summary/## Summary\\nMine./" "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    incident = resolved(desk)

    status, _, said = desk("postmortem", "edit", incident)

    assert status == 0, said
    assert "## Summary\nMine.\n" in desk.json("postmortem", "show", incident)["text"]


def test_editor_that_changes_nothing_saves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    incident = resolved(desk)
    file = tmp_path / "mine.md"
    file.write_text(TEXT)
    desk("postmortem", "edit", incident, "--file", str(file))
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)

    assert desk("postmortem", "edit", incident)[1] == "nothing was changed\n"
    monkeypatch.setenv("EDITOR", "false")
    assert "nothing is saved" in desk("postmortem", "edit", incident)[2]


def test_who_was_overtaken_gets_both_texts_in_a_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = resolved(desk)
    monkeypatch.chdir(tmp_path)
    first = Path("first.md")
    first.write_text(TEXT)
    desk("postmortem", "edit", incident, "--file", "first.md")
    front = "---\nrevision: 1\n---\n\n"
    Path("theirs.md").write_text(front + TEXT.replace("1,247", "1,300"))
    Path("mine.md").write_text(front + TEXT.replace("was down", "was slow"))

    theirs = desk("postmortem", "edit", incident, "--file", "theirs.md")
    mine = desk("postmortem", "edit", incident, "--file", "mine.md")
    merged = desk("postmortem", "edit", incident, "--file", f"{incident.lower()}-merged.md")

    assert (theirs[0], mine[0], merged[0]) == (0, 1, 0), (mine, merged)
    assert "both are in" in mine[2]
    text = desk.json("postmortem", "show", incident)["text"]
    assert text == TEXT.replace("1,247", "1,300").replace("was down", "was slow")


def test_export_is_a_file_that_proves_itself(desk: Desk, tmp_path: Path) -> None:
    incident = resolved(desk)
    planted = tmp_path / "elsewhere"
    planted.write_text("mine")
    name = desk.json("postmortem", "show", incident)["file"]
    (tmp_path / name).symlink_to(planted)

    written = desk("postmortem", "export", incident, "--to", str(tmp_path))
    verified = desk("postmortem", "verify", str(tmp_path / name))

    assert (written[0], written[1].split()) == (0, ["written", str(tmp_path / name)])
    assert planted.read_text() == "mine", "a link in its place is replaced, not followed"
    assert (tmp_path / name).read_text().startswith(f"---\nid: {incident}\n")
    assert verified == (0, f"{tmp_path / name}: ok\n", "")
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []


def test_export_as_a_page(desk: Desk, tmp_path: Path) -> None:
    incident = resolved(desk)

    status, _, said = desk("postmortem", "export", incident, "--html", "--to", str(tmp_path))

    assert status == 0, said
    (page,) = tmp_path.glob("*.html")
    assert "<h1>" in page.read_text()


def test_folder_that_there_is_not_is_named(desk: Desk, tmp_path: Path) -> None:
    incident = resolved(desk)

    status, _, said = desk("postmortem", "export", incident, "--to", str(tmp_path / "none"))

    assert (status, "cannot write" in said) == (1, True)
