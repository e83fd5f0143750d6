"""One daemon per store, also on a disk that has no room for another word."""

import os
from pathlib import Path

import pytest

from triaged.errors import StoreMismatch
from triaged.store.database.locking import take_lock


def test_who_has_the_lock_is_named_and_nobody_else_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "triaged.db"
    first = take_lock(path)

    with pytest.raises(StoreMismatch, match=f"in use by process {os.getpid()}; stop it first"):
        take_lock(path)
    os.close(first)

    os.close(take_lock(path))


def test_the_name_of_the_one_before_is_gone(tmp_path: Path) -> None:
    (tmp_path / "triaged.db.lock").write_text("12345678901")

    os.close(take_lock(tmp_path / "triaged.db"))

    assert (tmp_path / "triaged.db.lock").read_text() == str(os.getpid())
