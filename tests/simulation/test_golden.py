"""The evenings of the founding document, from the alert to the closed incident, in golden/*.txt."""

from pathlib import Path

import pytest

from tests.core.practice.golden import DOCUMENT
from tests.simulation.golden import scenes
from tests.simulation.golden.run import FOLDER, played

UPDATE = """\
🔴 SEV-1 Incident: Checkout failures
Status: Investigating
Impact: ~30% of checkout attempts failing with 500 errors
Duration: 23 minutes so far
Team: @alice (IC), @bob (Tech Lead), @carol (Comms)
Current theory: Database connection pool exhaustion
Next action: Restarting order-service pods
ETA to next update: 15 minutes"""

POST = """\
Investigating: Checkout Issues
We are investigating reports of checkout failures. Some customers
may experience errors when completing purchases. Our team is
actively working on a resolution.
Posted: 3:45 PM EDT
Next update: 4:15 PM EDT"""


@pytest.mark.parametrize("name", ["run_a", "run_b", "commander_debugs", "lowered", "spring_night"])
def test_evening_goes_as_written_down(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    found, _ = played(getattr(scenes, name)(), tmp_path)
    golden = FOLDER / f"{name}.txt"
    if request.config.getoption("--golden"):
        golden.write_text(found)

    assert found.splitlines() == golden.read_text().splitlines()


def test_update_and_post_are_the_documents_byte_for_byte(tmp_path: Path) -> None:
    _, texts = played(scenes.run_a(), tmp_path)

    assert texts.updates[0] == UPDATE
    assert texts.posts == (POST,)


def test_postmortem_is_the_documents_byte_for_byte(tmp_path: Path) -> None:
    _, texts = played(scenes.run_b(), tmp_path)

    assert texts.written.startswith(DOCUMENT)
