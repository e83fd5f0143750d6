"""A timekeeper at work on a store, under a clock that a test moves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.engine.timekeeper import Timekeeper
from triaged.store.database.connect import Database
from triaged.store.tables import alerts, timers

TURNS_MAX = 20_000
"""Turns of the event loop that a test waits for the timekeeper: some seconds."""


class Patient(StillClock):
    """A clock whose sleepers wake when the test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self._moved = asyncio.Condition()

    async def sleep_until(self, at: int) -> None:
        """Wait for the test."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.at >= at)

    async def move(self, us: int) -> None:
        """Let time pass."""
        async with self._moved:
            self.at += us
            self._moved.notify_all()


class Kept:
    """Keeps what the timekeeper tells."""

    def __init__(self) -> None:
        self.lateness: list[int] = []
        self.repairs = 0

    def fired(self, lateness_us: Sequence[int]) -> None:
        """Keep."""
        self.lateness += lateness_us

    def repaired(self, count: int) -> None:
        """Keep."""
        self.repairs += count


@asynccontextmanager
async def keeping(database: Database, clock: Patient) -> AsyncIterator[tuple[Desk, Kept]]:
    """A desk whose timers fire."""
    desk, kept = Desk(database, clock), Kept()
    keeper = Timekeeper(desk.engine, database, clock, kept)
    async with asyncio.TaskGroup() as tasks:
        turning = [tasks.create_task(desk.engine.run()), tasks.create_task(keeper.run())]
        yield desk, kept
        for task in turning:
            task.cancel()


async def until_nothing_is_due(database: Database, clock: Patient) -> None:
    """Return when no timer of an incident and no look at an alert is due."""
    for _ in range(TURNS_MAX):
        async with database.reading() as tx:
            nexts = [await timers.next_due(tx), await alerts.next_lapse(tx)]
        if all(at is None or at > clock.at for at in nexts):
            return
        await asyncio.sleep(0)
    raise AssertionError(nexts)
