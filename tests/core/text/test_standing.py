"""How an incident stands, in a few words."""

import pytest
from msgspec.structs import replace

from tests.channels.notices import INCIDENT, NOW
from tests.core.world import settings
from triaged.core.records.model import Incident, State
from triaged.core.records.practice.lineage import Lineage
from triaged.core.text.standing import standing
from triaged.core.text.wording import Reading

READING = Reading(NOW, "Europe/Berlin")


@pytest.mark.parametrize(
    ("incident", "words"),
    [
        (INCIDENT, "open: nobody has it yet"),
        (
            replace(INCIDENT, state=State.ACKNOWLEDGED, acknowledged_by="bob", acknowledged_at=NOW),
            "acknowledged by Bob at 12:00 CEST",
        ),
        (
            replace(INCIDENT, state=State.RESOLVED, resolved_by="alerts", resolved_at=NOW),
            "resolved at 12:00 CEST",
        ),
        (
            replace(INCIDENT, state=State.CLOSED, resolved_by="x\u202ey", resolved_at=NOW),
            "resolved by xy at 12:00 CEST",
        ),
        (
            replace(INCIDENT, state=State.MERGED, kin=Lineage(merged_into=13)),
            "merged into INC-13",
        ),
    ],
)
def test_state_with_whose_it_is_and_since_when(incident: Incident, words: str) -> None:
    assert standing(incident, settings(), READING) == words
