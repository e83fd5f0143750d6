"""A world in which drills run, and scenarios for them."""

from tests.core.practice.world import practised
from tests.core.world import World
from triaged.core.records.answers import Acted
from triaged.core.records.model import Entry
from triaged.core.records.practice.drills import (
    DrillRun,
    DrillStarted,
    DrillTargets,
    Injection,
    Prompt,
    Scenario,
)
from triaged.core.records.practice.roles import Role
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE

DOWN = {"alertname": "Down", "service": "checkout", "severity": "SEV-2"}
SLOW = {"alertname": "Slow", "service": "checkout", "severity": "SEV-1"}
CHECKOUT = Scenario(
    name="checkout",
    inject=(Injection(0, DOWN), Injection(6 * MINUTE, SLOW)),
    length=60 * MINUTE,
    prompts=(
        Prompt(10 * MINUTE, "What would you tell customers?", Role.COMMUNICATIONS_LEAD),
        Prompt(20 * MINUTE, "What next?"),
    ),
    expect=DrillTargets(
        ack=5 * MINUTE,
        roles=15 * MINUTE,
        first_update=15 * MINUTE,
        customer_draft=20 * MINUTE,
        cadence=15 * MINUTE,
    ),
)


def drilled(**changes: object) -> Settings:
    """Settings with the channel `desk` as the console."""
    return practised(**{"console": "desk", **changes})


class Drilling(World):
    """A world in which drills are started."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings or drilled())

    def begin(self, scenario: Scenario = CHECKOUT, **more: object) -> int:
        """Start a drill of alice and bob; the number of its incident."""
        given = {"by": "carol", "id": "d1", "participants": ("alice", "bob"), **more}
        answer = self.handle(DrillStarted(scenario=scenario, received_at=self.now, **given))  # type: ignore[arg-type]  # as the callers give them
        assert isinstance(answer, Acted), answer
        return answer.incident

    def drill(self, number: int = 1) -> DrillRun:
        """The row of a drill."""
        (run,) = self.view.rows_of(DrillRun, number)
        return run

    def said(self, kind: str, number: int = 1) -> list[Entry]:
        """The entries of a kind on a timeline."""
        return [entry for entry in self.entries[number] if entry.kind == kind]
