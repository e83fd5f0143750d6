"""Figures from the store equal those from whole timelines; queries are bounded."""

from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.core.practice.naive_figures import naive, numbers
from tests.core.practice.world import practised
from tests.core.world import MONDAY
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.practice.learning.figures import Period, figures_of
from triaged.core.records.events import (
    Acknowledged,
    ContactsTested,
    Delivered,
    DeliveryEnded,
    Event,
    NoteAdded,
    Reopened,
    Resolved,
    TimerFired,
)
from triaged.core.records.model import ChainedEntry, Incident
from triaged.core.records.practice.events import RoleAssigned, UpdatePosted
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import courses
from triaged.store.tables import incidents, timeline, timers
from triaged.store.tables.timers import Unknown

ZONES = {"alice": ZoneInfo("Asia/Tokyo"), "bob": ZoneInfo("Europe/Berlin")}
UTC_ZONE = ZoneInfo("UTC")


async def lives(desk: Desk, seed: int, steps: int) -> None:
    """A history of alerts, acts, timers and pages that go out."""
    dice = Random(seed)
    for _ in range(steps):
        desk.clock.at += dice.choice((MINUTE, 5 * MINUTE, HOUR))
        await desk.handle(*await due(desk))
        await desk.handle(move(desk, dice))
        await deliver(desk)


def move(desk: Desk, dice: Random) -> Event:
    number, who = dice.randint(1, 6), dice.choice(("alice", "bob"))
    labels = {"alertname": f"Down{dice.randint(1, 3)}", "team": dice.choice(("payments", "web"))}
    labels["severity"] = dice.choice(("SEV-1", "SEV-2"))
    moves: list[Event] = [
        desk.fires(**labels),
        desk.fires(**labels),
        desk.ends(**labels),
        Acknowledged(number, who),
        Resolved(number, who),
        Reopened(number, who),
        NoteAdded(number, who, "a note", kind=dice.choice(list(NoteKind))),
        RoleAssigned(number, who, dice.choice(list(Role)), who),
        UpdatePosted(number, who, "impact", f"{dice.random()}", "next"),
        ContactsTested(who, who),
    ]
    return dice.choice(moves)


async def due(desk: Desk) -> list[Event]:
    async with desk.database.reading() as tx:
        found = await timers.due(tx, desk.clock.now(), 100)
    return [TimerFired(one) for one in found if not isinstance(one, Unknown)]


async def deliver(desk: Desk) -> None:
    async with desk.database.reading() as tx:
        rows = await tx.fetch("SELECT id FROM pages WHERE state = 'due' ORDER BY id")
    ended = [DeliveryEnded(identity, 0, Delivered(), 1) for (identity,) in rows]
    await desk.handle(*ended)


async def whole(database: Database) -> list[tuple[Incident, list[ChainedEntry]]]:
    async with database.reading() as tx:
        rows = await tx.fetch("SELECT body FROM incidents ORDER BY number")
        return [
            (one, await timeline.of(tx, one.number, 0, 10_000)) for one in incidents.decoded(rows)
        ]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_figures_of_the_store_equal_the_long_way(
    database: Database, clock: StillClock, seed: int
) -> None:
    desk = Desk(database, clock, practised())
    await lives(desk, seed, 60)
    history = await whole(database)
    period = Period(MONDAY, clock.now() + 1, UTC_ZONE)

    found = await courses.of_period(database, (period.start, period.end))

    assert found.is_complete
    figures = figures_of(found.courses, period, ZONES)
    assert figures.pages
    assert numbers(figures) == naive(history, ZONES, UTC_ZONE)


async def test_a_period_and_a_team_choose(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, practised())
    for number, team in enumerate(("payments", "web", "payments"), 1):
        await desk.handle(desk.fires(alertname=f"Down{number}", severity="SEV-1", team=team))
        clock.at += DAY

    async def numbers_in(start: int, end: int, team: str = "") -> list[int]:
        found = await courses.of_period(database, (start, end), team)
        return [one.brief.number for one in found.courses]

    assert await numbers_in(MONDAY, MONDAY + 2 * DAY) == [1, 2]  # the end does not belong to it
    assert await numbers_in(MONDAY + 1, clock.now()) == [2, 3]
    assert await numbers_in(0, clock.now(), "payments") == [1, 3]
    assert await numbers_in(0, MONDAY) == []


async def test_incidents_are_found_by_their_time_whatever_their_numbers(
    database: Database, clock: StillClock
) -> None:
    """Daemons on one database hand out numbers in blocks; a store may be joined from two."""
    desk = Desk(database, clock, practised())
    opened_at = (MONDAY + 40 * DAY, MONDAY, MONDAY + 20 * DAY)
    for number, at in enumerate(opened_at, 1):
        await desk.handle(desk.fires(alertname=f"Down{number}", severity="SEV-1"))
        async with database.transaction() as tx:
            moved = "UPDATE incidents SET opened_at = $1 WHERE number = $2"
            await tx.execute(moved, at, number)

    async def numbers_in(start: int, end: int) -> list[int]:
        found = await courses.of_period(database, (start, end))
        return [one.brief.number for one in found.courses]

    assert await numbers_in(MONDAY, MONDAY + 41 * DAY) == [2, 3, 1]
    assert await numbers_in(MONDAY + 39 * DAY, MONDAY + 41 * DAY) == [1]
    assert await numbers_in(MONDAY, MONDAY + DAY) == [2]


async def test_long_timelines_are_read_whole_in_small_steps(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, practised())
    for number in (1, 2):
        await desk.handle(desk.fires(alertname=f"Down{number}", severity="SEV-1"))
    at = clock.now()
    entries = [
        ChainedEntry(number, seq, at, at, "page.sent", "triaged", "", {"person": "alice"}, "")
        for number in (1, 2)
        for seq in range(100, 100 + courses.ENTRIES_AT_ONCE)
    ]
    async with database.transaction() as tx:
        await timeline.append(tx, entries)

    found = await courses.of_period(database, (0, at + 1))

    assert [len(one.pages) for one in found.courses] == [courses.ENTRIES_AT_ONCE] * 2
