"""Two weeks of paging as a text that a reader can follow: fortnight/pages.txt."""

from pathlib import Path

import pytest

from tests.simulation.fortnight.run import report
from tests.simulation.fortnight.script import FOLDER, scenes

GOLDEN = FOLDER / "pages.txt"


def test_the_fortnight_goes_as_written_down(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = report(scenes(), tmp_path)
    if request.config.getoption("--golden"):
        GOLDEN.write_text(found)

    assert found.splitlines() == GOLDEN.read_text().splitlines()
