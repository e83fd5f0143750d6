"""What it costs to ask who is on call, and to compute the shifts of a year."""

import time
from datetime import UTC, datetime
from random import Random

from bench.options import Options
from bench.table import Line
from triaged.core.oncall.duty import Duty, final_shifts, on_call
from triaged.core.oncall.facts import indexed
from triaged.core.records.duty.overrides import Override
from triaged.core.time.durations import DAY, HOUR, WEEK, YEAR
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

ROTATIONS, OVERRIDES, INSTANTS = 5, 1_000, 2_000
INSTANT_LIMIT_US, YEAR_LIMIT_MS, INDEX_LIMIT_MS = 20, 50, 20
START = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp()) * 1_000_000
PEOPLE = tuple("abcdef")


def measure(options: Options) -> list[Line]:
    """The fastest of some runs of each, in processor time, beside the limits."""
    runs = [_run() for _ in range(max(options.runs, 3))]
    index_ms, instant_us, year_ms = (min(times) for times in zip(*runs, strict=True))
    kept = f"{ROTATIONS} rotations and {OVERRIDES:,} overrides"
    return [
        _line(f"duty at an instant, with {kept}", instant_us, INSTANT_LIMIT_US, "µs"),
        _line("shifts of a year of a follow-the-sun schedule", year_ms, YEAR_LIMIT_MS, "ms"),
        _line(f"facts with {OVERRIDES:,} overrides indexed anew", index_ms, INDEX_LIMIT_MS, "ms"),
    ]


def _line(name: str, found: float, limit: int, unit: str) -> Line:
    return Line(name, f"{found:.1f} {unit}", wanted=f"≤ {limit} {unit}", holds=found <= limit)


def _run() -> tuple[float, float, float]:
    """(ms of the index, µs of an instant, ms of a year)."""
    begun = time.process_time()
    facts = indexed(_override(number) for number in range(1, OVERRIDES + 1))
    index_s = time.process_time() - begun
    duty = Duty({"primary": _primary(), "sun": _sun()}, facts, frozenset(PEOPLE))
    dice = Random(1)
    at = [START + dice.randrange(3 * OVERRIDES * HOUR) for _ in range(INSTANTS)]
    begun = time.process_time()
    for instant in at:
        on_call(duty, "primary", instant)
    instants_s = time.process_time() - begun
    begun = time.process_time()
    final_shifts(duty, "sun", START, START + YEAR)
    year_s = time.process_time() - begun
    return index_s * 1e3, instants_s / INSTANTS * 1e6, year_s * 1e3


def _override(number: int) -> Override:
    """Two of three hours each; every second replaces one person alone."""
    start = START + number * 3 * HOUR
    return Override(
        id=str(number),
        incident=None,
        schedule="primary",
        start_at=start,
        end_at=start + 2 * HOUR,
        person="a",
        reason="dentist",
        by="b",
        made_at=START + number,
        replaces="" if number % 2 else "c",
    )


def _primary() -> Schedule:
    """Weekly turns, others at weekends, in office hours and for some hours of some days."""
    hours = ("daily 00:00-24:00", "mon-fri 09:00-17:00", "sat-sun", "mon 10:00-11:00", "tue")
    assert len(hours) == ROTATIONS, "as many as are asked for"
    turns = (Rotation(PEOPLE, WEEK, "2026-01-05T09:00", parse(only)) for only in hours)
    return Schedule("primary", "Europe/Berlin", tuple(turns))


def _sun() -> Schedule:
    """Three teams, each in its day, which take turns of a week."""
    thirds = ("daily 00:00-08:00", "daily 08:00-16:00", "daily 16:00-24:00")
    turns = (
        Rotation(PEOPLE[2 * number : 2 * number + 2], 7 * DAY, "2026-01-05T00:00", parse(only))
        for number, only in enumerate(thirds)
    )
    return Schedule("sun", "UTC", tuple(turns))
