"""Changes of who is on call, now and in the next weeks, by a change of the schedules."""

from collections.abc import Callable

import msgspec

from triaged.core.oncall.duty import Duty, Shift, on_call, shifts
from triaged.core.time.durations import WEEK

WEEKS = 12
"""Weeks in which shifts are compared: a turn of a week comes to each of a dozen people."""

COMPARED_FAR_MAX = 100
"""Changed schedules that are compared over all the weeks; with more of them, over one week. Three
months of one schedule with turns of an hour take 0.1 s, of one with turns of a week 0.2 ms."""


class Serving(msgspec.Struct, frozen=True):
    """The people on call at an instant, and until when."""

    people: tuple[str, ...]
    until: int | None
    """None: beyond the weeks that are compared."""


class DutyChange(msgspec.Struct, frozen=True):
    """The change of one schedule's duties."""

    schedule: str
    timezone: str
    before: Serving
    after: Serving
    later_shifts: int
    """Shifts that begin later and have another person, beginning or end than before."""
    weeks: int
    """Weeks that were compared."""

    @property
    def at_once(self) -> bool:
        """True if other people are on call now than before."""
        return self.before.people != self.after.people


def duty_changes(
    before: Duty, after: Duty, now: int, yield_point: Callable[[], None] = lambda: None
) -> list[DutyChange]:
    """The schedules by which other people are on call now or in the next weeks, in order of name.

    Only schedules that are configured otherwise are compared. By one that is missing from one of
    the two nobody is on call there.
    """
    old, new = before.schedules, after.schedules
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    weeks = WEEKS if len(names) <= COMPARED_FAR_MAX else 1
    end = now + weeks * WEEK
    found = []
    for name in names:
        old_shifts = shifts(before, name, now, end, yield_point)
        new_shifts = shifts(after, name, now, end, yield_point)
        if old_shifts == new_shifts:
            continue
        configured = new.get(name) or old[name]
        change = DutyChange(
            schedule=name,
            timezone=configured.timezone,
            before=Serving(on_call(before, name, now), _until(old_shifts, now, end)),
            after=Serving(on_call(after, name, now), _until(new_shifts, now, end)),
            later_shifts=_moved(old_shifts, new_shifts, now),
            weeks=weeks,
        )
        found.append(change)
    return found


def _until(plan: list[Shift], now: int, end: int) -> int | None:
    """The end of the duty at `now`, or of the time with nobody on call; None from `end` on."""
    if not plan:
        return None
    until = plan[0].end_at if plan[0].start_at == now else plan[0].start_at
    return until if until < end else None


def _moved(before: list[Shift], after: list[Shift], now: int) -> int:
    """The number of later shifts that are new or gone, whichever is more."""
    old = {shift for shift in before if shift.start_at > now}
    new = {shift for shift in after if shift.start_at > now}
    return max(len(new - old), len(old - new))
