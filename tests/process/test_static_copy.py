from pathlib import Path

import pytest

from triaged.errors import CopyFailed
from triaged.process.static_copy import replace_copy

FILES = {"index.html": b"one", "incidents/a/index.html": b"a"}


def read(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_holds_exactly_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "www" / "status"

    made = replace_copy(folder, FILES)
    same = replace_copy(folder, FILES)
    changed = replace_copy(folder, {"index.html": b"two"})

    assert (made, same, changed) == (True, False, True)
    assert read(folder) == {"index.html": b"two"}


def test_whoever_reads_the_old_copy_can_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "status"
    replace_copy(folder, FILES)
    opened = folder.resolve()

    replace_copy(folder, {"index.html": b"two"})

    assert read(opened) == FILES
    assert folder.is_symlink()


def test_only_the_last_two_copies_stay(tmp_path: Path) -> None:
    folder = tmp_path / "status"
    for number in range(5):
        replace_copy(folder, {"index.html": str(number).encode()})

    assert len(list(tmp_path.iterdir())) == 3, "two copies and the link"
    assert read(folder) == {"index.html": b"4"}


def test_an_empty_folder_becomes_the_copy_and_a_full_one_is_left_alone(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "precious").write_text("x")

    replace_copy(empty, FILES)
    with pytest.raises(CopyFailed, match="is no copy of ours"):
        replace_copy(full, FILES)

    assert read(empty) == FILES
    assert read(full) == {"precious": b"x"}


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(CopyFailed, match="cannot be written"):
        replace_copy(tmp_path / "file" / "status", FILES)
