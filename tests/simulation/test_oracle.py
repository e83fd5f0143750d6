"""The daemon and the simulator do with every life of an incident what the interface says."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import settings as how

from tests.simulation.walks import Walk, agree, foretold, lived, simulated, walks

EXAMPLES = int(os.environ.get("TRIAGED_WALKS", "300"))
"""A walk takes the simulator some milliseconds; thousands in a night."""

LIVED = max(15, EXAMPLES // 20)
"""A third of a second each."""


@how(max_examples=EXAMPLES)
@given(walks())
def test_simulator_walks_as_the_oracle_says(walk: Walk) -> None:
    found, told = simulated(walk), foretold(walk)

    assert agree(found, told)


@how(max_examples=LIVED)
@given(walks())
def test_daemon_walks_as_the_oracle_says(walk: Walk) -> None:
    with TemporaryDirectory() as folder:
        found, told = lived(walk, Path(folder)), foretold(walk)

    assert agree(found, told)
