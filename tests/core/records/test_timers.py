"""Timers that are due at one instant fire in one order, wherever they are kept."""

from triaged.core.records.timers import (
    IncidentTimer,
    MuteDue,
    StepDue,
    TargetDue,
    firing_order,
)


def test_timers_fire_by_instant_then_by_incident_then_by_kind() -> None:
    in_order: list[IncidentTimer] = [
        StepDue(2, 5, 1, 1, 1),
        MuteDue(1, 7),
        TargetDue(1, 7, 1),
        StepDue(1, 7, 1, 1, 2),
        MuteDue(2, 7),
    ]

    assert sorted([*in_order[3:], *in_order[:3]], key=firing_order) == in_order
