"""Fixtures of the commands' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk, running


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A running daemon and its commands."""
    with running(tmp_path, capsys) as found:
        yield found
