"""Timers that are due at one instant fire in one order, wherever they are kept."""

from typing import get_args

from triaged.core.records.timers import (
    FIRING_ORDER,
    IncidentTimer,
    MuteDue,
    StepDue,
    TargetDue,
    firing_order,
)


def test_every_kind_has_its_place_in_the_order() -> None:
    assert sorted(FIRING_ORDER, key=str) == sorted(get_args(IncidentTimer), key=str)


def test_timers_fire_by_instant_then_by_incident_then_by_kind() -> None:
    in_order: list[IncidentTimer] = [
        StepDue(2, 5, 1, 1, 1),
        MuteDue(1, 7),
        TargetDue(1, 7, 1),
        StepDue(1, 7, 1, 1, 2),
        MuteDue(2, 7),
    ]

    assert sorted([*in_order[3:], *in_order[:3]], key=firing_order) == in_order
