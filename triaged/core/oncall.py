"""Who is on call: rotations in the schedule's time zone, in closed form.

Turns count calendar time, on duty or not. Day and week rotations hand over at the same wall time
all year; a skipped wall time moves forward, a repeated one is its first instant.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.durations import DAY
from triaged.core.recurring import Recurring, edge, local_day, zone_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rotation(msgspec.Struct, frozen=True):
    """People who take turns of `every_us` from the wall time `start` (YYYY-MM-DDTHH:MM)."""

    people: tuple[str, ...]
    every_us: int
    start: str
    only: Recurring | None = None


class Schedule(msgspec.Struct, frozen=True):
    """Rotations in a time zone; where several are in force, the last one decides."""

    name: str
    timezone: str
    rotations: tuple[Rotation, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return zone_of(self.timezone)


class Shift(msgspec.Struct, frozen=True):
    """One person's unbroken time on call."""

    person: str
    start_at: int
    end_at: int


def on_call(schedule: Schedule, at: int) -> tuple[str, ...]:
    """Who is on call at the instant; empty when nobody is."""
    zone = schedule.zone
    for rotation in reversed(schedule.rotations):
        turn = _turn(rotation, at, zone)
        if turn is None or (rotation.only and not rotation.only.contains(at, zone)):
            continue
        return (rotation.people[turn[0] % len(rotation.people)],)
    return ()


def next_change(schedule: Schedule, at: int) -> int | None:
    """The next instant at which somebody else may be on call; None: never."""
    zone = schedule.zone
    instants = []
    for rotation in schedule.rotations:
        turn = _turn(rotation, at, zone)
        start = edge_of_start(rotation, zone)
        instants.append(turn[1] if turn else start)
        flip = rotation.only.next_change(at, zone) if rotation.only else None
        if flip is not None:
            instants.append(flip)
    return min((found for found in instants if found > at), default=None)


def shifts(schedule: Schedule, start: int, end: int) -> list[Shift]:
    """Who is on call when in [start, end), in order; time with nobody is left out."""
    found: list[Shift] = []
    at = start
    while at < end:
        until = next_change(schedule, at)
        until = end if until is None else min(until, end)
        for person in on_call(schedule, at):
            last = found[-1] if found else None
            if last is not None and (last.person, last.end_at) == (person, at):
                found[-1] = Shift(person, last.start_at, until)
            else:
                found.append(Shift(person, at, until))
        at = until
    return found


def edge_of_start(rotation: Rotation, zone: ZoneInfo) -> int:
    """When the first turn begins."""
    wall = datetime.fromisoformat(rotation.start)
    return edge(wall.date(), wall.hour * 60 + wall.minute, zone)


def _turn(rotation: Rotation, at: int, zone: ZoneInfo) -> tuple[int, int] | None:
    """(number of the turn that is on at the instant, when it ends); None before the first."""
    if at < edge_of_start(rotation, zone):
        return None
    if rotation.every_us % DAY == 0:
        return _turn_of_days(rotation, at, zone)
    return _turn_of_hours(rotation, at, zone)


def _turn_of_days(rotation: Rotation, at: int, zone: ZoneInfo) -> tuple[int, int]:
    wall = datetime.fromisoformat(rotation.start)
    minutes, days = wall.hour * 60 + wall.minute, rotation.every_us // DAY
    number = (local_day(at, zone) - wall.date()).days // days
    if at < edge(_day(wall, number * days), minutes, zone):
        number -= 1
    return number, edge(_day(wall, (number + 1) * days), minutes, zone)


def _day(wall: datetime, days: int) -> date:
    return wall.date() + timedelta(days=days)


def _turn_of_hours(rotation: Rotation, at: int, zone: ZoneInfo) -> tuple[int, int]:
    """Hour rotations follow the clock on the wall: 12 h from 08:00 is 08:00 and 20:00 all year."""
    wall = datetime.fromisoformat(rotation.start)
    now = (_EPOCH + timedelta(microseconds=at)).astimezone(zone).replace(tzinfo=None)
    every = timedelta(microseconds=rotation.every_us)
    number = (now - wall) // every
    while at >= (ends := _wall_edge(wall + (number + 1) * every, zone)):
        number += 1  # the second pass of a repeated hour: its turn began in the first
    return number, ends


def _wall_edge(wall: datetime, zone: ZoneInfo) -> int:
    return edge(wall.date(), wall.hour * 60 + wall.minute, zone)
