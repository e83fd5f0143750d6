"""Outbox rows name the firing of the step that they belong to."""

from triaged.core.records.model import Escalation, StepId


def test_a_firing_prints_as_epoch_round_and_step() -> None:
    assert str(StepId(1, 2, 3)) == "1/2/3"


def test_an_escalation_names_its_next_firing() -> None:
    assert Escalation(epoch=4, round=2, step=3).step_id == StepId(4, 2, 3)
