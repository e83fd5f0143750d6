import os
from pathlib import Path

from triaged.upkeep import _stamps_of


def test_a_file_that_changed_has_another_stamp(tmp_path: Path) -> None:
    file, missing = tmp_path / "config.yaml", tmp_path / "none.yaml"
    file.write_text("a: 1")
    before = _stamps_of([file, missing])

    file.write_text("a: 22")
    os.utime(file, ns=(1, 1))

    assert set(before) == {file}
    assert _stamps_of([file, missing]) != before


def test_a_file_left_alone_has_the_same_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    assert _stamps_of([tmp_path / "a"]) == _stamps_of([tmp_path / "a"])
