"""Texts of files: front matter, names, and files that are written whole."""

from pathlib import Path

import pytest

from triaged.cli._client import Failed
from triaged.cli._editing import from_file, split, write_whole


def test_front_matter_is_taken_off_and_names_the_revision(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("---\nid: INC-1\nrevision: 7\n---\n\n# Title\n")

    assert from_file(file) == ("# Title\n", 7)


def test_text_without_front_matter_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# Title\n---\nrevision: 7\n---\n")

    assert from_file(file) == ("# Title\n---\nrevision: 7\n---\n", None)
    assert split("") == ("", "")


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot read"):
        from_file(tmp_path / "none.md")


@pytest.mark.parametrize("name", ["../x.md", "/etc/x.md", "x.sh", "", "a/b.md", ".md", "x" * 200])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failed, match="names a file"):
        write_whole(tmp_path, name, "text")
    assert list(tmp_path.iterdir()) == []


def test_file_is_written_whole_and_replaced(tmp_path: Path) -> None:
    for text in ("one", "two\r\n"):
        write_whole(tmp_path, "a.md", text)

    assert (tmp_path / "a.md").read_bytes() == b"two\r\n"
    assert [file.name for file in tmp_path.iterdir()] == ["a.md"]
