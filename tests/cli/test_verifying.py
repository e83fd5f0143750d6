"""`triaged postmortem verify` finds a changed text, a changed timeline, and what is none."""

from pathlib import Path

import pytest

from tests.cli.desk import Desk


@pytest.fixture
def exported(desk: Desk, tmp_path: Path) -> Path:
    """An exported postmortem of an incident that goes on."""
    incident = desk.json("incident", "declare", "Down", "--severity", "SEV-1")["id"]
    desk("postmortem", "export", incident, "--to", str(tmp_path))
    desk("incident", "note", incident, "later")
    (file,) = tmp_path.glob("*.md")
    return file


def test_later_entries_change_nothing(desk: Desk, exported: Path) -> None:
    assert desk("postmortem", "verify", str(exported)) == (0, f"{exported}: ok\n", "")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("## Summary", "## Summary\nAll was well.", "its text was changed after the export"),
        ('hash: "', 'hash: "ff', "the timeline is not the one that was exported"),
        ("entries: ", "entries: 99", "of the timeline are missing"),
        ("timeline_head", "head", "is no exported postmortem"),
        ("id: INC-1", "id: INC-99", "there is no incident"),
    ],
)
def test_change_is_found(desk: Desk, exported: Path, old: str, new: str, fault: str) -> None:
    exported.write_text(exported.read_text().replace(old, new, 1))

    status, out, _ = desk("postmortem", "verify", str(exported))

    assert (status, fault in out) == (1, True), out


def test_every_file_is_checked(desk: Desk, exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Title\n")

    status, out, _ = desk("postmortem", "verify", str(exported), str(other), "-o", "json")

    assert (status, out.count('"ok": true'), out.count('"ok": false')) == (1, 1, 1)
