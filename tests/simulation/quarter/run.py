"""The quarter through the engine, the timekeeper, delivery and the reading of calendars."""

import asyncio
from pathlib import Path
from typing import cast

from tests.simulation.fortnight.run import Carrier, Configured, Fortnight, Line, lines_of, written
from tests.simulation.fortnight.script import Change
from tests.simulation.quarter.script import FOLDER, CalendarChange, QuarterParser, quarter
from tests.simulation.runs import Instant
from tests.simulation.time import VirtualClock, VirtualLoop
from tests.simulation.world import TroubledStore
from triaged.config.model import Configuration
from triaged.config.read import load
from triaged.core.records.answers import RowSaved
from triaged.core.records.duty.feeds import (
    FeedReading,
    Fetched,
    FetchOutcome,
    NotFetched,
    UnreadableFeed,
)
from triaged.core.records.events import Event
from triaged.core.records.practice.duty_events import SwapProposed
from triaged.feeds.reading import read_feed
from triaged.feeds.request import Request
from triaged.process.feeds.polling import FeedPolling, Means
from triaged.wire import Secret

LEGEND = (
    "# Who is paged when, through what and why, in local time in Berlin.",
    "#   *   what happens, by script.txt",
    "#   INC  what is decided, as the timeline of the incident says it",
    "#   ->  what a provider gets, for whom, and the time where that person lives",
    "# Written anew by: pytest tests/simulation/test_quarter.py --golden",
)


class Calendar:
    """The server of the calendar."""

    def __init__(self) -> None:
        self.body = (FOLDER / "specialists.ics").read_text()
        self.works = True

    async def fetch(self, url: Secret, etag: str, modified: str) -> FetchOutcome:
        """The body, or what a browser would be shown."""
        assert url.reveal().endswith("specialists.ics")
        if not self.works:
            return NotFetched("HTTP 502")
        return Fetched(self.body.replace("\n", "\r\n").encode())


async def parse(request: Request) -> FeedReading | UnreadableFeed:
    """The reading of a body, here and now."""
    return read_feed(request)


class Quarter(Fortnight):
    """Carries out the script of the quarter."""

    parser: QuarterParser

    def __init__(
        self,
        configuration: Configured,
        store: TroubledStore,
        clock: VirtualClock,
        carrier: Carrier,
    ) -> None:
        super().__init__(configuration, store, clock, carrier)
        self.calendar = Calendar()
        whole = cast("Configuration", configuration)
        means = Means(self.calendar, parse)
        self.polling = FeedPolling(self.engine, store, clock, lambda: whole, means)

    async def change(self, change: Change) -> None:
        """Change the world around triaged."""
        if not isinstance(change, CalendarChange):
            await super().change(change)
            return
        calendar = self.calendar
        match change.verb:
            case "is read":
                await self.polling.once()
            case "breaks":
                calendar.works = False
            case "works":
                calendar.works = True
            case "changes":
                old, new = f"SUMMARY:{change.old}\n", f"SUMMARY:{change.new}\n"
                assert old in calendar.body
                calendar.body = calendar.body.replace(old, new)

    def answered(self, event: Event, answer: object) -> None:
        """Remember the swap that somebody answers later."""
        if isinstance(event, SwapProposed):
            assert isinstance(answer, RowSaved), answer
            self.parser.swap_id = answer.id


def report(folder: Path) -> str:
    """What came of the script, a line for each event, in local time."""
    loaded = load(FOLDER / "config.yaml", {})
    configuration = loaded.configuration
    assert configuration is not None, loaded.problems
    parser = QuarterParser()
    script = quarter(parser)
    kind = type("ThisQuarter", (Quarter,), {"parser": parser})
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(Instant())) as runner:
        lines: list[Line] = runner.run(lines_of(script, folder, configuration, kind))
    return "\n".join(written(script, lines, LEGEND)) + "\n"
