"""Changes of who is on call, now and in the next weeks, by a change of the schedules."""

from collections.abc import Callable, Mapping

import msgspec

from triaged.core.time.durations import WEEK
from triaged.core.time.oncall import Schedule, Shift, on_call, shifts

WEEKS = 12
"""Weeks in which shifts are compared: a turn of a week comes to each of a dozen people."""

COMPARED_FAR_MAX = 100
"""Changed schedules that are compared over all the weeks; with more of them, over one week. Three
months of one schedule with turns of an hour take 0.1 s, of one with turns of a week 0.2 ms."""


class Duty(msgspec.Struct, frozen=True):
    """The people on call at an instant, and until when."""

    people: tuple[str, ...]
    until: int | None
    """None: beyond the weeks that are compared."""


class DutyChange(msgspec.Struct, frozen=True):
    """The change of one schedule's duties."""

    schedule: str
    timezone: str
    before: Duty
    after: Duty
    later_shifts: int
    """Shifts that begin later and have another person, beginning or end than before."""
    weeks: int
    """Weeks that were compared."""

    @property
    def at_once(self) -> bool:
        """True if other people are on call now than before."""
        return self.before.people != self.after.people


def duty_changes(
    before: Mapping[str, Schedule],
    after: Mapping[str, Schedule],
    now: int,
    yield_point: Callable[[], None] = lambda: None,
) -> list[DutyChange]:
    """The schedules by which other people are on call now or in the next weeks, in order of name.

    By a schedule that is missing from one of the two nobody is on call there.
    """
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    weeks = WEEKS if len(names) <= COMPARED_FAR_MAX else 1
    found = []
    for name in names:
        old, new = before.get(name), after.get(name)
        old_shifts = _shifts(old, now, weeks, yield_point)
        new_shifts = _shifts(new, now, weeks, yield_point)
        if old_shifts == new_shifts:
            continue
        end = now + weeks * WEEK
        change = DutyChange(
            schedule=name,
            timezone=_timezone(new or old),
            before=Duty(_people(old, now), _until(old_shifts, now, end)),
            after=Duty(_people(new, now), _until(new_shifts, now, end)),
            later_shifts=_moved(old_shifts, new_shifts, now),
            weeks=weeks,
        )
        found.append(change)
    return found


def _shifts(
    schedule: Schedule | None, now: int, weeks: int, yield_point: Callable[[], None]
) -> list[Shift]:
    """The shifts of the weeks from `now` on, week by week, so that others can run meanwhile."""
    found: list[Shift] = []
    if schedule is None:
        return found
    for week in range(weeks):
        start = now + week * WEEK
        for shift in shifts(schedule, start, start + WEEK):
            last = found[-1] if found else None
            if last is not None and (last.person, last.end_at) == (shift.person, shift.start_at):
                found[-1] = Shift(shift.person, last.start_at, shift.end_at)
            else:
                found.append(shift)
        yield_point()
    return found


def _people(schedule: Schedule | None, now: int) -> tuple[str, ...]:
    return on_call(schedule, now) if schedule is not None else ()


def _timezone(schedule: Schedule | None) -> str:
    return schedule.timezone if schedule is not None else "UTC"


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
