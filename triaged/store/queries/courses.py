"""The courses of incidents, read in small steps beside ingest and made in a thread."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from triaged.core.practice.learning.courses import (
    KINDS,
    WITH_DATA,
    Brief,
    Course,
    Mark,
    MarkData,
    course_of,
)
from triaged.store.database.base import Database, Row

INCIDENTS_AT_ONCE = 500
ENTRIES_AT_ONCE = 2_000
"""Rows that one query answers: a few ms of the event loop."""

INCIDENTS_MAX = 50_000
"""Incidents that one question reads: with more, the answer says that it is not complete."""

ENTRIES_MAX = 2_000_000
"""Entries that one question reads: some of an incident that pages for years are very many."""

INCIDENTS = """SELECT opened_at, number, team, body FROM incidents
    WHERE (opened_at, number) > ($1, $2) AND opened_at < $3
    ORDER BY opened_at, number LIMIT $4"""
"""Of every team, so that the numbers of one answer lie close together, as their entries do."""
_KINDS = "', '".join(sorted(KINDS))
_WANTED = f"kind IN ('{_KINDS}')"
ENTRIES = f"""SELECT incident, seq, at, kind, actor, data
    FROM timeline WHERE incident >= $1 AND incident <= $2 AND (incident > $1 OR seq > $3)
    AND ({_WANTED} OR actor NOT IN ('triaged', 'alerts', 'unclassified'))
    ORDER BY incident, seq LIMIT $4"""

_brief = msgspec.json.Decoder(Brief).decode
_data = msgspec.json.Decoder(MarkData).decode
_NO_DATA = MarkData()


class Courses(msgspec.Struct, frozen=True):
    """The courses that were read, in the order in which the incidents opened."""

    courses: Sequence[Course]
    is_complete: bool
    """False: there are more than a question may read; the first ones were."""


async def of_period(database: Database, period: tuple[int, int], team: str = "") -> Courses:
    """The courses of the incidents that opened in [start, end): of all, or of a team."""
    start, end = period
    found: list[Course] = []
    entries, more = 0, True
    place = (start, 0)  # numbers begin with 1
    while more:
        async with database.reading() as tx:
            rows = await tx.fetch(INCIDENTS, *place, end, INCIDENTS_AT_ONCE)
        more = len(rows) == INCIDENTS_AT_ONCE
        place = (rows[-1][0], rows[-1][1]) if rows else place
        wanted = [row for row in rows if team in ("", row[2])]
        if not wanted:
            continue
        briefs = await asyncio.to_thread(_briefs, wanted)
        numbers = [brief.number for brief in briefs]
        marks = await _entries(database, (min(numbers), max(numbers)))
        entries += len(marks)
        found += await asyncio.to_thread(_courses, briefs, marks)
        if len(found) > INCIDENTS_MAX or entries > ENTRIES_MAX:
            return Courses(found[:INCIDENTS_MAX], is_complete=False)
    return Courses(found, is_complete=True)


async def _entries(database: Database, between: tuple[int, int]) -> list[Row]:
    first, last = between
    found: list[Row] = []
    seq, more = 0, True
    while more and len(found) < ENTRIES_MAX:
        async with database.reading() as tx:
            rows = await tx.fetch(ENTRIES, first, last, seq, ENTRIES_AT_ONCE)
        found += rows
        more = len(rows) == ENTRIES_AT_ONCE
        if more:
            first, seq = rows[-1][0], rows[-1][1]
    return found


def _briefs(rows: Iterable[Row]) -> list[Brief]:
    return [_brief(row[-1]) for row in rows]


def _courses(briefs: Iterable[Brief], rows: Iterable[Row]) -> list[Course]:
    marks: dict[int, list[Mark]] = {brief.number: [] for brief in briefs}
    for number, _, at, kind, actor, data in rows:
        if number in marks:
            read = _data(data) if kind in WITH_DATA else _NO_DATA
            marks[number].append(Mark(at, kind, actor, read))
    return [course_of(brief, marks[brief.number]) for brief in briefs]
