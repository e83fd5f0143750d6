"""Turns of rotations in the schedule's time zone, in closed form.

Who is on call by a schedule is decided in `core/oncall/duty.py`.

Turns count calendar time, on duty or not. With `count: shifts` a turn into which no hour of `only`
falls is nobody's, and the next turn is the next person's. Turns follow the clock on the wall: one
of days, weeks or hours ends at the same wall time all year (12 h from 08:00 is 08:00 and 20:00). A
skipped wall time moves forward, a repeated one is its first instant, so turns meet without a hole.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from math import gcd
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.time.durations import HOUR, MINUTE, SECOND, YEAR
from triaged.core.time.recurring import DAY_MINUTES, Recurring, edge, zone_of

WEEK_MINUTES = 7 * DAY_MINUTES
_START = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)


class Rotation(msgspec.Struct, frozen=True):
    """People who take turns of `every_us` from the wall time `start` (YYYY-MM-DDTHH:MM)."""

    people: tuple[str, ...]
    every_us: int
    start: str
    only: Recurring | None = None
    count: Literal["turns", "shifts"] = "turns"


class Schedule(msgspec.Struct, frozen=True):
    """Rotations in a time zone; where several are in force, the last one decides."""

    name: str
    timezone: str
    rotations: tuple[Rotation, ...]
    notice_before_us: int | None = None
    """How long before a shift its person hears of it; None: nobody hears of shifts."""
    gaps_allowed: Recurring | None = None
    """Hours in which nobody has to be on call; None: there are none."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return zone_of(self.timezone)


def problems(rotation: Rotation) -> tuple[str, ...]:
    """The faults that make the rotation unusable, a sentence each; callers add the position."""
    found = []
    if not rotation.people:
        found.append("a rotation needs at least one person")
    if rotation.every_us % HOUR or not HOUR <= rotation.every_us <= YEAR:
        found.append("turns take whole hours, days or weeks, such as 12h, 1d or 1w; at most 1y")
    if not _is_start(rotation.start):
        found.append(f"{rotation.start!r} is no wall time such as 2026-01-05T09:00")
    return tuple(found)


def in_force(schedule: Schedule, at: int) -> Iterator[tuple[int, str]]:
    """The rotations in force at the instant, each with whose turn it is, the deciding one first."""
    zone = schedule.zone
    for index in range(len(schedule.rotations) - 1, -1, -1):
        rotation = schedule.rotations[index]
        if rotation.only is not None and not rotation.only.contains(at, zone):
            continue
        turn = _turn(rotation, at, zone)
        if turn is not None:
            yield index, _whose(rotation, turn)


def never_reached(rotation: Rotation) -> list[str]:
    """The people of the rotation whose turns never meet an hour of `only`, in order."""
    covered = _covered(rotation)
    turns = range(len(covered) * len(rotation.people))
    reached = {_whose(rotation, turn) for turn in turns if covered[turn % len(covered)]}
    return [person for person in dict.fromkeys(rotation.people) if person not in reached]


def _whose(rotation: Rotation, turn: int) -> str:
    """The person whose turn it is."""
    if rotation.count == "shifts":
        covered = _covered(rotation)
        cycles, rest = divmod(turn, len(covered))
        turn = cycles * sum(covered) + sum(covered[:rest])
    return rotation.people[turn % len(rotation.people)]


@lru_cache(maxsize=1024)  # a configuration's rotations, at most once each
def _covered(rotation: Rotation) -> tuple[bool, ...]:
    """True if hours of `only` fall into each turn, up to the turn that begins as the first did.

    Wall times of a week: so it is the same all year, and at most 168 turns.
    """
    length = rotation.every_us // MINUTE
    if rotation.only is None or length >= WEEK_MINUTES:
        return (True,)
    week = bytearray(WEEK_MINUTES)
    for window in rotation.only.week:
        for minute in range(window.start, window.end):
            week[(window.day * DAY_MINUTES + minute) % WEEK_MINUTES] = 1
    start = datetime.fromisoformat(rotation.start)
    first = start.weekday() * DAY_MINUTES + start.hour * 60 + start.minute
    twice = bytes(week) * 2
    turns = range(WEEK_MINUTES // gcd(length, WEEK_MINUTES))
    begins = [(first + number * length) % WEEK_MINUTES for number in turns]
    return tuple(any(twice[begin : begin + length]) for begin in begins)


def next_candidate(schedule: Schedule, at: int, *, every: bool = False) -> int | None:
    """The next instant at which another rotation or turn may be in force; None: there is none.

    With `every`, also of rotations that a later one always covers.
    """
    zone = schedule.zone
    found = []
    for rotation in reversed(schedule.rotations):
        turn = _turn(rotation, at, zone)
        if turn is None:
            found.append(_start_of(rotation, 0, zone))
            continue
        if len(rotation.people) > 1:
            found.append(_start_of(rotation, turn + 1, zone))
        if rotation.only is None:
            if every:
                continue
            break  # in force for ever, so those before it never are
        flip = rotation.only.next_change(at, zone)
        if flip is not None:
            found.append(flip)
    return min(found, default=None)


class Walk:
    """The rotations of a schedule from one instant to later ones, each found out once a change."""

    def __init__(self, schedule: Schedule) -> None:
        self._zone = schedule.zone
        self._rotations = schedule.rotations
        self._whose: list[str | None] = [None] * len(schedule.rotations)
        self._until: list[int | None] = [0] * len(schedule.rotations)

    def at(self, at: int, *, every: bool) -> tuple[list[tuple[int, str]], int | None]:
        """As `in_force`, and the next instant at which that may change; None: it never does.

        Without `every`, what lies below a rotation that always holds is left out.
        """
        found: list[tuple[int, str]] = []
        ahead: int | None = None
        for index in range(len(self._rotations) - 1, -1, -1):
            until = self._until[index]
            if until is not None and at >= until:
                self._whose[index], until = _stretch(self._rotations[index], at, self._zone)
                self._until[index] = until
            whose = self._whose[index]
            if until is not None and (ahead is None or until < ahead):
                ahead = until
            if whose is not None:
                found.append((index, whose))
                if self._rotations[index].only is None and not every:
                    break
        return found, ahead


def _stretch(rotation: Rotation, at: int, zone: ZoneInfo) -> tuple[str | None, int | None]:
    """Whose turn it is at the instant, None: nobody's, and until when it is at least."""
    inside, flip = (True, None) if rotation.only is None else rotation.only.stretch(at, zone)
    if not inside:
        return None, flip
    turn = _turn(rotation, at, zone)
    if turn is None:
        return None, _start_of(rotation, 0, zone)
    if len(rotation.people) > 1:
        end = _start_of(rotation, turn + 1, zone)
        flip = end if flip is None else min(flip, end)
    return _whose(rotation, turn), flip


def _turn(rotation: Rotation, at: int, zone: ZoneInfo) -> int | None:
    """The number of the turn that is on at the instant, from 0; None before the first."""
    now = datetime.fromtimestamp(at // SECOND, zone).replace(tzinfo=None, fold=0)
    start = datetime.fromisoformat(rotation.start)
    turn = (now - start) // timedelta(microseconds=rotation.every_us)
    while at >= _start_of(rotation, turn + 1, zone):
        turn += 1  # the second pass of repeated wall time: its turn began in the first
    return turn if turn >= 0 else None


def _start_of(rotation: Rotation, turn: int, zone: ZoneInfo) -> int:
    """The instant at which a turn begins."""
    wall = datetime.fromisoformat(rotation.start)
    wall += turn * timedelta(microseconds=rotation.every_us)
    return edge(wall.date(), wall.hour * 60 + wall.minute, zone)


def _is_start(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _START.fullmatch(text) is not None
