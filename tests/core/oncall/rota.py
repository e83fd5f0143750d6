"""Duty by one schedule without facts, for tests of rotations."""

from triaged.core.oncall import duty
from triaged.core.oncall.duty import Duty, Shift
from triaged.core.time.oncall import Schedule


def alone(schedule: Schedule) -> Duty:
    """Duty by this schedule alone."""
    return Duty({schedule.name: schedule})


def on_call(schedule: Schedule, at: int) -> tuple[str, ...]:
    """Who is on call by the rotations."""
    return duty.on_call(alone(schedule), schedule.name, at)


def next_change(schedule: Schedule, at: int) -> int | None:
    """When somebody else is."""
    return duty.next_change(alone(schedule), schedule.name, at)


def shifts(schedule: Schedule, start: int, end: int) -> list[Shift]:
    """The shifts by the rotations."""
    return duty.shifts(alone(schedule), schedule.name, start, end)
