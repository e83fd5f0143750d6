"""Three months of duty of six people in three zones as a text to follow: quarter/pages.txt."""

from pathlib import Path

import pytest

from tests.simulation.quarter.run import report
from tests.simulation.quarter.script import FOLDER

GOLDEN = FOLDER / "pages.txt"


def test_the_quarter_goes_as_written_down(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = report(tmp_path)
    if request.config.getoption("--golden"):
        GOLDEN.write_text(found)

    assert found.splitlines() == GOLDEN.read_text().splitlines()
